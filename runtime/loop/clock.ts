import { Observable, type Subscriber } from 'rxjs';
import { raise } from '../errors.ts';
import type { Ms } from '../units.ts';
import { createHistogram } from './histogram.ts';
import { monotonicTime, type TimeSource } from './time-source.ts';

/** Says that the ticks of a frame have passed. One object for all frames, valid until the next. */
export interface FrameDue {
  /** first tick of the frame since the start of the clock, skipped ticks included */
  readonly tick: number;
  /** `frameTicks`, fewer in the last frame */
  readonly ticks: number;
  /** how long after its deadline the frame begins, µs; 0 in virtual time */
  readonly latenessUs: number;
}

/** Where time comes from. One subscriber at a time; every subscription starts at tick 0, or where the clock was told to. */
export interface Clock {
  readonly dt: Ms;
  readonly frameTicks: number;
  /** time since the start, ms */
  now(): Ms;
  readonly frames: Observable<FrameDue>;
  report(): ClockReport;
}

/** What the clock did since its start: ticks and skippedTicks add up to the time that has passed. */
export interface ClockReport {
  /** ticks announced */
  readonly ticks: number;
  /** frames that began when the next one was already due */
  readonly framesLate: number;
  /** ticks that were given up to catch up with time */
  readonly skippedTicks: number;
  readonly latenessUs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface ClockOptions {
  /** length of a tick, ms: that of the network */
  readonly dt: Ms;
  /** ticks of a frame, the control period */
  readonly frameTicks: number;
  /** ticks until the clock completes; default never */
  readonly ticks?: number;
  /** the first tick, default 0: where a run that is resumed goes on. From the last one on, the clock completes at once */
  readonly from?: number;
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

type Due = { -readonly [Key in keyof FrameDue]: FrameDue[Key] };

function check({ dt, frameTicks, ticks = Number.POSITIVE_INFINITY, from = 0 }: ClockOptions): void {
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
  if (!(Number.isInteger(from) && from >= 0 && from <= ticks)) {
    const remedy = 'give the tick that a run had reached';
    raise('ERR_OUT_OF_RANGE', { path: 'clock.from', bound: 'a whole number from 0 to clock.ticks', value: from, remedy });
  }
}

const busy = (): never => raise('ERR_CLOCK_USE', { reason: 'a clock has one subscriber at a time', remedy: 'make a clock for each pipe' });

/** Runs as fast as the pipe lets it, in synchronous batches with a turn of the event loop between them. */
export function virtualClock(options: VirtualClockOptions): VirtualClock {
  check(options);
  const { dt, frameTicks, ticks: last = Number.POSITIVE_INFINITY, from = 0, stepped = false } = options;
  const due: Due = { tick: 0, ticks: 0, latenessUs: 0 };
  let done = from;
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
    done = from;
    let immediate: NodeJS.Immediate | undefined;
    let size = 1;
    const batch = (): void => {
      if (done >= last) subscriber.complete();
      if (subscriber.closed) return;
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
      current = undefined;
    };
  });

  return {
    dt,
    frameTicks,
    now: () => done * dt,
    frames,
    report: () => ({ ticks: done, framesLate: 0, skippedTicks: 0, latenessUs: { p50: 0, p99: 0, max: 0 } }),
    advance(ticks) {
      const subscriber =
        current ?? raise('ERR_CLOCK_USE', { reason: 'advance() needs a subscriber', remedy: 'subscribe to the frames first' });
      const until = done + ticks;
      while (done < until && !subscriber.closed) emit(subscriber, until - done);
    },
    stop: () => current?.complete(),
  };
}

/** A busy machine stops a process for some tens of ms now and then; a controller that is further behind acts on the past. */
const PATIENCE: Ms = 50;

export interface RealTimeClockOptions extends ClockOptions {
  /** ticks by which it may be behind before it skips whole frames, oldest first; at least a frame, default 50 ms or 4 frames */
  readonly maxCatchUp?: number;
  /** ms before a deadline from which the event loop is polled instead of slept through: sharper, and a busy core; default 0 */
  readonly poll?: Ms;
  readonly time?: TimeSource;
}

/**
 * Runs with the time of the world. The deadline of a frame is start + (tick + ticks)·dt, an absolute time, so that no lateness
 * adds up; how many ticks are due is counted at every waking, never assumed. What cannot be caught up with is skipped and reported.
 */
export function realTimeClock(options: RealTimeClockOptions): Clock {
  check(options);
  const {
    dt,
    frameTicks,
    ticks: last = Number.POSITIVE_INFINITY,
    from = 0,
    maxCatchUp = Math.max(4 * frameTicks, Math.ceil(PATIENCE / dt)),
    poll = 0,
    time = monotonicTime(poll),
  } = options;
  if (!(maxCatchUp >= frameTicks)) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'clock.maxCatchUp',
      bound: `≥ frameTicks (${frameTicks})`,
      value: maxCatchUp,
      remedy: 'allow at least one frame',
    });
  }
  const due: Due = { tick: 0, ticks: 0, latenessUs: 0 };
  const lateness = createHistogram();
  let running = false;
  let start = 0;
  let done = from;
  let skipped = 0;
  let framesLate = 0;

  const skip = (elapsed: Ms): void => {
    const behind = Math.min(Math.floor(elapsed / dt), last) - done;
    if (behind <= maxCatchUp) return;
    const ticks = Math.floor((behind - maxCatchUp) / frameTicks) * frameTicks;
    skipped += ticks;
    done += ticks;
  };
  const deadline = (): Ms => Math.min(done + frameTicks, last) * dt;

  const frames = new Observable<FrameDue>((subscriber) => {
    if (running) busy();
    running = true;
    done = from;
    skipped = 0;
    framesLate = 0;
    lateness.clear();
    start = time.now() - from * dt;
    const wake = (): void => {
      if (done >= last) subscriber.complete();
      if (subscriber.closed) return;
      const elapsed = time.now() - start;
      if (elapsed >= deadline()) {
        skip(elapsed);
        const late = elapsed - deadline();
        due.latenessUs = Math.max(0, Math.round(late * 1000));
        due.tick = done;
        due.ticks = Math.min(frameTicks, last - done);
        done += due.ticks;
        lateness.add(due.latenessUs);
        if (late >= frameTicks * dt) framesLate++;
        subscriber.next(due);
        if (done >= last) subscriber.complete();
      }
      if (!subscriber.closed) time.sleep(Math.max(0, start + deadline() - time.now()), wake);
    };
    time.sleep(deadline() - from * dt, wake);
    return () => {
      time.cancel();
      running = false;
    };
  });

  return {
    dt,
    frameTicks,
    now: () => (running ? time.now() - start : done * dt),
    frames,
    report: () => ({
      ticks: done - skipped,
      framesLate,
      skippedTicks: skipped,
      latenessUs: { p50: lateness.quantile(0.5), p99: lateness.quantile(0.99), max: lateness.max() },
    }),
  };
}
