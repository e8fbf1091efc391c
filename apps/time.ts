import { nativeRealtime } from '../native/index.ts';
import { eventLoopTime, preciseTime, type TimeSource } from '../runtime/index.ts';

/** The sharpest time that this machine offers: the precise wait of the addon, else the timers of the event loop. */
export function loopTime(): TimeSource {
  const native = nativeRealtime();
  return 'realtime' in native ? preciseTime(native.realtime.precise()) : eventLoopTime();
}
