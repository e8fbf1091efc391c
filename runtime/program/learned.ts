import { LINE } from './arena.ts';
import type { Region } from './ops.ts';
import type { Program } from './program.ts';

/** Operands of the update phase that are numbers a network lives by: NaN in one of them is NaN in the weights, now or soon. */
const judged = ['weights', 'average', 'm', 'v', 'u', 'triangle', 'diagonal'];

/** What learning has made so far: weights and their averages, learned feedbacks and time constants, moments, step sizes and counts of the optimizer. */
export interface Learned {
  /** all of it, each region once; traces and gradients are not among it */
  readonly regions: readonly Region[];
  /** those of float32 that must be finite */
  readonly finite: readonly Region[];
}

export function learnedOf({ ops, regions, traces, weights }: Program): Learned {
  const passing = new Set(traces.map(({ name }) => name));
  const kept = new Map<string, Region>();
  const finite = new Map<string, Region>();
  const keep = (region: Region, isJudged: boolean): void => {
    if (passing.has(region.name)) return;
    kept.set(region.name, region);
    if (isJudged && region.bits === undefined) finite.set(region.name, region);
  };
  for (const { acting, next, average } of weights.values())
    for (const name of [acting, next, average]) if (name !== undefined) keep(regions.get(name)!, true);
  for (const op of [...ops.update, ...ops.label]) {
    for (const [operand, value] of Object.entries(op.operands as Readonly<Record<string, unknown>>)) {
      const region = typeof value === 'object' ? regions.get((value as Region).name) : undefined;
      if (region !== undefined && region.offset >= LINE) keep(region, judged.includes(operand));
    }
  }
  return { regions: [...kept.values()], finite: [...finite.values()] };
}
