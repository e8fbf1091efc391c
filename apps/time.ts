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
  type TimeSource,
  virtualClock,
} from '../runtime/index.ts';
import type { RunOptions } from './app.ts';

/** The sharpest time that this machine offers: the precise wait of the addon, else the timers of the event loop. */
export function loopTime(): TimeSource {
  const native = nativeRealtime();
  return 'realtime' in native ? preciseTime(native.realtime.precise()) : eventLoopTime();
}

/** The clock of a run, and what watches it; undefined is what virtual time has no need of. */
export interface Paced {
  readonly clock: Clock;
  readonly rate: RateStage | undefined;
  readonly sections: Sections | undefined;
}

/** In real time the sharpest that there is, watched as the command asks; else virtual time. */
export function paced(shape: ClockOptions, { clock: kind, pacing }: Pick<RunOptions, 'clock' | 'pacing'>): Paced {
  if (kind !== 'realtime') return { clock: virtualClock(shape), rate: undefined, sections: undefined };
  const clock = realTimeClock({ ...shape, time: loopTime(), ...(pacing === undefined ? {} : { onMiss: pacing.onMiss }) });
  const rate =
    pacing === undefined || pacing.leastShare === 0
      ? undefined
      : guardRate(clock, { leastHz: (pacing.leastShare * 1000) / shape.dt, rearmMs: pacing.rearmMs });
  const native = nativeRealtime();
  return { clock, rate, sections: 'realtime' in native ? createSections(native.realtime.stamp) : createSections() };
}
