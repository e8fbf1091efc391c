import { raise } from '../errors.ts';
import type { Ms } from '../units.ts';

/** Where a real-time clock gets its time from, and how it waits. Tests pass one whose time they move by hand. */
export interface TimeSource {
  /** monotonic, ms */
  now(): Ms;
  /**
   * calls `wake` once, when `now()` has reached `time` or soon after, never within this call; replaces what was asked before. Between the call and
   * the waking the event loop turns at least once: messages, input and promises come through however busy the loop is.
   */
  wakeAt(time: Ms, wake: () => void): void;
  cancel(): void;
}

/** A sharper wait than the event loop has, from `native`. */
export interface PreciseWait {
  /** monotonic, ms */
  now(): Ms;
  /** blocks the thread until `time` */
  block(time: Ms): void;
}

/** A time that passes `speed` times as fast, from now on: what runs in real time then runs that much faster, by the same code. */
export function spedUp(time: TimeSource, speed: number): TimeSource {
  if (!(speed > 0 && speed < Number.POSITIVE_INFINITY))
    raise('ERR_OUT_OF_RANGE', { path: 'speed', bound: '> 0 and finite', value: speed, remedy: 'give how many times as fast time passes' });
  const origin = time.now();
  return {
    now: () => origin + (time.now() - origin) * speed,
    wakeAt: (at, wake) => time.wakeAt(origin + (at - origin) / speed, wake),
    cancel: time.cancel,
  };
}

/** How long a timer of Node may wake after its time: it counts whole ms, and the event loop may be busy. */
const TIMER_ERROR: Ms = 3;

/**
 * The event loop waits until it is near, the precise wait for the rest. Each waking has a turn of the event loop before it, in the time that is
 * left; a handler that takes longer makes the frame late, and the clock counts it.
 */
export function preciseTime({ now, block }: PreciseWait): TimeSource {
  return turning(now, TIMER_ERROR, block);
}

/** The time and the timers of Node, where there is no precise wait: a waking is up to one or two ms late. */
export function eventLoopTime(): TimeSource {
  return turning(() => performance.now(), 0, undefined);
}

function turning(now: () => Ms, near: Ms, block: ((time: Ms) => void) | undefined): TimeSource {
  let timeout: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let at: Ms = 0;
  let waking: (() => void) | undefined;
  const arrive = (): void => {
    immediate = undefined;
    block?.(at);
    waking?.();
  };
  const approach = (): void => {
    timeout = undefined;
    wait();
  };
  const wait = (): void => {
    const left = at - now();
    // A timer of less than a ms is one of a whole ms.
    if (left > near) timeout = setTimeout(approach, left - near);
    else immediate = setImmediate(arrive);
  };
  const cancel = (): void => {
    clearTimeout(timeout);
    clearImmediate(immediate);
    timeout = undefined;
    immediate = undefined;
    waking = undefined;
  };
  return {
    now,
    wakeAt(time, wake) {
      if (timeout !== undefined || immediate !== undefined) cancel();
      at = time;
      waking = wake;
      wait();
    },
    cancel,
  };
}
