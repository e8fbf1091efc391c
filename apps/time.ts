import { nativeRealtime } from '../native/index.ts';
import { eventLoopTime, preciseTime, spedUp, type TimeSource } from '../runtime/index.ts';

/** The sharpest time that this machine offers, `speed` times as fast: by the precise wait of the addon, else by the timers of the event loop. */
export function loopTime(speed = 1): TimeSource {
  const native = nativeRealtime();
  const time = 'realtime' in native ? preciseTime(native.realtime.precise()) : eventLoopTime();
  return speed === 1 ? time : spedUp(time, speed);
}
