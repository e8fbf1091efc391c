/**
 * The product's loop at 1 kHz in a process of its own, as a robot has it: `telemetry-loop.js PORT FOLDER`. Its thread is scheduled in real time where the system
 * allows, its telemetry as any other. Told a slice, it tells what that slice missed; told 'end', the report of its telemetry.
 */
import { join } from 'node:path';
import { tap } from 'rxjs';
import { watchPauses } from '../../apps/controller/pauses.ts';
import { startTelemetry } from '../../apps/fleet/telemetry/index.ts';
import { steeredBy } from '../../apps/fleet/telemetry/steered.ts';
import { createObserver } from '../../apps/observe/feed.ts';
import { loopTime } from '../../apps/time.ts';
import { nativeRealtime } from '../../native/index.ts';
import { advance, countEvents, frames, realTimeClock, run } from '../../runtime/index.ts';
import { tiny } from '../runtime/loop/networks.ts';

export interface Slice {
  /** with telemetry in its pipe, or without */
  readonly told: boolean;
  readonly seconds: number;
  /** control: ms for which the loop's own thread sends something every 100 ticks */
  readonly heldMs?: number;
}

const PRIORITY = 50;
const [port, folder] = process.argv.slice(2) as [string, string];
const telemetry = (await startTelemetry(
  'loop',
  { telemetry: `mqtt://127.0.0.1:${port}`, device: 'loop', spool: join(folder, 'loop'), telemetryEvery: '0.1' },
  { observed: undefined, recorded: false, stop: () => undefined, say: () => undefined },
))!;
const pauses = watchPauses(loopTime().now);
const observed = createObserver(telemetry.observed, pauses);
const counted = countEvents(tiny());
const { executable } = counted;
const watching = steeredBy(telemetry.controls).show(executable, {
  ...{ population: 'hidden', readout: undefined, saves: false, safe: () => undefined },
});

const hold = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

async function missedIn({ told, seconds, heldMs = 0 }: Slice): Promise<number> {
  const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: 1000 * seconds, time: loopTime() });
  let ticks = 0;
  const pipe = frames(clock, executable).pipe(tap(() => ++ticks % 100 === 0 && hold(heldMs)));
  const sources = { clock, executable, events: counted.counts };
  await run(told ? pipe.pipe(watching.settings, advance(), observed.stage(sources)) : pipe.pipe(advance()), new AbortController().signal);
  const { framesLate, skippedTicks } = clock.report();
  return framesLate + skippedTicks;
}

process.on('message', async (said: Slice | 'end') => {
  if (said !== 'end') return void process.send!(await missedIn(said));
  pauses.end();
  process.send!(await telemetry.end({ state: 'ended', tick: 0 }), () => process.exit());
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());

// What is compiled and warm first, and threads that begin later would be scheduled like this one.
await missedIn({ told: true, seconds: 1 });
const realtime = nativeRealtime();
process.send!('realtime' in realtime ? realtime.realtime.schedule({ priority: PRIORITY }).priority : realtime.reason);
