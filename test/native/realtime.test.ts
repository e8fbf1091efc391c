import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { nativeRealtime, type Realtime } from '../../native/index.ts';
import { ControllerError, preciseTime, realTimeClock, run } from '../../runtime/index.ts';
import { main, node } from '../apps/command.ts';
import { temporaryFolder } from '../house/temporary.ts';

const found = nativeRealtime();
const native = 'realtime' in found ? test.serial : test.skip;
const realtime = 'realtime' in found ? found.realtime : (undefined as unknown as Realtime);
const addon = JSON.stringify(new URL('../../native/index.js', import.meta.url).href);

native('a wait ends at its deadline or after it, never before, with a spin and without', (t) => {
  for (const spin of [0, 0.05, 1]) {
    const { now, block } = realtime.precise(spin);
    for (let k = 0; k < 20; k++) {
      const deadline = now() + (k % 4) * 0.7;
      block(deadline);
      t.true(now() >= deadline - 1e-6, `spin ${spin}`);
    }
  }
  const { now, block } = realtime.precise();
  const began = now();
  block(began - 1000);
  block(Number.NEGATIVE_INFINITY);
  block(Number.NaN);
  t.true(now() - began < 1000, 'what has passed is not waited for');
  t.is(t.throws(() => realtime.precise(-1), { instanceOf: ControllerError })?.path, 'spin');
  t.is(t.throws(() => realtime.precise(Number.NaN), { instanceOf: ControllerError })?.path, 'spin');
});

native('its time is monotonic and runs as fast as that of Node', (t) => {
  // A reading of ours between two of Node's: however long this process pauses, ours lies between them.
  const reading = () => {
    const from = performance.now();
    const ours = realtime.now();
    return { from, ours, to: performance.now() };
  };
  const first = reading();
  let before = first.ours;
  while (performance.now() - first.to < 50) {
    const time = realtime.now();
    t.true(time >= before);
    before = time;
  }
  const last = reading();
  const passed = last.ours - first.ours;
  t.true(passed >= last.from - first.to - 0.1 && passed <= last.to - first.from + 0.1, JSON.stringify({ first, last }));
});

native('a stamp is the time, written and not returned', (t) => {
  const into = new Float64Array(2);
  const before = realtime.now();
  t.is(realtime.stamp(into), undefined);
  t.true(before <= into[0]! && into[0]! <= realtime.now());
  t.is(into[1], 0);
  for (const wrong of [new Float64Array(0), new Float32Array(1), [0], undefined])
    t.throws(() => realtime.stamp(wrong as Float64Array), { instanceOf: RangeError });
});

native('a clock on the precise wait makes its ticks in their time, and the account is exact', async (t) => {
  const time = preciseTime(realtime.precise());
  const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: 300, time });
  const began = time.now();
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await run(clock.frames);
  clearInterval(timer);
  const { ticks, skippedTicks, elapsedMs, latenessUs } = clock.report();
  t.is(ticks + skippedTicks, 300);
  t.true(time.now() - began >= 300 && elapsedMs >= 300);
  t.true(turns > 5, `the event loop turned for ${turns} timers while the thread waited`);
  t.true(latenessUs.p50 <= latenessUs.p99 && latenessUs.p99 <= latenessUs.p999 && latenessUs.p999 <= latenessUs.max);
});

native('the plain loop wakes after each of its deadlines', (t) => {
  const lateness = new Int32Array(50).fill(-1);
  const began = realtime.now();
  realtime.plainLoop(began, 1, lateness);
  t.true(realtime.now() - began >= 50);
  t.true(lateness.every((ns) => ns >= 0));
});

native('scheduling never throws: each wish is obtained or has a reason', (t) => {
  t.deepEqual(realtime.trySchedule({}), { priority: '', cpu: '', lock: '' });
  const impossible = realtime.trySchedule({ priority: 1000, cpu: 100_000 });
  t.not(impossible.priority, '');
  t.not(impossible.cpu, '');
  t.is(impossible.lock, '');
});

