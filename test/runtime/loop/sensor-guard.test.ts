import test from 'ava';
import {
  act,
  advance,
  analog,
  ControllerError,
  type Decoder,
  inhibitions,
  type Sample,
  type SensorLimits,
  sense,
  stage,
  statuses,
} from '../../../runtime/index.ts';
import { checkLimits, createGuard, noFaults } from '../../../runtime/loop/sensor-guard.ts';
import { tiny } from './networks.ts';
import { actuator, bench, replay } from './pipe.ts';

/** What the network is given for each sample in turn, and what was counted. */
function judged<S extends Sample>(limits: SensorLimits<S>, samples: readonly (S | undefined)[], ticks?: readonly number[]) {
  const report = noFaults();
  const guard = createGuard(limits, report);
  const given: (S | undefined)[] = [];
  const outs: boolean[] = [];
  samples.forEach((sample, index) => {
    const judgement = guard.judge(sample, ticks?.[index] ?? index);
    given.push(typeof judgement === 'object' ? (Array.from(judgement as ArrayLike<number>) as unknown as S) : judgement);
    outs.push(guard.out);
  });
  const counted = Object.fromEntries(Object.entries(report).filter(([, count]) => count > 0));
  return { given, outs, counted };
}

test('range: both ends are believed, what lies beyond is counted and replaced by the last good sample', (t) => {
  const { given, counted } = judged({ range: [-1, 1] }, [0.5, 1, 1.01, -1, -7]);
  t.deepEqual(given, [0.5, 1, 1, -1, -1]);
  t.deepEqual(counted, { range: 2, held: 2 });
  t.deepEqual(judged({}, [0.5, 1, 1.01, -1, -7]).given, [0.5, 1, 1.01, -1, -7], 'negative control: without a limit nothing is refused');
});

test('rate of change: from the last good sample, and more for each tick since, so that a lasting step is believed in the end', (t) => {
  const { given, counted } = judged({ maxChange: 1 }, [0, 1, 9, 1.5, 5, 5, 5, 5]);
  t.deepEqual(given, [0, 1, 1, 1.5, 1.5, 1.5, 1.5, 5]);
  t.deepEqual(counted, { change: 4, held: 4 });
  t.deepEqual(judged({ maxChange: 1 }, [0, 5], [0, 5]).given, [0, 5], 'ticks that a clock has skipped count too');
});

test('stuck: the sample that makes N equal ones in a row is the first bad one; the next that moves is good', (t) => {
  const { given, counted } = judged({ stuckTicks: 3, holdTicks: 1, safe: 0 }, [4, 4, 4, 4, 4, 5, 4, 4]);
  t.deepEqual(given, [4, 4, 4, 0, 0, 5, 4, 4]);
  t.deepEqual(counted, { stuck: 3, held: 1, safe: 2 });
});

test('a number of a sample may have limits of its own; one that is bad makes the whole sample bad', (t) => {
  const limits: SensorLimits<number[]> = {
    length: 2,
    range: [
      [0, 1],
      [0, 100],
    ],
    maxChange: [1, 30],
    stuckTicks: [Number.POSITIVE_INFINITY, 3],
  };
  const samples = [
    [0, 10],
    [0, 50],
    [0, 20],
    [2, 20],
    [0, 20],
    [0, 21],
  ];
  const { given, counted } = judged(limits, samples);
  t.deepEqual(given, [samples[0], samples[0], samples[2], samples[2], samples[2], samples[5]]);
  t.deepEqual(counted, { change: 1, range: 1, stuck: 1, held: 3 });
});

test('length and NaN: the first good sample says how long all are, or the declaration does', (t) => {
  const samples: (number[] | undefined)[] = [[1, 2], [3], [Number.NaN, 4], [5, Number.POSITIVE_INFINITY], [5, 6]];
  const { given, counted } = judged({}, samples);
  t.deepEqual(given, [samples[0], samples[0], samples[0], samples[0], samples[4]]);
  t.deepEqual(counted, { length: 1, invalid: 2, held: 3 });
  t.deepEqual(judged<number[]>({ length: 1 }, samples).given, [undefined, [3], [3], [3], [3]]);
  t.deepEqual(
    judged<number[]>({ safe: [9] }, samples).given,
    [[9], [3], [3], [3], [3]],
    'the safe sample says it too, and stands in before',
  );
});

test('silent: ticks without a sample are missing, and from the declared number on silent; the last one is held, then the safe one', (t) => {
  const { given, counted } = judged({ silentTicks: 2, holdTicks: 3, safe: -1 }, [7, undefined, undefined, undefined, undefined, 8]);
  t.deepEqual(given, [7, 7, 7, 7, -1, 8]);
  t.deepEqual(counted, { missing: 4, silent: 3, held: 3, safe: 1 });
});

