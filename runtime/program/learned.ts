import { allocate, createArena, header, LINE } from './arena.ts';
import type { Region } from './ops.ts';
import { type Executable, type Program, statuses } from './program.ts';

/** Operands of the update phase that are numbers a network lives by: NaN in one of them is NaN in the weights, now or soon. */
const judged = ['weights', 'average', 'm', 'v', 'u', 'triangle', 'diagonal'];

/** What learning has made so far: weights and their averages, learned feedbacks and time constants, moments, step sizes and counts of the optimizer. */
export interface Learned {
  /** all of it, each region once; traces, gradients and tapes are not among it */
  readonly regions: readonly Region[];
  /** those of float32 that must be finite */
  readonly finite: readonly Region[];
}

export function learnedOf({ ops, regions, traces, weights, stateLength }: Program): Learned {
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
      if (region !== undefined && region.offset >= LINE && region.offset < stateLength) keep(region, judged.includes(operand));
    }
  }
  return { regions: [...kept.values()], finite: [...finite.values()] };
}

/** Words that a copy of what was learned takes. */
export const learnedWords = (program: Program): number => learnedOf(program).regions.reduce((sum, { length }) => sum + length, 0);

/** Copies of what an executable has learned: {@link learnedWords} words, region by region in a row. */
export interface LearnedMemory {
  take(into: Uint32Array): void;
  /** what it began with */
  takeInitial(into: Uint32Array): void;
  /**
   * What was learned comes from the copy; everything else goes to rest, for it came of what is undone, and learning is switched off. Counters of ticks and
   * updates go on.
   */
  put(copy: Uint32Array): void;
}

/** Windows are made once: a copy allocates nothing. */
export function learnedMemory({ arena, program, settle }: Executable): LearnedMemory {
  const { regions } = learnedOf(program);
  const initial = createArena(program.regions, program.length, allocate);
  program.initialize(initial);
  const rest = initial.words.slice(LINE, program.stateLength);
  const windows = regions.map(({ offset, length }) => arena.words.subarray(offset, offset + length));
  let at = 0;
  const places = regions.map(({ length }) => {
    const place = at;
    at += length;
    return place;
  });
  return {
    take(into) {
      for (let k = 0; k < windows.length; k++) into.set(windows[k]!, places[k]!);
    },
    takeInitial(into) {
      regions.forEach(({ offset, length }, k) => {
        into.set(rest.subarray(offset - LINE, offset - LINE + length), places[k]!);
      });
    },
    put(copy) {
      settle();
      const { words } = arena;
      words.set(rest, LINE);
      for (let k = 0; k < windows.length; k++) windows[k]!.set(copy.subarray(places[k]!, places[k]! + windows[k]!.length));
      words[header.status] = words[header.status]! & ~statuses.nonFinite;
      words[header.sinceFold] = 0;
      words[header.sinceUpdate] = 0;
      words[header.learning] = 0;
    },
  };
}
