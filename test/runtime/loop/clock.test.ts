import test from 'ava';
import { take, tap } from 'rxjs';
import {
  type Clock,
  ControllerError,
  eventLoopTime,
  type FrameDue,
  preciseTime,
  realTimeClock,
  run,
  virtualClock,
} from '../../../runtime/index.ts';
import { handTime } from './hand-time.ts';

/** [tick, ticks] of every frame. */
const collect = (clock: Clock): [number, number][] => {
  const seen: [number, number][] = [];
  clock.frames.subscribe(({ tick, ticks }) => seen.push([tick, ticks]));
  return seen;
};

test('a stepped virtual clock announces what it is told, in frames, and no more', (t) => {
  const clock = virtualClock({ dt: 2, frameTicks: 4, stepped: true });
  const seen = collect(clock);
  clock.advance(4);
  clock.advance(6);
  t.deepEqual(seen, [
    [0, 4],
    [4, 4],
    [8, 2],
  ]);
  t.is(clock.now(), 20);
  t.is(clock.report().ticks, 10);
});

test('a virtual clock makes exactly the asked ticks, the last frame short', async (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 4, ticks: 10 });
  const seen: [number, number][] = [];
  const done = run(clock.frames.pipe(tap(({ tick, ticks }) => seen.push([tick, ticks]))));
  t.deepEqual(seen, [], 'the first frame waits until whoever subscribes holds the subscription');
  await done;
  t.deepEqual(seen, [
    [0, 4],
    [4, 4],
    [8, 2],
  ]);
});

test('stop() completes the frames', async (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const done = run(clock.frames);
  clock.advance(3);
  clock.stop();
  await done;
  t.is(clock.report().ticks, 3);
});

test('an endless virtual clock lets timers, aborts and unsubscription through', async (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1 });
  let timers = 0;
  const timer = setInterval(() => timers++, 1);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 800);
  const started = performance.now();
  await run(clock.frames, stop.signal);
  clearInterval(timer);
  t.true(performance.now() - started < 5000);
  t.true(timers >= 2, `the event loop turned ${timers} times`);
  const ticks = clock.report().ticks;
  t.true(ticks > 1000);
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.is(clock.report().ticks, ticks, 'nothing runs after the abort');
});

test('a subscriber that leaves in the middle of a batch is sent nothing more', async (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1 });
  await run(clock.frames.pipe(take(3)));
  t.is(clock.report().ticks, 3);
});

test('every subscription starts at tick 0, and a second one at the same time is refused', (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const seen: number[] = [];
  const first = clock.frames.subscribe(({ tick }) => seen.push(tick));
  clock.advance(2);
  let refused: unknown;
  clock.frames.subscribe({ error: (error) => (refused = error) });
  t.true(refused instanceof ControllerError && refused.code === 'ERR_CLOCK_USE');
  clock.advance(1);
  first.unsubscribe();
  clock.frames.subscribe(({ tick }) => seen.push(tick));
  clock.advance(2);
  t.deepEqual(seen, [0, 1, 2, 0, 1]);
});

test('advance() without a subscriber is an error that says so', (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  t.is(t.throws(() => clock.advance(1), { instanceOf: ControllerError })?.code, 'ERR_CLOCK_USE');
});

test('one object carries every frame', (t) => {
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const seen = new Set<FrameDue>();
  clock.frames.subscribe((due) => seen.add(due));
  clock.advance(5);
  t.is(seen.size, 1);
});

test('options out of range are refused', (t) => {
  const bad = [{ dt: 0 }, { dt: Number.NaN }, { frameTicks: 0 }, { frameTicks: 1.5 }, { ticks: 0 }, { ticks: 2.5 }];
  for (const options of bad) {
    for (const clock of [virtualClock, realTimeClock]) {
      const error = t.throws(() => clock({ dt: 1, frameTicks: 1, ...options }), { instanceOf: ControllerError }, JSON.stringify(options));
      t.is(error?.code, 'ERR_OUT_OF_RANGE');
    }
  }
  t.is(
    t.throws(() => realTimeClock({ dt: 1, frameTicks: 5, late: { policy: 'catch-up', atMost: 4 } }), { instanceOf: ControllerError })?.path,
    'clock.late.atMost',
  );
});

