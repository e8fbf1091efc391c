import { Observable } from 'rxjs';
import { raise } from '../errors.ts';
import type { Ms } from '../units.ts';
import { busy, type Clock, type ClockOptions, checkClock, type Due, type FrameDue } from './clock.ts';
import { createHistogram } from './histogram.ts';
import { eventLoopTime, type TimeSource } from './time-source.ts';

/** A busy machine stops a process for some tens of ms now and then; a controller that is further behind acts on the past. */
const PATIENCE: Ms = 50;

/**
 * What becomes of ticks that are overdue.
 * `catch-up`: they run, one frame after the other, as long as the loop is at most `atMost` ticks behind (at least a frame; default 50 ms or 4 frames,
 * whichever is more); older whole frames are skipped. `skip`: only the newest frame that is due runs. `slip`: none is left out; the deadlines of
 * this and all later frames move by the whole frames that are overdue.
 */
export type LatePolicy =
  | { readonly policy: 'catch-up'; readonly atMost?: number }
  | { readonly policy: 'skip' }
  | { readonly policy: 'slip' };

export interface RealTimeClockOptions extends ClockOptions {
  /** default catch-up */
  readonly late?: LatePolicy;
  /** default the timers of the event loop, which wake a ms or two late */
  readonly time?: TimeSource;
  /** hears of every frame that begins when the next one was already due, in the time of `time` */
  readonly onMiss?: (deadline: Ms, began: Ms) => void;
}

/** Ticks by which the loop may be behind before whole frames are given up, or deadlines move. */
function patience({ dt, frameTicks, late = { policy: 'catch-up' } }: RealTimeClockOptions): number {
  if (late.policy !== 'catch-up') return frameTicks;
  const atMost = late.atMost ?? Math.max(4 * frameTicks, Math.ceil(PATIENCE / dt));
  if (atMost >= frameTicks) return atMost;
  return raise('ERR_OUT_OF_RANGE', {
    path: 'clock.late.atMost',
    bound: `≥ frameTicks (${frameTicks})`,
    value: atMost,
    remedy: 'allow at least one frame',
  });
}

/**
 * Runs with the time of the world. The deadline of a frame is start + (tick + ticks)·dt, an absolute time, so that no lateness adds up; how many
 * ticks are due is counted at every waking, never assumed. What is late is dealt with by a stated policy, and reported.
 */
export function realTimeClock(options: RealTimeClockOptions): Clock {
  checkClock(options);
  const { dt, frameTicks, ticks: end = Number.POSITIVE_INFINITY, late, time = eventLoopTime(), onMiss, paused } = options;
  const atMost = patience(options);
  const slips = late?.policy === 'slip';
  const due: Due = { tick: 0, ticks: 0, latenessUs: 0 };
  const lateness = createHistogram();
  let running = false;
  let start = 0;
  let ended: Ms = 0;
  /** where the next frame begins; executed, skipped and slipped ticks are counted apart */
  let done = 0;
  let executed = 0;
  let skipped = 0;
  let slipped = 0;
  let framesLate = 0;

  const deadlineOf = (tick: number): Ms => start + (tick + slipped) * dt;
  const nextDeadline = (): Ms => deadlineOf(Math.min(done + frameTicks, end));
  /** ticks that are due and not done: a tick is due when its deadline, as it is rounded here, has come */
  const overdue = (now: Ms): number => {
    let tick = Math.floor((now - start) / dt) - slipped;
    if (now >= deadlineOf(tick + 1)) tick++;
    else if (now < deadlineOf(tick)) tick--;
    return Math.min(tick, end) - done;
  };
  const giveUp = (now: Ms): void => {
    const behind = overdue(now);
    if (behind <= atMost) return;
    const ticks = Math.floor((behind - atMost) / frameTicks) * frameTicks;
    if (slips) slipped += ticks;
    else {
      skipped += ticks;
      done += ticks;
    }
  };

  const frames = new Observable<FrameDue>((subscriber) => {
    if (running) busy();
    running = true;
    done = 0;
    executed = 0;
    skipped = 0;
    slipped = 0;
    framesLate = 0;
    lateness.clear();
    start = time.now();
    const wake = (): void => {
      const now = time.now();
      if (now >= nextDeadline() && paused?.() === true) {
        const ticks = Math.min(Math.ceil(overdue(now) / frameTicks) * frameTicks, end - done);
        skipped += ticks;
        done += ticks;
        if (done >= end) subscriber.complete();
      } else if (now >= nextDeadline()) {
        giveUp(now);
        const at = nextDeadline();
        due.latenessUs = Math.max(0, Math.round((now - at) * 1000));
        due.tick = done;
        due.ticks = Math.min(frameTicks, end - done);
        done += due.ticks;
        executed += due.ticks;
        lateness.add(due.latenessUs);
        if (now - at >= frameTicks * dt) {
          framesLate++;
          onMiss?.(at, now);
        }
        subscriber.next(due);
        if (done >= end) subscriber.complete();
      }
      if (!subscriber.closed) time.wakeAt(nextDeadline(), wake);
    };
    time.wakeAt(nextDeadline(), wake);
    return () => {
      time.cancel();
      const now = time.now();
      skipped += Math.max(0, overdue(now));
      ended = now - start;
      running = false;
    };
  });

  const elapsed = (): Ms => (running ? time.now() - start : ended);
  return {
    dt,
    frameTicks,
    now: elapsed,
    frames,
    report() {
      const elapsedMs = elapsed();
      return {
        ticks: executed,
        framesLate,
        skippedTicks: skipped,
        slippedTicks: slipped,
        elapsedMs,
        askedHz: 1000 / dt,
        achievedHz: elapsedMs > 0 ? (1000 * executed) / elapsedMs : 0,
        latenessUs: {
          p50: lateness.quantile(0.5),
          p99: lateness.quantile(0.99),
          p999: lateness.quantile(0.999),
          max: lateness.max(),
          histogram: lateness.buckets(),
        },
      };
    },
  };
}
