import test from 'ava';
import {
  advance,
  ControllerError,
  compile,
  createControls,
  type Executable,
  events,
  fingerprint,
  frames,
  header,
  realTimeClock,
  referenceBackend,
  run,
  sense,
  setLearningRate,
  spedUp,
  stage,
  steer,
  teach,
  updatesOf,
  virtualClock,
} from '../../../runtime/index.ts';
import { handTime } from './hand-time.ts';
import { tiny, tinyNetwork } from './networks.ts';
import { bench, wander, waves } from './pipe.ts';

const direct = { size: 3, encode: (sample: Float64Array, into: Float32Array) => into.set(sample), reset: () => undefined };
const weightsOf = (executable: Executable): Float32Array => executable.arena.copy('recurrent.weights');

function taught(factor?: number): Executable {
  const executable = tiny();
  const { clock, start } = bench(executable);
  if (factor !== undefined) setLearningRate(executable, factor);
  start(sense(wander(), direct, 'input'), teach(waves, 'readout'), advance());
  clock.advance(70);
  return executable;
}

test('a factor on the learning rate: 1 changes no bit, 0 moves no weight, any other scales the step', (t) => {
  const plain = taught();
  t.true(updatesOf(plain) > 5);
  t.is(fingerprint(taught(1)), fingerprint(plain));
  t.deepEqual(weightsOf(taught(0)), weightsOf(tiny()));
  t.notDeepEqual(weightsOf(plain), weightsOf(tiny()), 'negative control: without it they move');
  // SGD on fixed gradients: the first step of half the rate is half the step.
  const stepOf = (factor: number): number => {
    const executable = tiny({ update: { ticks: 40 } });
    const { clock, start } = bench(executable);
    setLearningRate(executable, factor);
    start(sense(wander(), direct, 'input'), teach(waves, 'readout'), advance());
    const before = executable.arena.copy('output.weights');
    clock.advance(40);
    return executable.arena.copy('output.weights').reduce((sum, weight, k) => sum + Math.abs(weight - before[k]!), 0);
  };
  t.true(Math.abs(stepOf(0.5) / stepOf(1) - 0.5) < 1e-3, `${stepOf(0.5)} of ${stepOf(1)}`);
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    t.is(t.throws(() => setLearningRate(plain, wrong), { instanceOf: ControllerError })?.code, 'ERR_OUT_OF_RANGE');
});

test('what is asked is done between two frames, once: learning, its rate, a label, a reward, a checkpoint', (t) => {
  const executable = tiny({ update: { ticks: 4 } });
  const { clock, start } = bench(executable);
  const controls = createControls();
  const steering = steer({ controls, readout: 'readout', safe: () => undefined });
  const labels: number[] = [];
  const seen: (readonly number[])[] = [];
  start(
    steering.settings,
    sense(wander(), direct, 'input'),
    steering.injections,
    stage(() => ({
      step({ executable: { arena, program } }) {
        labels.push(arena.words[program.eventTape.offset]! & events.label);
        seen.push([...arena.view('readout.target').subarray(0, 2)]);
      },
    })),
    advance(),
  );
  clock.advance(4);
  controls.label(1);
  clock.advance(8);
  t.deepEqual(labels, [0, 1, 0], 'one label in the next frame, none after it');
  t.deepEqual(seen[1], [0, 1]);
  controls.label(99);
  clock.advance(4);
  t.is(labels.at(-1), 0, 'a class that is not there teaches nothing');

  controls.learn(false);
  clock.advance(4);
  t.is(executable.arena.words[header.learning], 0);
  const still = updatesOf(executable);
  clock.advance(40);
  t.is(updatesOf(executable), still);
  controls.learn(true);
  clock.advance(40);
  t.true(updatesOf(executable) > still);

  controls.rate(0);
  clock.advance(4);
  const weights = weightsOf(executable);
  clock.advance(40);
  t.deepEqual(weightsOf(executable), weights);

  t.false(steering.checkpointDue());
  controls.checkpoint();
  t.true(steering.checkpointDue());
  t.false(steering.checkpointDue());
  t.true(createControls(controls.buffer).done >= 5, 'the other end sees what was carried out');
  t.is(t.throws(() => createControls(new SharedArrayBuffer(80)), { instanceOf: ControllerError })?.path, 'controls.buffer');
});

