/** `ganglion bench clock`: its account, what it calls a miss beside what another process saw, and its figures. */
import test from 'ava';
import { conditionFigures, drift } from '../../apps/bench/clock/figures.ts';
import { INTERRUPTED, MISSED, type Slice } from '../../apps/bench/clock/loops.ts';
import type { ClockBench } from '../../apps/bench/clock/measure.ts';
import { compareMisses } from '../../apps/bench/clock/misses.ts';
import { nativeRealtime } from '../../native/index.ts';
import { ganglion } from './command.ts';

const native = 'reason' in nativeRealtime() ? test.serial.skip : test.serial;

native('--json accounts for every tick and agrees with the process beside it; setInterval and C have their figures', async (t) => {
  const { status, out, err } = await ganglion('bench clock --rate 200 --seconds 0.6 --slices 2 --load 1 --json');
  t.is(status, 0, err);
  const bench = JSON.parse(out) as ClockBench;
  t.deepEqual(Object.keys(bench), ['rate', 'seconds', 'slices', 'load', 'cores', 'scheduling', 'idle', 'loaded']);
  for (const figures of [bench.idle, bench.loaded!]) {
    const { loops, p99Ratios, p99Ratio, exact, misses } = figures;
    t.true(exact);
    t.is(loops.ours.ticks + loops.ours.skipped, loops.ours.due);
    t.true(loops.ours.due >= 120, `${loops.ours.due}`);
    t.is(loops.c.ticks, 120);
    for (const { latenessUs } of Object.values(loops)) {
      const { p50, p99, p999, max } = latenessUs;
      t.true(p50 <= p99 && p99 <= p999 && p999 <= max && max > 0, JSON.stringify(latenessUs));
    }
    t.is(p99Ratios.length, 2);
    t.is(p99Ratio, (p99Ratios[0]! + p99Ratios[1]!) / 2);
    t.is(misses.different, 0);
    t.is(misses.ticks + misses.interrupted, loops.ours.ticks);
  }
});

native('for a person it is a table, at most 80 columns wide, and a wrong command line is told what is right', async (t) => {
  const { status, out } = await ganglion('bench clock --rate 100 --seconds 0.2 --slices 1 --load 0');
  t.is(status, 0);
  t.regex(out, /\n {2}ours( +[\d.-]+){5}\n {2}setInterval( +[\d.-]+){5}\n {2}C, clock_nanosleep( +[\d.-]+){5}\n/);
  t.regex(out, /\n {2}ticks: \d+ run \+ \d+ skipped = \d+ due\n/);
  for (const line of out.split('\n')) t.true(line.length <= 80, line);
  for (const flags of ['--rate 0', '--seconds few', '--slices 1.5', '--load -1', '--priority 100', '--cpu one']) {
    const ended = await ganglion(`bench clock ${flags}`);
    t.is(ended.status, 2, flags);
    t.regex(ended.err, /whole number|number from/);
  }
});

/** Ticks 0 … 9 of 1 ms from 1000; all on time but for what is changed, and seen between two looks 20 µs apart. */
function play(change: {
  readonly late?: number;
  readonly counted?: boolean;
  readonly mark?: number;
  readonly look?: readonly [number, number];
}) {
  const { late = 0, counted = false, mark = 0, look = [-0.01, 0.01] } = change;
  const began = Array.from({ length: 10 }, (_, tick) => 1000 + tick + 1 + (tick === 4 ? late : 0));
  const slice: Slice = {
    start: 1000,
    elapsedMs: 10.5,
    ticks: 10,
    skipped: 0,
    tick: Float64Array.from(began, (_, tick) => tick),
    latenessUs: Float64Array.from(began, (at, tick) => (at - 1001 - tick) * 1000),
    marks: Uint8Array.from(began, (_, tick) => (tick === 4 ? (counted ? MISSED : 0) | mark : 0)),
  };
  const seen = { before: new Float64Array(12), after: new Float64Array(12) };
  for (const [tick, at] of began.entries()) {
    const [from, to] = tick === 4 ? look : [-0.01, 0.01];
    seen.before[tick + 1] = at + from;
    seen.after[tick + 1] = at + to;
  }
  return { slice, seen, misses: compareMisses(slice, 1, seen) };
}

test('a miss is one for both; one that only we count, or only the other sees, is different', (t) => {
  const same = { ticks: 10, ours: 0, seen: 0, atLimit: 0, unseen: 0, unseenOurs: 0, interrupted: 0, different: 0 };
  t.deepEqual(play({}).misses, same);
  t.deepEqual(play({ late: 1.2, counted: true }).misses, { ...same, ours: 1, seen: 1 });
  t.deepEqual(play({ late: 1.2 }).misses, { ...same, seen: 1, different: 1 }, 'negative control: not counted');
  t.deepEqual(play({ late: 0.8, counted: true }).misses, { ...same, ours: 1, different: 1 }, 'negative control: counted for nothing');
  t.deepEqual(play({ late: 1, counted: true }).misses, { ...same, ours: 1, atLimit: 1 });
  t.deepEqual(play({ late: 1.03, counted: false }).misses, { ...same, seen: 1 }, 'within 50 µs of the limit either may hold');
  t.deepEqual(play({ late: 1.2, counted: true, look: [-1, 1] }).misses, { ...same, ours: 1, unseen: 1, unseenOurs: 1 });
  t.deepEqual(play({ late: 1.2, mark: INTERRUPTED }).misses, { ...same, ticks: 9, interrupted: 1 });
});

test('a value that was never seen was stored between the looks that enclose the next', (t) => {
  const { slice, seen } = play({ late: 1.2, counted: true });
  seen.before[5] = 0;
  seen.after[5] = 0;
  // Both were stored while nobody looked.
  seen.before[6] = 1004;
  t.like(compareMisses(slice, 1, seen), { ours: 1, seen: 0, unseen: 1, unseenOurs: 1, different: 0 });
  seen.before[6] = 1006.1;
  seen.after[6] = 1006.3;
  t.like(compareMisses(slice, 1, seen), { ours: 1, seen: 1, different: 0 });
});

test('drift is what the lateness gains, and an account that is one tick short is seen', (t) => {
  const slice = (gain: number): Slice => ({
    start: 0,
    elapsedMs: 1000.5,
    ticks: 1000,
    skipped: 0,
    tick: Float64Array.from({ length: 1000 }, (_, tick) => tick),
    latenessUs: Float64Array.from({ length: 1000 }, (_, tick) => 5 + gain * tick),
    marks: new Uint8Array(1000),
  });
  t.is(drift(slice(0)), 0);
  // A µs a tick of a ms: 60 ms a minute.
  t.true(Math.abs(drift(slice(1)) - 60) < 0.1, `${drift(slice(1))}`);
  const seen = { before: new Float64Array(1002), after: new Float64Array(1002) };
  const figures = (ours: Slice) => conditionFigures([{ slices: { ours, setInterval: slice(1), c: slice(0) }, seen }], 1);
  t.true(figures(slice(0)).exact);
  t.false(figures({ ...slice(0), ticks: 999 }).exact);
  t.false(figures({ ...slice(0), skipped: 1 }).exact);
  t.is(figures(slice(0)).p99Ratio, 1);
});
