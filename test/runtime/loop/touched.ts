/** The reference with its memory watched: every value that an op reads or writes is seen where it happens. */
import type { Op, Region } from '../../../runtime/index.ts';
import { type Memory, type Phase, phases, type Replace } from '../../../runtime/index.ts';
import { bind } from '../../../runtime/reference/backend.ts';

/** What one execution of an op did to one of its regions: how often each index was read, and a mark where one was written, padding included. */
export interface Touched {
  readonly operand: string;
  readonly region: Region;
  readonly read: Uint32Array;
  readonly written: Uint8Array;
}

/** Reports to `seen` after every op that learns, and after every op that propagates. */
export function watched(seen: (op: Op, phase: Phase, touched: readonly Touched[]) => void): Replace {
  return (op, memory, program) => {
    const phase = phases.find((one) => program.ops[one].includes(op))!;
    if ((phase === 'forward' && !op.name.startsWith('propagate')) || phase === 'guard' || phase === 'reset') return undefined;
    const values = (region: Region): number => region.length * (region.bits === 16 ? 2 : 1);
    const touched = Object.entries(op.operands)
      .filter((entry): entry is [string, Region] => isRegion(entry[1]))
      .map(([operand, region]) => ({ operand, region, read: new Uint32Array(values(region)), written: new Uint8Array(values(region)) }));
    const spy = <Values extends Float32Array | Uint16Array>(region: Region, values: Values): Values =>
      new Proxy(values, traps(touched.filter((one) => one.region === region)) as ProxyHandler<Values>);
    const step = bind(op, {
      ...memory,
      floats: (region) => spy(region, memory.floats(region)),
      halves: (region) => spy(region, memory.halves(region)),
    } satisfies Memory);
    return (moment) => {
      for (const { read, written } of touched) {
        read.fill(0);
        written.fill(0);
      }
      step(moment);
      seen(op, phase, touched);
    };
  };
}

const isRegion = (value: unknown): value is Region => typeof value === 'object' && value !== null && 'name' in value;

function traps(all: readonly Touched[]): ProxyHandler<Float32Array> {
  return {
    get(target, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (typeof value === 'number' && key !== 'length') for (const { read } of all) read[Number(key)]!++;
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (key === 'fill') for (const { written } of all) written.fill(1);
        return (value as (...given: unknown[]) => unknown).apply(target, given);
      };
    },
    set(target, key, value) {
      for (const { written } of all) written[Number(key)] = 1;
      target[Number(key)] = value as number;
      return true;
    },
  };
}
