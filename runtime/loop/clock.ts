import { Observable, type Subscriber } from 'rxjs';
import { raise } from '../errors.ts';
import type { Ms } from '../units.ts';

/** Says that the ticks of a frame have passed. One object for all frames, valid until the next. */
export interface FrameDue {
  /** first tick of the frame since the start of the clock, skipped ticks included */
  readonly tick: number;
  /** `frameTicks`, fewer in the last frame */
  readonly ticks: number;
  /** how long after its deadline the frame begins, µs; 0 in virtual time */
  readonly latenessUs: number;
}

/** Where time comes from. One subscriber at a time; every subscription starts at tick 0. */
export interface Clock {
  readonly dt: Ms;
  readonly frameTicks: number;
  /** time since the start, ms */
  now(): Ms;
  readonly frames: Observable<FrameDue>;
  report(): ClockReport;
}

/**
 * What a clock did since its start. Once it has ended, ticks + skippedTicks + slippedTicks = the whole ticks of `elapsedMs`, exactly (at most those it was
 * asked for); while it runs, what is due and not yet run is missing from the sum.
 */
export interface ClockReport {
  /** ticks announced */
  readonly ticks: number;
  /** frames that began when the next one was already due: the misses */
  readonly framesLate: number;
  /** ticks that were given up: to catch up with time, or because the run ended before they could run */
  readonly skippedTicks: number;
  /** ticks by which the deadlines moved, with the policy `slip` */
  readonly slippedTicks: number;
  readonly elapsedMs: Ms;
  /** ticks a second: what dt asks for, and what was announced in the time that passed */
  readonly askedHz: number;
  readonly achievedHz: number;
  readonly latenessUs: Lateness;
}

/** Of the beginnings of frames, µs. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** [upper edge, frames] of every bucket that holds any, ascending */
  readonly histogram: readonly (readonly [us: number, frames: number])[];
}

export interface ClockOptions {
  /** length of a tick, ms: that of the network */
  readonly dt: Ms;
  /** ticks of a frame, the control period */
  readonly frameTicks: number;
  /** ticks until the clock completes; default never */
  readonly ticks?: number;
  /** asked before frames: while true, none is announced. Virtual time stands still, ticks of real time are skipped; default never */
  readonly paused?: () => boolean;
}

/** A clock whose time is counted, not measured. */
export interface VirtualClock extends Clock {
  /** announces `ticks` more ticks now, in frames; the last may be short */
  advance(ticks: number): void;
  /** completes the frames */
  stop(): void;
}

export interface VirtualClockOptions extends ClockOptions {
  /** true: time moves by `advance` alone; default false, as fast as possible */
  readonly stepped?: boolean;
}

/** About how long a virtual clock keeps the event loop waiting: signals, progress and unsubscription come through. */
const BATCH: Ms = 50;

/** How often a pause of a virtual clock is looked at. */
const PAUSE: Ms = 10;

export type Due = { -readonly [Key in keyof FrameDue]: FrameDue[Key] };

/** Refuses options that mean nothing. */
export function checkClock({ dt, frameTicks, ticks = Number.POSITIVE_INFINITY }: ClockOptions): void {
  if (!(dt > 0 && Number.isFinite(dt)))
    raise('ERR_OUT_OF_RANGE', { path: 'clock.dt', bound: '> 0', value: dt, remedy: 'give the length of a tick in ms' });
  if (!(Number.isInteger(frameTicks) && frameTicks > 0)) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'clock.frameTicks',
      bound: 'a whole number ≥ 1',
      value: frameTicks,
      remedy: 'give the ticks of one control period',
    });
  }
  if (!(ticks > 0 && (Number.isInteger(ticks) || ticks === Number.POSITIVE_INFINITY))) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'clock.ticks',
      bound: 'a whole number ≥ 1',
      value: ticks,
      remedy: 'give the ticks to run, or leave it out to run until stopped',
    });
  }
}

/** Refuses a second subscriber. */
export const busy = (): never =>
  raise('ERR_CLOCK_USE', { reason: 'a clock has one subscriber at a time', remedy: 'make a clock for each pipe' });

/** Runs as fast as the pipe lets it, in synchronous batches with a turn of the event loop between them. */
export function virtualClock(options: VirtualClockOptions): VirtualClock {
  checkClock(options);
  const { dt, frameTicks, ticks: last = Number.POSITIVE_INFINITY, stepped = false, paused } = options;
  const due: Due = { tick: 0, ticks: 0, latenessUs: 0 };
  let done = 0;
  let current: Subscriber<FrameDue> | undefined;

  const emit = (subscriber: Subscriber<FrameDue>, most: number): void => {
    due.tick = done;
    due.ticks = Math.min(frameTicks, most, last - done);
    done += due.ticks;
    subscriber.next(due);
    if (done >= last) subscriber.complete();
  };

  const frames = new Observable<FrameDue>((subscriber) => {
    if (current !== undefined) busy();
    current = subscriber;
    done = 0;
    let immediate: NodeJS.Immediate | undefined;
    let pause: NodeJS.Timeout | undefined;
    let size = 1;
    const batch = (): void => {
      if (paused?.() === true) {
        pause = setTimeout(batch, PAUSE);
        return;
      }
      const began = performance.now();
      for (let k = 0; k < size && !subscriber.closed; k++) emit(subscriber, frameTicks);
      // Measured once a batch: a look at the time costs as much as a small frame, and memory.
      size = Math.max(1, Math.min(2 * size, Math.floor((size * BATCH) / (performance.now() - began))));
      if (!subscriber.closed) immediate = setImmediate(batch);
    };
    // The first batch waits for a turn too, so that whoever subscribes holds the subscription when frames begin.
    if (!stepped) immediate = setImmediate(batch);
    return () => {
      clearImmediate(immediate);
      clearTimeout(pause);
      current = undefined;
    };
  });

  return {
    dt,
    frameTicks,
    now: () => done * dt,
    frames,
    report: () => ({
      ticks: done,
      framesLate: 0,
      skippedTicks: 0,
      slippedTicks: 0,
      elapsedMs: done * dt,
      askedHz: 1000 / dt,
      achievedHz: 1000 / dt,
      latenessUs: { p50: 0, p99: 0, p999: 0, max: 0, histogram: [] },
    }),
    advance(ticks) {
      const subscriber =
        current ?? raise('ERR_CLOCK_USE', { reason: 'advance() needs a subscriber', remedy: 'subscribe to the frames first' });
      const until = done + ticks;
      while (done < until && !subscriber.closed) emit(subscriber, until - done);
    },
    stop: () => current?.complete(),
  };
}
