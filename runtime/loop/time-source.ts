import type { Ms } from '../units.ts';

/** Where a real-time clock gets its time from, and how it sleeps. Tests pass one whose time they move by hand. */
export interface TimeSource {
  /** monotonic, ms */
  now(): Ms;
  /** calls `wake` once, at or after `ms` from now at the earliest convenience; replaces what was asked before */
  sleep(ms: Ms, wake: () => void): void;
  cancel(): void;
}

/**
 * `performance.now` and the event loop. A timer of Node wakes up to one or two ms after its time; the last `poll` ms before it are
 * therefore spent going round the event loop instead (signals and input are served as ever), at the price of a busy core.
 */
export function monotonicTime(poll: Ms): TimeSource {
  let timeout: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const cancel = (): void => {
    clearTimeout(timeout);
    clearImmediate(immediate);
    timeout = undefined;
    immediate = undefined;
  };
  return {
    now: () => performance.now(),
    sleep(ms, wake) {
      cancel();
      if (ms <= poll) immediate = setImmediate(wake);
      else timeout = setTimeout(wake, ms - poll);
    },
    cancel,
  };
}
