import { raise } from '../errors.ts';
import type { ReadFile } from '../network/initial.ts';
import type { Network } from '../network/network.ts';
import { type Arena, header, LINE, pad } from './arena.ts';
import type { Op, Operands, OpName, Region, TopologyRegion } from './ops.ts';
import { type Phase, phases } from './program.ts';

/** 2 GiB of state and tapes; also the most pairs that random synapses are drawn from. */
export const MAX_WORDS = 2 ** 29;

/** What the lowerings write into: regions, ops, topology and initial values, in order of declaration. */
export interface Builder {
  readonly network: Network;
  readonly maxTicks: number;
  readonly readFile: ReadFile | undefined;
  /** what has been emitted so far */
  readonly ops: Record<Phase, Op[]>;
  /** rows × columns floats, rows padded to whole lines; `initial` is the value of every real element */
  reserve(name: string, rows: number, columns: number, initial?: number): Region;
  /** one unpadded row of `length` floats (stored synapses, counters) */
  reserveFlat(name: string, length: number): Region;
  /** the same as an existing region has, as bfloat16 */
  reserveHalves(name: string, like: Region): Region;
  /** one row a tick, outside the state; a single column is not padded */
  reserveTape(name: string, columns: number): Region;
  find(name: string): Region | undefined;
  topology(values: Uint32Array): TopologyRegion;
  emit<Name extends OpName>(phase: Phase, name: Name, operands: Operands<Name>): void;
  /** called once, when every region is declared and known to fit into memory */
  onFit(action: () => void): void;
  onInitialize(action: (arena: Arena) => void): void;
}

export interface Built {
  readonly regions: Map<string, Region>;
  readonly length: number;
  readonly stateLength: number;
  readonly ops: Record<Phase, Op[]>;
  readonly topology: Uint32Array;
  readonly initializers: readonly ((arena: Arena) => void)[];
}

export function createBuilder(network: Network, maxTicks: number, readFile: ReadFile | undefined): { builder: Builder; finish(): Built } {
  interface Draft {
    name: string;
    offset: number;
    length: number;
    rows: number;
    columns: number;
    stride: number;
    bits?: 16;
  }
  const state: Draft[] = [];
  const tapes: Draft[] = [];
  const byName = new Map<string, Draft>();
  const ops = Object.fromEntries(phases.map((phase) => [phase, []])) as unknown as Record<Phase, Op[]>;
  const topologies: Uint32Array[] = [];
  let topologyLength = 0;
  let words = 0;
  const fitters: (() => void)[] = [];
  const initializers: ((arena: Arena) => void)[] = [];

  const add = (list: Draft[], name: string, rows: number, columns: number, stride: number, bits?: 16): Region => {
    if (byName.has(name)) throw new RangeError(`region '${name}' is declared twice`);
    const length = bits === undefined ? rows * stride : Math.ceil((rows * stride) / 2);
    words += pad(length);
    if (words > MAX_WORDS) {
      raise('ERR_OUT_OF_RANGE', {
        path: 'the network',
        bound: `at most ${MAX_WORDS} words of state and tapes`,
        value: `${words} with '${name}'`,
        remedy: 'use fewer neurons, random connectivity or fewer ticks a run',
      });
    }
    const draft: Draft = { name, offset: 0, length, rows, columns, stride, ...(bits && { bits }) };
    list.push(draft);
    byName.set(name, draft);
    return draft;
  };

  const builder: Builder = {
    network,
    maxTicks,
    readFile,
    ops,
    reserve(name, rows, columns, initial = 0) {
      const region = add(state, name, rows, columns, pad(columns));
      if (initial !== 0) initializers.push((arena) => arena.write(name, new Float32Array(rows * columns).fill(initial)));
      return region;
    },
    reserveFlat: (name, length) => add(state, name, 1, length, length),
    reserveHalves: (name, { rows, columns, stride }) => add(state, name, rows, columns, stride, 16),
    reserveTape: (name, columns) => add(tapes, name, maxTicks, columns, columns === 1 ? 1 : pad(columns)),
    find: (name) => byName.get(name),
    topology(values) {
      const region = { offset: topologyLength, length: values.length };
      topologies.push(values);
      topologyLength += values.length;
      return region;
    },
    emit(phase, name, operands) {
      ops[phase].push({ name, operands } as unknown as Op);
    },
    onFit: (action) => fitters.push(action),
    onInitialize: (action) => initializers.push(action),
  };

  const place = (drafts: Draft[], start: number): number =>
    drafts.reduce((offset, draft) => {
      draft.offset = offset;
      return offset + pad(draft.length);
    }, start);

  return {
    builder,
    finish() {
      for (const action of fitters) action();
      const stateLength = place(state, Math.max(LINE, pad(Object.keys(header).length)));
      const length = place(tapes, stateLength);
      const topology = new Uint32Array(topologyLength);
      let at = 0;
      for (const values of topologies) {
        topology.set(values, at);
        at += values.length;
      }
      return { regions: byName, length, stateLength, ops, topology, initializers };
    },
  };
}
