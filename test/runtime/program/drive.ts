import type { Network } from '../../../runtime/network/network.ts';
import { type CompileOptions, compile } from '../../../runtime/program/compile.ts';
import { type Executable, events } from '../../../runtime/program/program.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';

/** What one tick is given: values of sources, targets and importances of readouts, events. What is left out is 0. */
export interface Given {
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  readonly targets?: Readonly<Record<string, readonly number[]>>;
  readonly importance?: Readonly<Record<string, number>>;
  readonly label?: boolean;
  readonly episodeEnd?: boolean;
}

export interface Driven {
  readonly executable: Executable;
  /** runs the given ticks in one run each, or in one run together */
  run(...ticks: readonly Given[]): void;
  together(...ticks: readonly Given[]): void;
  /** rows × columns of a region */
  read(region: string): number[];
  /** the value of a population after the last tick */
  value(population: string): number[];
  /** what it was at tick `tick` of the last run, from a tape */
  output(population: string, row?: number): number[];
}

/** A compiled network on the reference, driven tick by tick. */
export function drive(network: Network, options: CompileOptions = {}): Driven {
  const executable = referenceBackend.load(compile(network, options));
  const { arena, program } = executable;
  const write = (row: number, { inputs = {}, targets = {}, importance = {}, label = false, episodeEnd = false }: Given): void => {
    const put = (name: string, values: readonly number[]): void => {
      const { offset, stride } = program.regions.get(name)!;
      arena.floats.set(values, offset + row * stride);
    };
    for (const [name, values] of Object.entries(inputs)) put(`${name}.input`, values);
    for (const [name, values] of Object.entries(targets)) put(`${name}.target`, values);
    for (const [name, value] of Object.entries(importance)) put(`${name}.importance`, [value]);
    arena.words[program.eventTape.offset + row] = (label ? events.label : 0) | (episodeEnd ? events.episodeEnd : 0);
  };
  const together = (...ticks: readonly Given[]): void => {
    arena.floats.fill(0, program.stateLength);
    ticks.forEach((given, row) => {
      write(row, given);
    });
    executable.run(ticks.length);
  };
  return {
    executable,
    together,
    run(...ticks) {
      for (const given of ticks) together(given);
    },
    read: (region) => Array.from(arena.copy(region)),
    value(population) {
      const { offset, rows, columns, stride } = program.regions.get(`${population}.value`)!;
      const at = offset + ((arena.words[0]! - 1) & (rows - 1)) * stride;
      return Array.from(arena.floats.subarray(at, at + columns));
    },
    output(population, row = 0) {
      const { offset, columns, stride } = program.regions.get(`${population}.output`)!;
      return Array.from(arena.floats.subarray(offset + row * stride, offset + row * stride + columns));
    },
  };
}

export const times = <T>(count: number, of: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => of(index));

/** Largest difference of two lists, in units of the larger magnitude (at least 1e-3). */
export const difference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length
    ? Math.max(0, ...a.map((value, k) => Math.abs(value - b[k]!) / Math.max(1e-3, Math.abs(value), Math.abs(b[k]!))))
    : Number.POSITIVE_INFINITY;
