import type { Realtime, SharedCounter } from '../../../native/index.ts';
import { type Ms, preciseTime, realTimeClock } from '../../../runtime/index.ts';

export const loopNames = ['ours', 'setInterval', 'c'] as const;
export type LoopName = (typeof loopNames)[number];

/** What a loop did in one slice. Deadline of tick k, from 0: start + (k + 1)·dt. */
export interface Slice {
  readonly start: Ms;
  readonly elapsedMs: Ms;
  readonly ticks: number;
  /** ticks that were given up, by a loop that says so */
  readonly skipped: number;
  /** of each tick that ran, its number and how long after its deadline it began, µs */
  readonly tick: Float64Array;
  readonly latenessUs: Float64Array;
  /** of ours, a tick: 1 where it counted a miss, 2 where the thread stood still between its look at the clock and the store that others see */
  readonly marks: Uint8Array;
}

export const MISSED = 1;
export const INTERRUPTED = 2;
/** Two looks at one event that are further apart than this are no comparison, ms. */
export const TOLERANCE: Ms = 0.05;

type Loop = (realtime: Realtime, dt: Ms, seconds: number, counter: SharedCounter) => Promise<Slice>;

/** Room for the ticks of a slice, and for those that come while its end is noticed. */
const room = (dt: Ms, seconds: number): number => Math.ceil((seconds * 1000) / dt) + 1000;

/** The clock of `run --realtime` with a tick of nothing; every tick stores its number + 1 in the shared counter. */
const ours: Loop = (realtime, dt, seconds, counter) => {
  const size = room(dt, seconds);
  const [tick, latenessUs, marks] = [new Float64Array(size), new Float64Array(size), new Uint8Array(size)];
  const precise = preciseTime(realtime.precise());
  let start = Number.NaN;
  let missed = -1;
  const clock = realTimeClock({
    dt,
    frameTicks: 1,
    // The first look of a clock at its time is its start.
    time: {
      ...precise,
      now() {
        const now = precise.now();
        if (Number.isNaN(start)) start = now;
        return now;
      },
    },
    onMiss(deadline) {
      missed = Math.round((deadline - start) / dt) - 1;
    },
  });
  let ran = 0;
  return new Promise((resolve, reject) => {
    const subscription = clock.frames.subscribe({
      next(due) {
        counter.store(due.tick + 1);
        const late = realtime.now() - (start + (due.tick + 1) * dt);
        marks[ran] = (missed === due.tick ? MISSED : 0) | (late - due.latenessUs / 1000 > TOLERANCE ? INTERRUPTED : 0);
        tick[ran] = due.tick;
        latenessUs[ran++] = late * 1000;
        if ((due.tick + 1) * dt + late < seconds * 1000 && ran < size) return;
        subscription.unsubscribe();
        const { ticks, skippedTicks, elapsedMs } = clock.report();
        const own = { tick: tick.slice(0, ran), latenessUs: latenessUs.slice(0, ran), marks: marks.slice(0, ran) };
        resolve({ start, elapsedMs, ticks, skipped: skippedTicks, ...own });
      },
      error: reject,
    });
  });
};

/** What `setInterval` makes of it: its k-th call is taken for tick k. */
const interval: Loop = (realtime, dt, seconds) => {
  const size = room(dt, seconds);
  const latenessUs = new Float64Array(size);
  let ran = 0;
  return new Promise((resolve) => {
    const start = realtime.now();
    const timer = setInterval(() => {
      const passed = realtime.now() - start;
      latenessUs[ran] = (passed - (ran + 1) * dt) * 1000;
      ran++;
      if (passed < seconds * 1000 && ran < size) return;
      clearInterval(timer);
      resolve(plain(start, passed, latenessUs.slice(0, ran)));
    }, dt);
  });
};

/** One clock_nanosleep a tick, in C. */
const c: Loop = async (realtime, dt, seconds) => {
  const late = new Int32Array(Math.ceil((seconds * 1000) / dt));
  const start = realtime.now();
  realtime.plainLoop(start, dt, late);
  return plain(
    start,
    realtime.now() - start,
    Float64Array.from(late, (ns) => ns / 1000),
  );
};

function plain(start: Ms, elapsedMs: Ms, latenessUs: Float64Array): Slice {
  const ticks = latenessUs.length;
  const tick = Float64Array.from(latenessUs, (_, k) => k);
  return { start, elapsedMs, ticks, skipped: 0, tick, latenessUs, marks: new Uint8Array(ticks) };
}

export const loops: Readonly<Record<LoopName, Loop>> = { ours, setInterval: interval, c };