native('what was tried does not change this thread; what was asked changes the thread that asked', async (t) => {
  const script = (call: string): string => `
    import { availableParallelism } from 'node:os';
    import { writeSync } from 'node:fs';
    import { nativeRealtime } from ${addon};
    const { realtime } = nativeRealtime();
    const answer = realtime.${call}({ cpu: 0 });
    writeSync(1, JSON.stringify([answer.cpu, availableParallelism()]));`;
  const ask = async (call: string): Promise<[string, number]> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(call)]);
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    await once(child, 'close');
    return JSON.parse(text);
  };
  const [why, cores] = await ask('trySchedule');
  const [same, left] = await ask('schedule');
  t.is(same, why);
  // Elsewhere, and where core 0 is not allowed, there is a reason and nothing has changed.
  t.is(left, process.platform === 'linux' && why === '' ? 1 : cores);
});

native('two processes see one counter: each value between the look before and the look after', async (t) => {
  const file = path.join(temporaryFolder(t), 'counter');
  const counter = realtime.counter(file);
  counter.store(0);
  const script = `
    import { nativeRealtime } from ${addon};
    const { realtime } = nativeRealtime();
    const [before, after] = [new Float64Array(101), new Float64Array(101)];
    const counter = realtime.counter(${JSON.stringify(file)});
    process.stdout.write('ready\\n', () => {
      counter.observe(before, after, 0, realtime.now() + 60000);
      process.stdout.write(JSON.stringify([[...before], [...after]]));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child.stdout, 'data');
  const { now, block } = realtime.precise();
  const stored = new Float64Array(101);
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let value = 1; value <= 100; value++) {
    block(now() + 1);
    stored[value] = now();
    counter.store(value);
  }
  block(now() + 5);
  counter.store(-1);
  await once(child, 'close');
  const [before, after] = JSON.parse(text.slice('ready\n'.length)) as [number[], number[]];
  const seen = after.flatMap((time, value) => (time > 0 ? [value] : []));
  // One that a busy machine kept from looking may miss values, never see one early.
  t.true(seen.length > 0);
  for (const value of seen) t.true(stored[value]! <= after[value]! && before[value]! <= after[value]!, `value ${value}`);
  const bounded = seen.filter((value) => before[value]! <= stored[value]! + 0.05);
  t.true(bounded.length >= 1, 'the look before one was stored is before it');
});

native('a file that cannot be mapped is refused with its name', (t) => {
  const missing = path.join(temporaryFolder(t), 'no', 'counter');
  t.throws(() => realtime.counter(missing), { message: /no.counter: / });
});

native('it works in a worker while the main thread does the same', async (t) => {
  const source = `
    import { parentPort } from 'node:worker_threads';
    import { nativeRealtime } from ${addon};
    const { realtime } = nativeRealtime();
    const { now, block } = realtime.precise();
    const began = now();
    for (let k = 1; k <= 50; k++) block(began + k);
    parentPort.postMessage([began, now()]);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const before = realtime.now();
  const [[began, finished]] = (await once(worker, 'message')) as [[number, number]];
  t.true(before <= began && began + 50 <= finished && finished <= realtime.now(), 'both read one clock');
});

native('with its memory locked a run collects garbage as any other, and the system says what is locked', async (t) => {
  const granted = realtime.trySchedule({ lock: true }).lock === '';
  let locked = 0;
  const look = (pid: number): void => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    locked = Math.max(locked, Number(/VmLck:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
  };
  let timer: NodeJS.Timeout | undefined;
  const { status, out, err } = await node([main, ...'run heartbeat --fast --seconds 200 --board none --lock-memory --json'.split(' ')], {
    when: [
      /./,
      ({ pid }) => {
        if (process.platform === 'linux') timer = setInterval(() => look(pid!), 20);
      },
    ],
  });
  clearInterval(timer);
  t.is(status, 0, err);
  t.is((JSON.parse(out) as { thread: { scheduling: { lock: string } } }).thread.scheduling.lock === '', granted);
  if (process.platform === 'linux') t.is(locked > 0, granted, `${locked} kB`);
});
