/** Apps whose actuator writes to a file whether it acts or is safe, and which end in every way that there is. */
import fs from 'node:fs';
import type { App, RunOptions, RunResult } from '../../../apps/app.ts';
import type { AppEntry } from '../../../apps/cli/apps.ts';
import { act, advance, frames, raise, realTimeClock, run, stage } from '../../../runtime/index.ts';
import { tiny } from '../../runtime/loop/networks.ts';

/** What happens in the frame of tick 20. */
const ends: Readonly<Record<string, () => void>> = {
  finishes: () => undefined,
  throws: () => raise('ERR_CLOCK_USE', { reason: 'the app gave up', remedy: 'try again' }),
  // Outside the pipe: nobody catches these.
  crashes: () => void setTimeout(() => JSON.parse('{'), 0),
  rejects: () => void Promise.reject(new Error('nobody waits for this')),
  exits: () => process.exit(7),
  exhausts() {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(1000).fill({}));
  },
  hangs() {
    for (;;);
  },
  stalls() {
    const until = performance.now() + 20;
    while (performance.now() < until);
  },
  runs: () => undefined,
};

const log = (file: string, word: string): void => fs.appendFileSync(file, `${word}\n`);

async function runFaulty(name: string, file: string, { signal, progress, pacing }: RunOptions): Promise<RunResult> {
  const executable = tiny();
  const endless = name === 'runs';
  // A tick that a busy machine made us skip might be the one in which something happens.
  const clock = realTimeClock({
    dt: 1,
    frameTicks: 1,
    late: { policy: 'slip' },
    onMiss: pacing!.onMiss,
    ...(endless ? {} : { ticks: 40 }),
  });
  const actuator = { apply: (tick: number) => (tick === 1 ? log(file, 'acts') : undefined), safe: () => log(file, 'safe') };
  const decoder = { create: () => 0, decode: ({ tick }: { readonly tick: number }) => tick };
  await run(
    frames(clock, executable).pipe(
      advance(),
      act(decoder, actuator),
      stage(() => ({
        step({ tick }) {
          if (tick === 20) progress({ fraction: 0.5, text: 'half' });
          if (tick === 25) ends[name]!();
        },
      })),
    ),
    signal,
  );
  const { ticks } = clock.report();
  return { report: { ticks, aborted: signal.aborted }, render: () => `${ticks} ticks`, ok: true };
}

export const appNamed = (name: string): AppEntry => ({
  summary: 'faulty',
  flags: [],
  saves: false,
  watched: undefined,
  load: () => Promise.reject<Pick<App, 'network'>>(new Error('never asked')),
  prepare: (given) => (options) => runFaulty(name, String(given['file']), options),
});
