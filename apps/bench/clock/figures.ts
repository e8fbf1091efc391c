import { quantile } from '../latency.ts';
import { type LoopName, loopNames, type Slice } from './loops.ts';
import { compareMisses, type Misses } from './misses.ts';
import type { Seen } from './observer.ts';

export interface LoopFigures {
  readonly ticks: number;
  readonly skipped: number;
  /** ⌊elapsed/dt⌋ over all slices */
  readonly due: number;
  /** of the beginning of a tick after its absolute deadline, µs */
  readonly latenessUs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** how much later the last tenth of a slice is than the first, ms a minute; median over the slices */
  readonly driftMsPerMinute: number;
}

/** One round: every loop had a slice, one after the other. */
export interface Round {
  readonly slices: Readonly<Record<LoopName, Slice>>;
  /** what the other process saw of ours */
  readonly seen: Seen;
}

export interface ConditionFigures {
  readonly loops: Readonly<Record<LoopName, LoopFigures>>;
  /** p99 of ours over p99 of the C loop, of each round, and their median */
  readonly p99Ratios: readonly number[];
  readonly p99Ratio: number;
  /** whether in every slice of ours ticks + skipped = ⌊elapsed/dt⌋, exactly */
  readonly exact: boolean;
  readonly misses: Misses;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

const sorted = (slices: readonly Slice[]): Float64Array => Float64Array.from(slices.flatMap(({ latenessUs }) => [...latenessUs])).sort();
const dueOf = ({ elapsedMs }: Slice, dt: number): number => Math.floor(elapsedMs / dt);

/** From the median of the first tenth to that of the last, which are nine tenths of the slice apart. */
export function drift({ latenessUs, elapsedMs }: Slice): number {
  const tenth = Math.max(1, Math.floor(latenessUs.length / 10));
  const late = median([...latenessUs.slice(-tenth)]) - median([...latenessUs.slice(0, tenth)]);
  return late / 1000 / ((0.9 * elapsedMs) / 60_000);
}

function loopFigures(slices: readonly Slice[], dt: number): LoopFigures {
  const all = sorted(slices);
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
  return {
    ticks: sum(({ ticks }) => ticks),
    skipped: sum(({ skipped }) => skipped),
    due: sum((slice) => dueOf(slice, dt)),
    latenessUs: { p50: quantile(all, 0.5), p99: quantile(all, 0.99), p999: quantile(all, 0.999), max: quantile(all, 1) },
    driftMsPerMinute: median(slices.map(drift)),
  };
}

export function conditionFigures(rounds: readonly Round[], dt: number): ConditionFigures {
  const slicesOf = (name: LoopName): Slice[] => rounds.map(({ slices }) => slices[name]);
  const p99 = (slice: Slice): number => quantile(sorted([slice]), 0.99);
  const p99Ratios = rounds.map(({ slices }) => p99(slices.ours) / p99(slices.c));
  const misses = rounds.map(({ slices, seen }) => compareMisses(slices.ours, dt, seen));
  const total = (count: keyof Misses): number => misses.reduce((sum, each) => sum + each[count], 0);
  return {
    loops: Object.fromEntries(loopNames.map((name) => [name, loopFigures(slicesOf(name), dt)])) as ConditionFigures['loops'],
    p99Ratios,
    p99Ratio: median(p99Ratios),
    exact: slicesOf('ours').every((slice) => slice.ticks + slice.skipped === dueOf(slice, dt) && slice.tick.length === slice.ticks),
    misses: Object.fromEntries(Object.keys(misses[0]!).map((count) => [count, total(count as keyof Misses)])) as unknown as Misses,
  };
}
