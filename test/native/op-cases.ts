import { header } from '../../runtime/program/arena.ts';
import { type Op, type OpName, opNames } from '../../runtime/program/ops.ts';
import type { Program } from '../../runtime/program/program.ts';
import { convolutionCases } from './cases/convolution.ts';
import { delaysCases } from './cases/delays.ts';
import { foldCases } from './cases/fold.ts';
import { influenceCases } from './cases/influence.ts';
import { learnCases } from './cases/learn.ts';
import { neuronsCases } from './cases/neurons.ts';
import type { Cases } from './cases/parts.ts';
import { perturbationCases } from './cases/perturbation.ts';
import { rewardCases } from './cases/reward.ts';
import { signalsCases } from './cases/signals.ts';
import { timingCases } from './cases/timing.ts';
import { tracesCases } from './cases/traces.ts';
import { generator, Layout, type Palette, palettes, program, TICKS } from './layout.ts';

/** An op without a case does not compile. */
const cases: Cases = {
  ...signalsCases,
  ...neuronsCases,
  ...tracesCases,
  ...influenceCases,
  ...convolutionCases,
  ...foldCases,
  ...delaysCases,
  ...rewardCases,
  ...timingCases,
  ...perturbationCases,
  ...learnCases,
};

/** The ops that have a case; the tests hold it equal to {@link opNames}. */
export const coveredOps = Object.keys(cases) as readonly OpName[];

/** A program of one op, run every tick, over an arena of repeatable random contents. */
export function opProgram(name: OpName, n: number, m: number, palette: Palette, seed: number): Program {
  const layout = new Layout((seed + 1) * 0x9e3779b1 + opNames.indexOf(name) * 7919 + n * 131 + m, palette);
  const events = layout.reserve(TICKS, 1, 1, () => 0);
  const operands = cases[name](layout, n, m);
  const op = { name, operands } as unknown as Op;
  return {
    ...program(layout.length, TICKS, { forward: [op] }),
    update: { ticks: 2 ** 31 },
    block: 2 ** 31,
    regions: layout.regions,
    eventTape: events,
    topology: Uint32Array.from(layout.topologyWords),
    initialize(arena) {
      arena.floats.fill(0);
      layout.random = generator(seed + 77);
      for (const action of layout.initializers) action(arena);
      // Near the wrap of the tick counter; some ops divide by the ticks since the last update.
      arena.words[header.tick] = 2 ** 32 - 3 + n;
      arena.words[header.sinceUpdate] = 7;
      // The first tick finds seven ticks recorded, the last more than a history holds: nothing folds them.
      arena.words[header.learning] = 1;
      arena.words[header.sinceFold] = 7;
    },
  };
}

/** Population sizes below, at and above whole vectors. */
const sizes = [1, 7, 15, 16, 17, 31, 33, 64, 65];

/** Larger ones, of ops that treat rows or columns in bundles. */
const bundled: Partial<Record<OpName, readonly (readonly [number, number])[]>> = {
  propagate_dense: [
    [200, 40],
    [40, 530],
  ],
  fold_direct_dense: [[20, 600]],
  fold_trace_dense: [[20, 600]],
  fold_traces_dense: [[20, 600]],
};

/** The programs by which an op is compared: every size with another one, filled with every palette. */
export function* opPrograms(name: OpName): Generator<{ readonly program: Program; readonly place: string }> {
  for (const [index, n] of sizes.entries()) {
    const m = sizes[(index * 4 + opNames.indexOf(name) + 1) % sizes.length]!;
    for (const [seed, palette] of palettes.entries()) {
      yield { program: opProgram(name, n, m, palette, seed + index * 10), place: `n ${n}, m ${m}, ${palette}` };
    }
  }
  for (const [n, m] of bundled[name] ?? [])
    for (const [seed, palette] of palettes.entries())
      yield { program: opProgram(name, n, m, palette, seed), place: `n ${n}, m ${m}, ${palette}` };
}