test('deadlines are absolute: oversleeping every time makes frames late, and none of it adds up', (t) => {
  const time = handTime();
  time.oversleep = 1.7;
  const clock = realTimeClock({ dt: 1, frameTicks: 5, time });
  const begins: number[] = [];
  const start = time.now();
  clock.frames.subscribe(() => begins.push(time.now() - start));
  time.pass(10_000);
  t.is(begins.length, 1999, 'the frame of 10 s comes 1.7 ms later');
  for (const [k, at] of begins.entries()) t.true(Math.abs(at - (5 * (k + 1) + 1.7)) < 1e-6, `frame ${k} began at ${at}`);
  const { latenessUs, skippedTicks, framesLate } = clock.report();
  t.deepEqual({ skippedTicks, framesLate }, { skippedTicks: 0, framesLate: 0 });
  t.is(latenessUs.max, 1700);
  t.is(latenessUs.p50, 1700);
});

test('negative control: a clock that sleeps one period after every frame drifts, and the test above would see it', (t) => {
  const time = handTime();
  time.oversleep = 1.7;
  const begins: number[] = [];
  const start = time.now();
  const wake = (): void => {
    begins.push(time.now() - start);
    time.wakeAt(time.now() + 5, wake);
  };
  time.wakeAt(time.now() + 5, wake);
  time.pass(10_000);
  t.true(Math.abs(begins[100]! - (5 * 101 + 1.7)) > 100);
});

test('a stall within the bound of catch-up is caught up with frame by frame, nothing skipped', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 5, late: { policy: 'catch-up', atMost: 20 }, time });
  const seen: [number, number, number][] = [];
  clock.frames.subscribe(({ tick, ticks, latenessUs }) => {
    seen.push([tick, ticks, latenessUs]);
    if (tick === 5) time.compute(17);
  });
  time.pass(40);
  t.deepEqual(seen, [
    [0, 5, 0],
    [5, 5, 0],
    [10, 5, 12_000],
    [15, 5, 7000],
    [20, 5, 2000],
    [25, 5, 0],
    [30, 5, 0],
    [35, 5, 0],
  ]);
  const report = clock.report();
  t.deepEqual({ ticks: report.ticks, skipped: report.skippedTicks, late: report.framesLate }, { ticks: 40, skipped: 0, late: 2 });
});

test('a stall beyond the bound of catch-up skips whole frames, oldest first, and says how many', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 5, late: { policy: 'catch-up', atMost: 10 }, time });
  const seen: number[] = [];
  clock.frames.subscribe(({ tick }) => {
    seen.push(tick);
    if (tick === 0) time.compute(33);
  });
  time.pass(50);
  // At 38 ms ticks 5 … 37 wait: 33. Four frames go, 13 ticks stay, of which two frames are whole.
  t.deepEqual(seen, [0, 25, 30, 35, 40, 45]);
  t.is(clock.report().skippedTicks, 20);
  t.is(clock.report().ticks + clock.report().skippedTicks, 50);
});

test('a network slower than time skips for ever, and run + skipped is always the time that passed', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 4, late: { policy: 'catch-up', atMost: 8 }, time });
  clock.frames.subscribe(() => time.compute(9));
  time.pass(9000);
  const { ticks, skippedTicks } = clock.report();
  const elapsed = Math.floor(clock.now());
  t.true(skippedTicks > 0.4 * elapsed);
  t.true(ticks + skippedTicks <= elapsed);
  t.true(ticks + skippedTicks > elapsed - 8 - 4 - 9, `${ticks} + ${skippedTicks} of ${elapsed}`);
});

test('the asked ticks are an amount of time: skipped ones count, and the last frame may be short', async (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 0.5, frameTicks: 4, ticks: 1001, late: { policy: 'catch-up', atMost: 4 }, time });
  let last = [0, 0];
  const done = run(clock.frames);
  time.pass(100);
  time.compute(201);
  time.pass(400);
  await done;
  const { ticks, skippedTicks } = clock.report();
  t.is(ticks + skippedTicks, 1001);
  t.true(skippedTicks >= 390 && skippedTicks <= 400, String(skippedTicks));
  t.false(time.sleeping);
  t.is(clock.report().latenessUs.max, 1000);
  clock.frames.subscribe(({ tick, ticks: count }) => (last = [tick, count]));
  time.pass(600);
  t.deepEqual(last, [1000, 1], 'a new subscription starts over');
  t.is(clock.report().skippedTicks, 0);
  t.is(clock.report().latenessUs.max, 0);
});

