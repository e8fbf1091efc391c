import type { TimeSource } from '../../../runtime/index.ts';

/** Time that is moved by hand: what sleeps is woken when its moment has passed, `stall` ms late. */
export interface HandTime extends TimeSource {
  /** lets time pass, waking sleepers in between */
  pass(ms: number): void;
  /** lets time pass inside a frame, as a slow computation does */
  compute(ms: number): void;
  /** sleepers wake this much too late */
  oversleep: number;
  readonly sleeping: boolean;
}

export function handTime(): HandTime {
  let now = 1000;
  let at = Number.POSITIVE_INFINITY;
  let wake: (() => void) | undefined;
  return {
    oversleep: 0,
    now: () => now,
    wakeAt(time, callback) {
      at = time;
      wake = callback;
    },
    cancel() {
      wake = undefined;
    },
    get sleeping() {
      return wake !== undefined;
    },
    compute(ms) {
      now += ms;
    },
    pass(ms) {
      const until = now + ms;
      while (wake !== undefined && at + this.oversleep <= until) {
        now = Math.max(now, at + this.oversleep);
        const callback = wake;
        wake = undefined;
        callback();
      }
      now = Math.max(now, until);
    },
  };
}