test('a mark is taken with the tick from which on everything before it holds; while a pause lasts the settings wait', (t) => {
  const executable = tiny({ update: { ticks: 4 } });
  const controls = createControls();
  const steering = steer({ controls, safe: () => undefined });
  const { clock, start } = bench(executable);
  start(steering.settings, sense(wander(), direct, 'input'), teach(waves, 'readout'), advance());
  t.is(controls.tick, Number.NaN);
  controls.learn(false);
  const first = controls.mark('settings');
  t.is(controls.taken('settings', first), undefined, 'nothing has run');
  clock.advance(8);
  t.is(controls.taken('settings', first), 0);
  t.is(controls.tick, 4);
  controls.rate(0.5);
  const second = controls.mark('settings');
  t.is(controls.taken('settings', second), undefined, 'an older one says nothing of a newer one');
  clock.advance(4);
  t.is(controls.taken('settings', second), 8);

  controls.pause(true);
  const paused = controls.mark('pause');
  controls.learn(true);
  const waiting = controls.mark('settings');
  t.is(controls.taken('pause', paused), undefined);
  t.true(steering.paused());
  t.is(controls.taken('pause', paused), 12, 'the first tick that does not run');
  t.is(controls.taken('settings', waiting), undefined);
  controls.pause(false);
  const resumed = controls.mark('pause');
  t.false(steering.paused());
  t.is(controls.taken('pause', resumed), undefined, 'it is over with the next frame');
  clock.advance(4);
  t.is(controls.taken('pause', resumed), 12);
  t.is(controls.taken('settings', waiting), 12);
});

test('a pause that comes into a batch of frames is not taken while they run', (t) => {
  const executable = tiny();
  const controls = createControls();
  const steering = steer({ controls, safe: () => undefined });
  const { clock, start } = bench(executable);
  start(steering.settings, advance());
  controls.pause(true);
  const mark = controls.mark('pause');
  clock.advance(8);
  t.is(controls.taken('pause', mark), undefined);
  t.true(steering.paused());
  t.is(controls.taken('pause', mark), 8);
});

test('a pause of virtual time: no frame, actuators safe once, and then the same bits as without it', async (t) => {
  const through = async (pauseAt: number | undefined): Promise<{ print: string; safe: number; stood: number }> => {
    const executable = referenceBackend.load(compile(tinyNetwork(), { maxTicks: 4 }));
    const controls = createControls();
    let safe = 0;
    const { paused } = steer({ controls, safe: () => safe++ });
    const clock = virtualClock({ dt: 1, frameTicks: 4, ticks: 4000, paused });
    let [count, stood] = [0, -1];
    const watchdog = stage(() => ({
      step() {
        count++;
        if (count !== pauseAt) return;
        controls.pause(true);
        // A batch that has begun is finished first.
        setTimeout(() => {
          const then = count;
          setTimeout(() => {
            stood = count - then;
            controls.pause(false);
          }, 80);
        }, 120);
      },
    }));
    await run(frames(clock, executable).pipe(sense(wander(), direct, 'input'), teach(waves, 'readout'), advance(), watchdog));
    return { print: fingerprint(executable), safe, stood };
  };
  const [paused, plain] = [await through(3), await through(undefined)];
  t.is(paused.stood, 0);
  t.is(paused.safe, 1);
  t.is(paused.print, plain.print);
  t.is(plain.safe, 0);
});

test('in real time a pause is made of skipped ticks, and every tick is still accounted for', (t) => {
  const time = handTime();
  const controls = createControls();
  let safe = 0;
  const { paused } = steer({ controls, safe: () => safe++ });
  const clock = realTimeClock({ dt: 1, frameTicks: 5, ticks: 100, time, paused });
  const seen: number[] = [];
  clock.frames.subscribe(({ tick }) => seen.push(tick));
  time.pass(20);
  controls.pause(true);
  time.pass(40);
  controls.pause(false);
  time.pass(100);
  t.deepEqual(seen, [0, 5, 10, 15, ...Array.from({ length: 8 }, (_, k) => 60 + 5 * k)]);
  const { ticks, skippedTicks } = clock.report();
  t.deepEqual({ ticks, skippedTicks, safe }, { ticks: 60, skippedTicks: 40, safe: 1 });
});

test('time that is sped up passes so many times as fast, and wakes as much earlier', (t) => {
  const time = handTime();
  const fast = spedUp(time, 60);
  const began = fast.now();
  let woken = -1;
  fast.wakeAt(began + 600, () => {
    woken = fast.now() - began;
  });
  time.pass(9);
  t.is(woken, -1);
  time.pass(1);
  t.true(Math.abs(woken - 600) < 1e-6);
  for (const wrong of [0, -1, Number.NaN]) t.is(t.throws(() => spedUp(time, wrong), { instanceOf: ControllerError })?.path, 'speed');
});
