import test from 'ava';
import {
  act,
  advance,
  analog,
  type Backend,
  ControllerError,
  compile,
  type Decoder,
  decodeState,
  type Executable,
  encodeState,
  fingerprint,
  guardLearning,
  type LearningBounds,
  type Network,
  referenceBackend,
  type Sensor,
  sense,
  stage,
  statuses,
  teach,
  watch,
} from '../../../runtime/index.ts';
import { nativeTargets } from '../../native/backends.ts';
import { tinyNetwork } from './networks.ts';
import { actuator, bench, wander, waves } from './pipe.ts';

const WEIGHTS = ['sensory', 'recurrent', 'forward', 'output', 'outputSlow'];
const output: Decoder<number> = { create: () => 0, decode: ({ executable }) => executable.arena.view('readout.output')[0]! };

const weightsOf = ({ arena }: Executable): number[] => WEIGHTS.flatMap((name) => Array.from(arena.copy(`${name}.weights`)));
const allFinite = (values: readonly number[]): boolean => values.every(Number.isFinite);

interface Plan {
  readonly bounds?: LearningBounds | undefined;
  readonly learning?: Network['learning'];
  /** spoils the network before the frame of a tick; weights are looked at in ticks 6, 13, 20, …, where they move, and learning that resumes counts anew */
  readonly spoil?: Readonly<Record<number, (executable: Executable) => void>>;
  readonly sensor?: Sensor<ArrayLike<number>>;
  readonly ticks: number;
  readonly backend?: Backend;
}

/** A learning pipe of one tick a frame, with a servo that is told the first output. */
function play({ bounds, learning, spoil = {}, sensor = wander(), ticks, backend = referenceBackend }: Plan) {
  const executable = backend.load(compile(tinyNetwork(learning), { maxTicks: 16 }));
  const { clock, start } = bench(executable, 1);
  const servo = actuator<number>();
  const guard = bounds === undefined ? undefined : guardLearning(bounds);
  const spoiler = stage(() => ({ step: ({ tick, executable: spoiled }) => spoil[tick]?.(spoiled) }));
  const learns: number[] = [];
  const look = stage(() => ({ step: ({ executable: seen }) => void learns.push(seen.arena.words[2]!) }));
  const stages = [sense(sensor, analog({ size: 3 }), 'input', { outTicks: 3 }), teach(waves, 'readout'), spoiler, advance()];
  const { outcome } = start(
    ...stages,
    ...(guard === undefined ? [] : [guard.judge]),
    act(output, servo),
    watch(() => 'continue'),
    ...(guard === undefined ? [] : [guard.mend]),
    look,
  );
  clock.advance(ticks);
  return { executable, servo, outcome, learns, report: guard?.report() };
}

const poison = (name: string, value: number) => (executable: Executable) => {
  executable.arena.view(name)[0] = value;
};

test('weights that are not finite are put back to the last good copy, nothing is done with that frame, and learning goes on after its pause', (t) => {
  const spoil = { 251: poison('output.weights', Number.NaN) };
  const { executable, servo, outcome, learns, report } = play({ bounds: { everyTicks: 50, pauseTicks: 20 }, spoil, ticks: 400 });
  t.is(outcome.error, undefined);
  t.true(allFinite(weightsOf(executable)));
  t.like(report, { rollbacks: 1, nonFinite: 1, frozen: false, pausedFrames: 20 });
  t.is(executable.arena.words[1], 0, 'the status is clear again');
  t.deepEqual([learns[250], learns[251], learns[270], learns[271], learns[399]], [1, 0, 0, 1, 1]);
  t.is(servo.log[251], 'safe');
  t.true(servo.log.filter((entry) => entry !== 'safe').every(Number.isFinite));
  t.is(servo.log.length, 400, 'one entry a frame');

  const bare = play({ spoil, ticks: 400 });
  t.false(allFinite(weightsOf(bare.executable)), 'negative control: without the guard they stay as they are');
  t.is(bare.executable.arena.words[1]! & statuses.nonFinite, statuses.nonFinite);
});

