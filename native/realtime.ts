import { type Ms, type PreciseWait, raise } from '../runtime/index.ts';

/** What `native/src/realtime-binding.cc` exports; times in ms. */
export interface RealtimeAddon {
  now(): Ms;
  stamp(into: Float64Array): void;
  wait(deadline: Ms, spin: Ms): Ms;
  loop(start: Ms, period: Ms, lateness: Int32Array): void;
  schedule(priority: number, cpu: number, lock: boolean, tryOnly: boolean): Obtained;
  readonly SharedCounter: new (path: string) => SharedCounter;
}

/** A number in a file that two processes map. */
export interface SharedCounter {
  store(value: number): void;
  /**
   * blocks until the number is below zero or `until`; of each value v it notes the last time an earlier one was seen and the first time v was, looking
   * every `pause` ms
   */
  observe(before: Float64Array, after: Float64Array, pause: Ms, until: Ms): void;
}

/** What a thread asks of the system; nothing of it is needed for the results. */
export interface RealtimeOptions {
  /** SCHED_FIFO with this priority, 1 to 99; default none */
  readonly priority?: number | undefined;
  /** the only core of this thread, from 0; default any */
  readonly cpu?: number | undefined;
  /** code, libraries, this thread's stack and the memory of networks loaded from now on stay in memory once they were used; default false */
  readonly lock?: boolean | undefined;
}

/** Empty where it was obtained or not asked for, else why not. */
export interface Obtained {
  readonly priority: string;
  readonly cpu: string;
  readonly lock: string;
}

export interface Realtime {
  /** monotonic ms; on Linux and macOS the same in all threads and processes */
  now(): Ms;
  /** the same into the first element, leaving no number on the heap */
  stamp(into: Float64Array): void;
  /** sleeps until `spin` ms (default 0.05) before the time asked for, then looks at the clock until it has come: more is sharper, and a busier core */
  precise(spin?: Ms): PreciseWait;
  /** the plain loop in C, one clock_nanosleep a period: fills in how late each waking was, ns. Blocks. */
  plainLoop(start: Ms, period: Ms, lateness: Int32Array): void;
  /** changes this thread (and, with `lock`, the process); never fails, but says what was not obtained */
  schedule(options: RealtimeOptions): Obtained;
  /** whether it would be obtained, tried on a thread of its own */
  trySchedule(options: RealtimeOptions): Obtained;
  /** throws where the file cannot be mapped */
  counter(path: string): SharedCounter;
}

/** The share of a period of 1 ms that is spun by default is a twentieth. */
const SPIN: Ms = 0.05;

export function realtimeOf({ now, stamp, wait, loop, schedule, SharedCounter }: RealtimeAddon): Realtime {
  const ask = ({ priority = 0, cpu = -1, lock = false }: RealtimeOptions, tryOnly: boolean): Obtained =>
    schedule(priority, cpu, lock, tryOnly);
  return {
    now,
    stamp,
    precise(spin = SPIN) {
      if (!(spin >= 0 && Number.isFinite(spin)))
        raise('ERR_OUT_OF_RANGE', { path: 'spin', bound: '≥ 0', value: spin, remedy: 'give ms to spin before a deadline' });
      return { now, block: (time) => void wait(time, spin) };
    },
    plainLoop: loop,
    schedule: (options) => ask(options, false),
    trySchedule: (options) => ask(options, true),
    counter: (path) => new SharedCounter(path),
  };
}
