import { nativeRealtime } from '../native/index.ts';
import {
  type Clock,
  type ClockOptions,
  createSections,
  eventLoopTime,
  guardRate,
  preciseTime,
  type RateStage,
  realTimeClock,
  type Sections,
  spedUp,
  type TimeSource,
  virtualClock,
} from '../runtime/index.ts';
import type { RunOptions } from './app.ts';

/** The sharpest time that this machine offers, `speed` times as fast: by the precise wait of the addon, else by the timers of the event loop. */
export function loopTime(speed = 1): TimeSource {
  const native = nativeRealtime();
  const time = 'realtime' in native ? preciseTime(native.realtime.precise()) : eventLoopTime();
  return speed === 1 ? time : spedUp(time, speed);
}

/** The clock of a run, and what watches it; undefined is what virtual time has no need of. */
export interface Paced {
  readonly clock: Clock;
  readonly rate: RateStage | undefined;
  readonly sections: Sections | undefined;
}

/**
 * In real time the sharpest that there is, watched as the command asks; else virtual time. `timeOf` says otherwise for a loop beside which others live on
 * its thread.
 */
export function paced(
  shape: ClockOptions,
  { clock: kind, speed = 1, pacing }: Pick<RunOptions, 'clock' | 'speed' | 'pacing'>,
  timeOf: (speed: number) => TimeSource = loopTime,
): Paced {
  if (kind !== 'realtime') return { clock: virtualClock(shape), rate: undefined, sections: undefined };
  // A world that passes faster than it does is one that can wait: nothing of it is left out, and its rate is nobody's promise.
  const waits = speed !== 1;
  const clock = realTimeClock({
    ...shape,
    time: timeOf(speed),
    ...(waits ? { late: { policy: 'slip' } as const } : {}),
    ...(pacing === undefined || waits ? {} : { onMiss: pacing.onMiss }),
  });
  const rate =
    pacing === undefined || pacing.leastShare === 0 || waits
      ? undefined
      : guardRate(clock, { leastHz: (pacing.leastShare * 1000) / shape.dt, rearmMs: pacing.rearmMs });
  const native = nativeRealtime();
  return { clock, rate, sections: 'realtime' in native ? createSections(native.realtime.stamp) : createSections() };
}
