import { INTERRUPTED, MISSED, type Slice, TOLERANCE } from './loops.ts';
import type { Seen } from './observer.ts';

/** Our misses beside those of somebody who only watches; a tick is missed when it begins after the deadline of the next one. */
export interface Misses {
  /** ticks compared */
  readonly ticks: number;
  readonly ours: number;
  /** misses that the observer saw for sure */
  readonly seen: number;
  /** ticks that began within 50 µs of the limit, as the observer saw it: either count may hold */
  readonly atLimit: number;
  /** ticks for which the observer cannot say: it was not looking when the limit passed */
  readonly unseen: number;
  /** of those, the ones that we count as missed */
  readonly unseenOurs: number;
  /** ticks left out: our thread stood still between its look at the clock and the store that the observer sees */
  readonly interrupted: number;
  /** ticks of which one says missed and the other not, by more than 50 µs */
  readonly different: number;
}

/** Tick k stored k + 1 at some time between two looks of the observer. A value that it never saw was stored between the looks that enclose the next. */
export function compareMisses({ start, tick, marks }: Slice, dt: number, { before, after }: Seen): Misses {
  const counts = { ticks: 0, ours: 0, seen: 0, atLimit: 0, unseen: 0, unseenOurs: 0, interrupted: 0, different: 0 };
  let [from, to] = [0, Number.POSITIVE_INFINITY];
  for (let k = tick.length - 1; k >= 0; k--) {
    const value = tick[k]! + 1;
    if (after[value]! > 0) [from, to] = [before[value]!, after[value]!];
    const missed = (marks[k]! & MISSED) !== 0;
    if ((marks[k]! & INTERRUPTED) !== 0) {
      counts.interrupted++;
      continue;
    }
    counts.ticks++;
    if (missed) counts.ours++;
    const limit = start + (value + 1) * dt;
    if (from >= limit) counts.seen++;
    if (from < limit && to >= limit) {
      if (from >= limit - TOLERANCE && to <= limit + TOLERANCE) counts.atLimit++;
      else {
        counts.unseen++;
        if (missed) counts.unseenOurs++;
      }
    }
    if (missed ? to < limit - TOLERANCE : from > limit + TOLERANCE) counts.different++;
  }
  return counts;
}
