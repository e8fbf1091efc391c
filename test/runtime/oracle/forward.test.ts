import test from 'ava';
import {
  againstPrinted,
  eprop,
  f1,
  f1Published,
  forward,
  gradientError,
  keepEprop,
  type Model,
  type Printed,
  rtrl,
} from '../../../runtime/oracle/index.ts';
import { denseNetwork, halves } from './networks.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, x) => total + x, 0);

test('F1 is built as published: sums of its matrices and its number of synapses', (t) => {
  const { model, trial } = f1();
  const prints = (value: number, text: Printed) => {
    const { relativeError, tolerance } = againstPrinted(value, text);
    t.true(relativeError <= tolerance, `${value} is printed as ${text}`);
  };
  prints(sum(model.weights.wIn), f1Published.sums.wIn);
  prints(sum(model.weights.wRec), f1Published.sums.wRec);
  prints(sum(model.weights.wOut), f1Published.sums.wOut);
  prints(sum(model.feedback), f1Published.sums.feedback);
  t.is(sum(trial.inputs), Number(f1Published.sums.inputs));
  t.is(sum(model.connected), f1Published.synapses);
});

test('F1 runs as published: spikes, first spikes, loss, last output', (t) => {
  const { model, trial } = f1();
  const { z, y, loss, spikeCounts } = forward(model, trial);
  t.deepEqual([...spikeCounts], [...f1Published.spikes]);
  const first = Array.from({ length: 6 }, (_, j) => Array.from({ length: 60 }, (_, tick) => z[tick * 6 + j]).indexOf(1));
  t.deepEqual(first, [...f1Published.firstSpikes]);
  for (const [value, text] of [
    [loss, f1Published.loss],
    [y[118], f1Published.lastOutput[0]],
    [y[119], f1Published.lastOutput[1]],
  ] as const) {
    const { relativeError, tolerance } = againstPrinted(value, text);
    t.true(relativeError <= tolerance, `${value} is printed as ${text}`);
  }
});

/** One neuron under constant current that would fire at every tick. */
function driven(refractory: number): number[] {
  const { model } = f1();
  const one: Model = {
    ...model,
    inputs: 1,
    neurons: 1,
    outputs: 1,
    weights: { wIn: Float64Array.of(10), wRec: Float64Array.of(0), wOut: Float64Array.of(1) },
    feedback: Float64Array.of(1),
    connected: Uint8Array.of(0),
    beta: Float64Array.of(0),
    refractory,
  };
  return [...forward(one, { ticks: 7, inputs: new Float64Array(7).fill(1), targets: new Float64Array(7) }).z];
}

test('a spike is followed by n_ref − 1 silent ticks', (t) => {
  t.deepEqual(driven(0), [1, 1, 1, 1, 1, 1, 1]);
  t.deepEqual(driven(1), [1, 1, 1, 1, 1, 1, 1]);
  t.deepEqual(driven(3), [1, 0, 0, 1, 0, 0, 1]);
});

test('the pseudo-derivative is 0 in the refractory period, where z cannot follow v', (t) => {
  const { model, trial } = f1();
  const { z, psi } = forward(model, trial);
  let silent = 0;
  for (let tick = 0; tick + 2 < 60; tick++) {
    for (let j = 0; j < 6; j++) {
      if (z[tick * 6 + j] !== 1) continue;
      silent++;
      t.is(psi[(tick + 1) * 6 + j], 0);
      t.is(psi[(tick + 2) * 6 + j], 0);
    }
  }
  t.true(silent > 50);
});

test('a forced run of its own record is the run itself', (t) => {
  const { model, trial } = denseNetwork('crossEntropy');
  const free = forward(model, trial);
  const { trial: _, before: __, after: ___, ...rows } = forward(model, trial, { forced: free });
  for (const [name, values] of Object.entries(rows)) t.deepEqual(values, free[name as keyof typeof rows], name);
});

test('forced activity cannot diverge: with other weights the spikes stay, and e-prop still equals its masked RTRL', (t) => {
  const { model, trial } = denseNetwork('squared');
  const free = forward(model, trial);
  const record = { z: Float32Array.from(free.z), psi: Float32Array.from(free.psi) };
  const moved: Model = { ...model, weights: { ...model.weights, wRec: model.weights.wRec.map((w) => 1.5 * w) } };
  t.notDeepEqual(forward(moved, trial).z, free.z, 'left alone, the spikes change');
  const forced = forward(moved, trial, { forced: record });
  t.deepEqual(forced.z, free.z);
  t.notDeepEqual(forced.v, free.v, 'the membrane follows the weights');
  t.true(gradientError(eprop(moved, forced), rtrl(moved, forced, { keep: keepEprop })) < 1e-12);
});

test('two windows with the state carried over are one run', (t) => {
  const { model, trial } = denseNetwork('squared');
  const whole = forward(model, trial);
  const [first, second] = halves(model, trial);
  const one = forward(model, first);
  const two = forward(model, second, { state: one.after });
  t.deepEqual(Float64Array.of(...one.v, ...two.v), whole.v);
  t.deepEqual(Float64Array.of(...one.y, ...two.y), whole.y);
  t.deepEqual(two.after, whole.after);
  t.notDeepEqual(forward(model, second).v, two.v, 'from rest the second window is another run');
});

test('ticks of importance 0 cost nothing and teach nothing', (t) => {
  const { model, trial } = denseNetwork('crossEntropy');
  const { error, loss } = forward(model, trial);
  t.true(error.subarray(0, 10 * model.outputs).every((err) => err === 0));
  t.true(error.subarray(10 * model.outputs).some((err) => err !== 0));
  const doubled = forward(model, { ...trial, importance: trial.importance!.map((w) => 2 * w) });
  t.true(Math.abs(doubled.loss / loss - 2) < 1e-14);
});
