import { nativeRealtime } from '../../native/index.ts';
import type { ConditionFigures } from '../bench/clock/figures.ts';
import { loopNames } from '../bench/clock/loops.ts';
import type { ClockBench } from '../bench/clock/measure.ts';
import { number } from './numbers.ts';
import { parseScheduling, type SchedulingFlags } from './scheduling.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

/** What the command line says, unread. */
export interface ClockFlags extends SchedulingFlags {
  readonly rate: string;
  readonly seconds: string;
  readonly slices: string;
  readonly load: string;
  readonly json?: boolean;
}

const names = { ours: 'ours', setInterval: 'setInterval', c: 'C, clock_nanosleep' } as const;
const row = (name: string, cells: readonly string[]): string => `  ${name.padEnd(20)}${cells.map((cell) => cell.padStart(10)).join('')}\n`;
const us = (value: number): string => value.toFixed(value < 1000 ? 1 : 0);

function printed(title: string, { loops, p99Ratio, p99Ratios, exact, misses }: ConditionFigures): string {
  const { ticks, skipped, due } = loops.ours;
  const { ours, seen, atLimit, unseen, unseenOurs, interrupted, different } = misses;
  return [
    `${title}\n`,
    row('late by, µs', ['p50', 'p99', 'p99.9', 'max', 'ms/min']),
    ...loopNames.map((name) => {
      const { latenessUs, driftMsPerMinute } = loops[name];
      return row(names[name], [...[latenessUs.p50, latenessUs.p99, latenessUs.p999, latenessUs.max].map(us), driftMsPerMinute.toFixed(1)]);
    }),
    `  p99 of ours over the C loop's: ${p99Ratio.toFixed(2)} (median of ${p99Ratios.map((ratio) => ratio.toFixed(2)).join(', ')})\n`,
    `  ticks: ${ticks} run + ${skipped} skipped ${exact ? '=' : '≠'} ${due} due\n`,
    `  misses: ${ours} by our count, ${seen} by another process, ${different} differ by over 50 µs;\n`,
    `    ${atLimit} ticks at the limit, ${unseen} unseen (${unseenOurs} of our misses), ${interrupted} left out\n`,
  ].join('');
}

function table({ rate, seconds, slices, load, cores, scheduling, idle, loaded }: ClockBench): string {
  const why = Object.entries(scheduling).filter(([, reason]) => reason !== '');
  return [
    `${rate} Hz, ${seconds} s a loop in ${slices} slices, in turn on one thread; ${cores} cores\n`,
    ...why.map(([wish, reason]) => `${wish} was not granted: ${reason}\n`),
    printed('idle', idle),
    loaded === null ? '' : printed(`${load} busy thread${load === 1 ? '' : 's'}, and the main thread allocating`, loaded),
  ].join('');
}

/** `ganglion bench clock`: our loop beside setInterval and a C loop. Fails where a tick is not accounted for, or a miss is not one for both. */
export async function benchClockCommand(flags: ClockFlags): Promise<void> {
  const options = {
    rate: number('rate', flags.rate, 1, 10_000, false),
    seconds: number('seconds', flags.seconds, 0.1, 3600, false),
    slices: number('slices', flags.slices, 1, 100, true),
    load: number('load', flags.load, 0, 64, true),
    scheduling: parseScheduling(flags) ?? {},
  };
  const native = nativeRealtime();
  if ('reason' in native) throw new UsageError(`the bench of the clock needs the native backend: ${native.reason}`, native.remedy);
  const { measureClocks } = await import('../bench/clock/measure.ts');
  const line = progressLine(process.stderr, () => performance.now());
  try {
    const bench = await measureClocks(options, line.show);
    line.clear();
    process.stdout.write(flags.json === true ? `${JSON.stringify(bench)}\n` : table(bench));
    const right = [bench.idle, bench.loaded].every((figures) => figures === null || (figures.exact && figures.misses.different === 0));
    if (!right) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
  }
}