test('the copy that comes back is one that the network has run with for a whole period', (t) => {
  const before: number[][] = [];
  const remember = (executable: Executable) => void before.push(weightsOf(executable));
  const spoil = { 51: remember, 101: remember, 132: poison('output.weights', Number.NaN) };
  const after: number[] = [];
  const { report } = play({
    bounds: { everyTicks: 50, pauseTicks: 1000 },
    spoil: { ...spoil, 133: (executable) => void after.push(...weightsOf(executable)) },
    ticks: 140,
  });
  // Copies were made after ticks 1, 51 and 101; the second has been good since 101.
  t.is(report?.goodTick, 51);
  t.deepEqual(after, before[0]);
  t.notDeepEqual(after, before[1]);
});

test('bounds on weights, updates and gradients are each noticed before their values can act', (t) => {
  const huge = poison('sensory.weights', 1e6);
  const weight = play({ bounds: { weightNorm: 100 }, spoil: { 30: huge }, ticks: 60 });
  t.like(weight.report, { weightNorm: 1, rollbacks: 1 });
  t.true(weightsOf(weight.executable).every((value) => Math.abs(value) < 100));
  const update = play({ bounds: { updateNorm: 10 }, spoil: { 30: huge }, ticks: 60 });
  t.like(update.report, { updateNorm: 1, rollbacks: 1 });
  const gradient = play({ bounds: { gradientNorm: 1e4 }, spoil: { 31: poison('output.gradient', 1e6) }, ticks: 60 });
  t.like(gradient.report, { gradientNorm: 1, rollbacks: 1 });
  t.true(Math.max(...weightsOf(gradient.executable).map(Math.abs)) < 100);
  t.true(Math.max(...weightsOf(play({ spoil: { 30: huge }, ticks: 60 }).executable)) > 1e5, 'negative control');
  t.like(play({ bounds: { weightNorm: 100, updateNorm: 10, gradientNorm: 1e4 }, ticks: 60 }).report, { rollbacks: 0 });
});

test('weights that something overwrites between two updates are noticed by what the readout says, in the frame that they spoil', (t) => {
  // Weights move in ticks 27 and 34.
  const spoil = { 30: ({ arena }: Executable) => void arena.view('output.weights').fill(1e9) };
  const { servo, report } = play({ bounds: { weightNorm: 100, readout: 50 }, spoil, ticks: 60 });
  t.like(report, { readout: 1, weightNorm: 0, rollbacks: 1 });
  t.is(servo.log.slice(0, 34).filter((entry) => entry === 'safe').length, 1, 'before the update, at the first spike');
  t.true(servo.log.filter((entry) => entry !== 'safe').every((value) => Math.abs(value) < 50));
  const late = play({ bounds: { weightNorm: 100 }, spoil, ticks: 60 });
  t.true(
    late.servo.log.some((value) => value !== 'safe' && Math.abs(value) > 50),
    'negative control: the next update is too late',
  );
});

test('a guard goes on where its state was taken: copies, pauses and counts', (t) => {
  const bounds = { everyTicks: 20, pauseTicks: 30 };
  const run = (guard: ReturnType<typeof guardLearning>, executable: Executable, ticks: number, bad: number): void => {
    const { clock, start } = bench(executable, 1);
    const spoiler = stage(() => ({ step: ({ tick }) => tick === bad && poison('output.weights', Number.NaN)(executable) }));
    start(sense(wander(), analog({ size: 3 }), 'input'), teach(waves, 'readout'), spoiler, advance(), guard.judge, guard.mend);
    clock.advance(ticks);
  };
  const executable = referenceBackend.load(compile(tinyNetwork(), { maxTicks: 16 }));
  const first = guardLearning(bounds);
  run(first, executable, 100, 90);
  const state = decodeState(encodeState(first.state()));
  const words = executable.arena.words.slice();
  const goOn = (guard: ReturnType<typeof guardLearning>): readonly [string, unknown] => {
    executable.arena.words.set(words);
    run(guard, executable, 100, 60);
    return [fingerprint(executable), guard.report()];
  };
  const resumed = (): ReturnType<typeof guardLearning> => {
    const guard = guardLearning(bounds);
    guard.restore(state);
    return guard;
  };
  t.deepEqual(resumed().report(), first.report());
  t.like(first.report(), { rollbacks: 1, copies: 4 });
  const [print, report] = goOn(resumed());
  t.deepEqual(goOn(resumed()), [print, report], 'it is repeatable');
  t.like(report, { rollbacks: 2 });
  t.notDeepEqual(goOn(guardLearning(bounds)), [print, report], 'negative control: a new guard has forgotten its good copy');
});