test('unsubscribing takes the sleeper away', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 5, time });
  const subscription = clock.frames.subscribe();
  time.pass(12);
  t.true(time.sleeping);
  subscription.unsubscribe();
  t.false(time.sleeping);
});

// On a shared machine the tail of lateness is the machine's: what is held here is the account of it.
test.serial('in real time the asked ticks take their time: no drift, and run + skipped is what passed', async (t) => {
  const clock = realTimeClock({ dt: 1, frameTicks: 5, ticks: 600 });
  const started = performance.now();
  let elapsed = 0;
  let accounted = true;
  await new Promise<void>((resolve) => {
    clock.frames.subscribe({
      next({ tick, ticks }) {
        const { ticks: ran, skippedTicks } = clock.report();
        if (ran + skippedTicks !== tick + ticks || tick + ticks > clock.now() + 1e-6) accounted = false;
      },
      complete() {
        elapsed = performance.now() - started;
        resolve();
      },
    });
  });
  const { ticks, skippedTicks, latenessUs } = clock.report();
  t.true(accounted, 'at no frame was more announced than had passed');
  t.is(ticks + skippedTicks, 600);
  t.true(elapsed >= 600 && elapsed < 600 + latenessUs.max / 1000 + 200, `${elapsed} ms, at most ${latenessUs.max} us late`);
  t.true(latenessUs.p50 <= latenessUs.p99 && latenessUs.p99 <= latenessUs.max);
});

test.serial('in real time a blocked event loop is found and counted', async (t) => {
  const clock = realTimeClock({ dt: 1, frameTicks: 5, ticks: 300, late: { policy: 'catch-up', atMost: 10 } });
  let blocked = false;
  await new Promise<void>((resolve) => {
    clock.frames.subscribe({
      next({ tick }) {
        if (blocked || tick < 50) return;
        blocked = true;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      },
      complete: resolve,
    });
  });
  const report = clock.report();
  t.true(report.skippedTicks >= 80, `${report.skippedTicks} ticks skipped`);
  // The frames that were skipped never began: what ran was at most the bound behind.
  t.true(report.latenessUs.max >= 5000);
  t.true(report.framesLate >= 1);
  t.is(report.ticks + report.skippedTicks, 300);
});

test('skip: only the newest frame that is due runs', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 5, late: { policy: 'skip' }, time });
  const seen: number[] = [];
  clock.frames.subscribe(({ tick }) => {
    seen.push(tick);
    if (tick === 0) time.compute(33);
  });
  time.pass(50);
  // At 38 ms ticks 5 … 37 wait: the newest whole frame is that of tick 30, due at 35.
  t.deepEqual(seen, [0, 30, 35, 40, 45]);
  const { ticks, skippedTicks, framesLate } = clock.report();
  t.deepEqual({ ticks, skippedTicks, framesLate }, { ticks: 25, skippedTicks: 25, framesLate: 0 });
});

test('slip: no tick is left out, deadlines move by whole frames, and those are counted apart', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 5, late: { policy: 'slip' }, time });
  const seen: [number, number][] = [];
  const start = time.now();
  clock.frames.subscribe(({ tick }) => {
    seen.push([tick, time.now() - start]);
    if (tick === 0) time.compute(33);
  });
  time.pass(50);
  t.deepEqual(seen, [
    [0, 5],
    [5, 38],
    [10, 40],
    [15, 45],
    [20, 50],
  ]);
  const { ticks, skippedTicks, slippedTicks } = clock.report();
  t.deepEqual({ ticks, skippedTicks, slippedTicks }, { ticks: 25, skippedTicks: 0, slippedTicks: 25 });
});

