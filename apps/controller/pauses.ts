import { PerformanceObserver } from 'node:perf_hooks';
import type { Ms } from '../../runtime/index.ts';

/** Spans of time that are kept: of more, the latest. */
const KEPT = 4096;

/** Begin and end of the latest things that happened, ms; adding one leaves nothing on the heap. */
export interface Spans {
  add(from: Ms, to: Ms): void;
  /** begins and ends of those that are kept, in order of time */
  list(): readonly (readonly [from: Ms, to: Ms])[];
}

export function createSpans(kept = KEPT): Spans {
  const [from, to] = [new Float64Array(kept), new Float64Array(kept)];
  let count = 0;
  return {
    add(begin, end) {
      from[count % kept] = begin;
      to[count % kept] = end;
      count++;
    },
    list: () => {
      const first = Math.max(0, count - kept);
      return Array.from({ length: count - first }, (_, k) => [from[(first + k) % kept]!, to[(first + k) % kept]!] as const);
    },
  };
}

/** How many spans of `these` meet one of `others`; each list in order, without overlaps in itself but for those of equal ends. */
export function meeting(these: ReturnType<Spans['list']>, others: ReturnType<Spans['list']>): number {
  let [met, at] = [0, 0];
  for (const [from, to] of these) {
    while (at < others.length && others[at]![1] < from) at++;
    if (at < others.length && others[at]![0] <= to) met++;
  }
  return met;
}

/** Collections of garbage on this thread, and the misses of its loop beside them. */
export interface PauseReport {
  readonly pauses: number;
  readonly totalMs: number;
  readonly longestMs: number;
  /** frames that began when the next was due, at most the latest 4096; and those of them that waited while garbage was collected */
  readonly misses: number;
  readonly missesInPause: number;
}

export interface Pauses {
  /** a frame was due at `deadline` and began at `began`, when the next was due too */
  miss(deadline: Ms, began: Ms): void;
  /** of the collections alone, at no cost */
  readonly sums: Readonly<Pick<PauseReport, 'pauses' | 'totalMs' | 'longestMs'>>;
  report(): PauseReport;
  end(): void;
}

/** Watches the thread that calls it; `now` is the time in which misses are told. */
export function watchPauses(now: () => Ms): Pauses {
  // Both clocks of a machine run alike; they have different zeros.
  const zero = now() - performance.now();
  const [collected, missed] = [createSpans(), createSpans()];
  const sums = { pauses: 0, totalMs: 0, longestMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      sums.pauses++;
      sums.totalMs += duration;
      sums.longestMs = Math.max(sums.longestMs, duration);
      collected.add(zero + startTime, zero + startTime + duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    miss: missed.add,
    sums,
    report() {
      const misses = missed.list();
      return { ...sums, misses: misses.length, missesInPause: meeting(misses, collected.list()) };
    },
    end: () => observer.disconnect(),
  };
}