test('each rollback in a row doubles the pause, and after the declared retries learning is frozen', (t) => {
  const bad = poison('output.weights', Number.POSITIVE_INFINITY);
  const spoil = { 13: bad, 25: bad, 42: bad };
  const { learns, report, servo } = play({ bounds: { pauseTicks: 5, retries: 2 }, spoil, ticks: 300 });
  t.like(report, { rollbacks: 3, frozen: true });
  t.deepEqual(
    [12, 13, 17, 18, 24, 25, 34, 35, 41, 42, 299].map((tick) => learns[tick]),
    [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0],
  );
  t.true(Number.isFinite(servo.log.at(-1)), 'it acts on, with good weights');
});

test('while a sensor is out learning pauses, and goes on when it is back', (t) => {
  const world = wander();
  const sensor = { read: (tick: number) => (tick >= 100 && tick < 120 ? undefined : world.read(tick)) };
  const { learns, report } = play({ bounds: {}, sensor, ticks: 200 });
  t.deepEqual([learns[101], learns[102], learns[119], learns[121], learns[199]], [1, 0, 0, 1, 1]);
  t.like(report, { rollbacks: 0 });
  t.is(play({ sensor, ticks: 200 }).learns[110], 1, 'negative control: without the guard it learns from what was held');
});

test('a network that does not run away is not changed by a bit, and a rollback is the same every time', (t) => {
  const run = (plan: Partial<Plan>) => fingerprint(play({ ticks: 300, ...plan }).executable);
  t.is(run({ bounds: { everyTicks: 20 } }), run({}));
  const spoil = { 150: poison('output.weights', Number.NaN) };
  t.is(run({ bounds: { everyTicks: 20, pauseTicks: 10 }, spoil }), run({ bounds: { everyTicks: 20, pauseTicks: 10 }, spoil }));
  t.not(run({ bounds: { everyTicks: 20, pauseTicks: 10 }, spoil }), run({}));
});

test('bounds that make no sense are refused with their path', (t) => {
  for (const name of ['weightNorm', 'updateNorm', 'gradientNorm', 'everyTicks', 'pauseTicks', 'retries'] as const)
    t.is(t.throws(() => guardLearning({ [name]: 0 }), { instanceOf: ControllerError })?.path, `guardLearning.${name}`);
});

test('every backend rolls back to the same bits, also where weights act a block later', (t) => {
  const bounds = { everyTicks: 20, pauseTicks: 10, updateNorm: 10 };
  // Where weights act a block later, those that learn are spoiled.
  const spoiled = (name: string, value: number) => (executable: Executable) =>
    poison(executable.program.weights.get(name)!.next ?? `${name}.weights`, value)(executable);
  const spoil = { 100: spoiled('output', Number.NaN), 201: spoiled('sensory', 1e6) };
  for (const learning of [{ update: { ticks: 7 } }, { update: { ticks: 16 }, block: 8 as const, updateDelay: 1 as const }]) {
    const plan = { bounds, spoil, learning, ticks: 400 };
    const wanted = play(plan);
    t.true((wanted.report?.rollbacks ?? 0) >= 2, JSON.stringify(wanted.report));
    t.true(allFinite(weightsOf(wanted.executable)));
    for (const backend of nativeTargets()) {
      const got = play({ ...plan, backend });
      t.deepEqual(
        [fingerprint(got.executable), got.report, got.servo.log],
        [fingerprint(wanted.executable), wanted.report, wanted.servo.log],
        backend.target,
      );
      got.executable.dispose();
    }
  }
});