test('however a run ends, executed + skipped + slipped is the whole ticks that have passed', (t) => {
  for (const late of [{ policy: 'catch-up', atMost: 12 }, { policy: 'skip' }, { policy: 'slip' }] as const) {
    for (const dt of [1, 0.25, 1000 / 120, 0.1]) {
      const time = handTime();
      const clock = realTimeClock({ dt, frameTicks: 4, late, time });
      let frames = 0;
      const subscription = clock.frames.subscribe(() => {
        if (frames++ % 7 === 3) time.compute(dt * (5 + (frames % 31)));
      });
      time.pass(700 * dt + 0.01);
      subscription.unsubscribe();
      const { ticks, skippedTicks, slippedTicks, elapsedMs, achievedHz } = clock.report();
      const name = `${late.policy}, dt ${dt}`;
      t.is(ticks + skippedTicks + slippedTicks, Math.floor(elapsedMs / dt), name);
      t.true(ticks < Math.floor(elapsedMs / dt) && ticks > 100, name);
      t.true(Math.abs(achievedHz - (1000 * ticks) / elapsedMs) < 1e-9, name);
      time.pass(100);
      t.is(clock.report().elapsedMs, elapsedMs, 'the account is closed');
    }
  }
});

test('a miss is told with its deadline and its beginning; what is late by less is none', (t) => {
  const time = handTime();
  const misses: [number, number][] = [];
  const onMiss = (deadline: number, began: number) => misses.push([deadline - 1000, began - 1000]);
  const clock = realTimeClock({ dt: 1, frameTicks: 5, time, onMiss });
  clock.frames.subscribe(({ tick }) => {
    if (tick === 0) time.compute(12);
    if (tick === 25) time.compute(9);
  });
  time.pass(60);
  t.deepEqual(misses, [[10, 17]]);
  t.is(clock.report().framesLate, 1);
});

test('the histogram holds every frame', (t) => {
  const time = handTime();
  const clock = realTimeClock({ dt: 1, frameTicks: 1, time });
  clock.frames.subscribe(({ tick }) => {
    if (tick % 10 === 0) time.compute(1.5);
  });
  time.pass(100);
  const { latenessUs, ticks } = clock.report();
  t.is(
    latenessUs.histogram.reduce((sum, [, frames]) => sum + frames, 0),
    ticks,
  );
  t.deepEqual(
    latenessUs.histogram.map(([us]) => us),
    [0, 511],
  );
  t.true(latenessUs.p50 === 0 && latenessUs.p99 === 500 && latenessUs.p999 === 500);
});

test('every waking of a time source has a turn of the event loop before it', async (t) => {
  let now = 0;
  const blocked: number[] = [];
  const block = (time: number): void => {
    blocked.push(time);
    now = Math.max(now, time);
  };
  for (const time of [eventLoopTime(), preciseTime({ now: () => now, block })]) {
    const began = time.now();
    let turns = 0;
    let stopped = false;
    const turn = (): void => {
      turns++;
      if (!stopped) setImmediate(turn);
    };
    setImmediate(turn);
    for (let frame = 0; frame < 5; frame++) {
      const before = turns;
      let within = true;
      await new Promise<void>((resolve) => {
        time.wakeAt(began, () => {
          t.false(within);
          resolve();
        });
        within = false;
      });
      t.true(turns > before, `frame ${frame}`);
    }
    stopped = true;
  }
  t.deepEqual(blocked, [0, 0, 0, 0, 0]);
});

test('a precise time source blocks only when the time is near', async (t) => {
  const log: string[] = [];
  const time = preciseTime({ now: () => performance.now(), block: () => log.push('blocked') });
  const ticking = setInterval(() => log.push('turn'), 1);
  await new Promise<void>((resolve) => time.wakeAt(performance.now() + 60, resolve));
  clearInterval(ticking);
  t.is(log.indexOf('blocked'), log.length - 1);
  t.true(log.length > 3, `${log.length - 1} turns while it waited`);
});

test('a cancelled or replaced waking does not come', async (t) => {
  const time = eventLoopTime();
  const log: string[] = [];
  time.wakeAt(time.now() + 1, () => log.push('cancelled'));
  time.cancel();
  time.wakeAt(time.now() + 1, () => log.push('replaced'));
  await new Promise<void>((resolve) => time.wakeAt(time.now() + 5, resolve));
  t.deepEqual(log, []);
});