test('out: from the start until armed, and again when there was no good sample for outTicks; back after rearmTicks good ones in a row', (t) => {
  const bad = Number.NaN;
  const { outs, counted } = judged({ outTicks: 2, rearmTicks: 2 }, [1, 2, bad, bad, 3, bad, 4, 5, 6]);
  t.deepEqual(outs, [true, false, false, true, true, true, true, false, false]);
  t.deepEqual(counted, { invalid: 3, held: 3, outs: 1, outTicks: 5 });
  t.deepEqual(judged({}, [bad, bad, bad]).outs, [false, false, false], 'negative control: undeclared, it never is');
});

test('limits that make no sense are refused with their path', (t) => {
  const path = (limits: SensorLimits<Sample>) =>
    t.throws(() => checkLimits(limits, 'lead'), { instanceOf: ControllerError }, JSON.stringify(limits))?.path;
  t.is(path({ range: [1, -1] }), 'lead.range');
  t.is(path({ range: [0, Number.NaN] }), 'lead.range');
  t.is(path({ range: [[0, 1]] }), 'lead.range');
  t.is(path({ length: 2, range: [[0, 1]] }), 'lead.range');
  t.is(path({ maxChange: 0 }), 'lead.maxChange');
  t.is(path({ length: 1, maxChange: [1, 1] }), 'lead.maxChange');
  t.is(path({ stuckTicks: 1 }), 'lead.stuckTicks');
  t.is(path({ silentTicks: 0 }), 'lead.silentTicks');
  t.is(path({ outTicks: 1.5 }), 'lead.outTicks');
  t.is(path({ holdTicks: 2 }), 'lead.safe');
  t.is(path({ length: 2, safe: 1 }), 'lead.safe');
  t.is(path({ safe: Number.NaN }), 'lead.safe');
  t.notThrows(() =>
    checkLimits({ range: [0, 0], maxChange: 1, stuckTicks: 2, silentTicks: 1, outTicks: 1, safe: [0], holdTicks: 1 }, 'lead'),
  );
});

const tickOfFrame: Decoder<number> = { create: () => -1, decode: ({ tick }) => tick };

test('while a sensor is out the actuator is safe, and the first frame after it acts again', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const servo = actuator<number>();
  const sensed = sense(replay([undefined, 1, 1, Number.NaN, Number.NaN, Number.NaN, 1, 1, 1]), analog({ size: 3 }), 'input', {
    outTicks: 2,
    rearmTicks: 2,
  });
  const acting = act(tickOfFrame, servo);
  const { outcome } = start(sensed, advance(), acting);
  clock.advance(9);
  clock.stop();
  t.is(outcome.error, undefined);
  t.deepEqual(servo.log, ['safe', 2, 3, 'safe', 7, 8, 'safe']);
  t.like(acting.report(), { applied: 4, inhibited: 5, safes: 2, stale: 0 });
  t.like(sensed.report(), { outs: 1, invalid: 3 });
});

test('negative control: a sensor without limits lets the actuator act on what it held', (t) => {
  const { clock, start } = bench(tiny(), 1);
  const servo = actuator<number>();
  start(sense(replay([1, Number.NaN, Number.NaN]), analog({ size: 3 }), 'input'), advance(), act(tickOfFrame, servo));
  clock.advance(3);
  t.deepEqual(servo.log, [0, 1, 2]);
});

test('a stale frame is not acted upon: after a stop of the process only frames in time are', (t) => {
  const { clock, start } = bench(tiny(), 1);
  const servo = actuator<number>();
  const lateness = [0, 5000, 3000, 1001, 1000, 0];
  const late = stage(() => ({
    step(frame) {
      (frame as { latenessUs: number }).latenessUs = lateness[frame.tick]!;
    },
  }));
  const acting = act(tickOfFrame, servo, { staleUs: 1000 });
  let inhibited = 0;
  const look = stage(() => ({
    step(frame) {
      inhibited |= frame.inhibited;
    },
  }));
  start(late, advance(), acting, look);
  clock.advance(6);
  t.deepEqual(servo.log, [0, 'safe', 4, 5]);
  t.like(acting.report(), { applied: 3, inhibited: 3, stale: 3, safes: 1 });
  t.is(inhibited, inhibitions.late);
  t.throws(() => act(tickOfFrame, servo, { staleUs: -1 }), { instanceOf: ControllerError });
});

test('what overflows a float32 in the encoder never reaches the network', (t) => {
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const sensed = sense(replay([1, 1e300, 1]), analog({ size: 3, gain: 1e10 }), 'input');
  const { outcome } = start(sensed, advance());
  clock.advance(2);
  t.is(executable.arena.view('input.input')[0], 0);
  t.is(sensed.report().encoded, 1);
  clock.advance(1);
  t.is(executable.arena.words[1]! & statuses.nonFinite, 0);
  t.is(outcome.error, undefined);

  // Negative control: the same sample, written without the stage, breaks the network.
  const bare = tiny();
  bare.arena.view('input.input').fill(1e300 * 1e10);
  bare.run(1);
  t.is(bare.arena.words[1]! & statuses.nonFinite, statuses.nonFinite);
});
