/** BPTT as a program does it: down the gradient, within windows, and nothing stale. That its gradients are right, `ganglion verify` shows. */
import test from 'ava';
import { bptt } from '../../../runtime/learning/rules/bptt.ts';
import { gatesOf } from '../../../runtime/network/gates.ts';
import type { Learning, Network, NeuronModel, Projection } from '../../../runtime/network/network.ts';
import { alif, gru, integrator, lif, lstm, rate, snu, source } from '../../../runtime/network/neurons.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { fingerprint, setLearning } from '../../../runtime/program/executable.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { nativeTargets } from '../../native/backends.ts';
import { type Driven, drive, type Given, times } from './drive.ts';

const TICKS = 12;
const STEP = 1e-3;

/** 3 inputs, 5 recurrent neurons, 2 readouts, all by BPTT. */
function network(neuron: NeuronModel, learning: Learning = { window: TICKS, update: 'episode' }, delay = 1): Network {
  const plasticity = bptt({ from: 'out', optimizer: { kind: 'sgd', rate: STEP } });
  const dense = { connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, plasticity } as const;
  const projections: Record<string, Projection> = {};
  for (const gate of gatesOf(neuron)) {
    projections[`input_${gate}`] = { pre: 'in', post: 'hidden', gate, delay: 0, ...dense };
    projections[`recurrent_${gate}`] = { pre: 'hidden', post: 'hidden', gate, delay, ...dense };
  }
  projections['output'] = { pre: 'hidden', post: 'out', delay: 0, ...dense };
  return {
    dt: 1,
    seed: 2,
    populations: {
      in: { size: 3, neuron: source() },
      hidden: { size: 5, neuron },
      out: { size: 2, neuron: integrator({ tau: 5, loss: 'squared' }) },
    },
    projections,
    learning,
  };
}

const cells: Readonly<Record<string, NeuronModel>> = {
  LIF: lif({ tauMem: 10, threshold: 0.5 }),
  ALIF: alif({ tauMem: 10, threshold: 0.5, tauAdapt: 30, beta: 0.1 }),
  rate: rate({ tau: 4, activation: 'tanh' }),
  sSNU: snu({ decay: 0.5, output: 'sigmoid' }),
  LSTM: lstm(),
  GRU: gru(),
};
/** Their loss is smooth in every weight; that of the others is in the readout's. */
const smooth = ['rate', 'sSNU', 'LSTM', 'GRU'];

const given = (tick: number, end = TICKS - 1): Given => ({
  inputs: { in: [Math.sin(tick), tick % 3 === 0 ? 1 : 0, Math.cos(2 * tick)] },
  targets: { out: [1, -0.5] },
  importance: { out: 1 },
  episodeEnd: tick === end,
});

/** Plays an episode; its loss. */
function episode({ run, output }: Driven): number {
  let loss = 0;
  for (let tick = 0; tick < TICKS; tick++) {
    run(given(tick));
    for (const [k, y] of output('out').entries()) loss += 0.5 * (y - [1, -0.5][k]!) ** 2;
  }
  return loss;
}

for (const [name, neuron] of Object.entries(cells)) {
  test(`${name}: one step down lowers the loss by what the gradient says, one step up raises it`, (t) => {
    const description = network(neuron);
    const names = smooth.includes(name) ? Object.keys(description.projections) : ['output'];
    const driven = drive(description);
    const { arena } = driven.executable;
    const read = () => names.map((projection) => arena.view(`${projection}.weights`).slice());
    const before = read();
    const rest = Object.keys(description.projections).map(
      (projection) => [projection, arena.view(`${projection}.weights`).slice()] as const,
    );
    const loss = episode(driven);
    const after = read();
    const squares = before.flatMap((weights, p) => Array.from(weights, (w, s) => (w - after[p]![s]!) ** 2));
    const promised = squares.reduce((sum, square) => sum + square, 0) / STEP;
    t.true(promised > 1e-4 * loss);
    const lossAt = (sign: number): number => {
      for (const [projection, weights] of rest) arena.view(`${projection}.weights`).set(weights);
      for (const [p, projection] of names.entries())
        arena.view(`${projection}.weights`).set(before[p]!.map((w, s) => w + sign * (after[p]![s]! - w)));
      return episode(driven);
    };
    const [down, up] = [loss - lossAt(1), lossAt(-1) - loss];
    t.true(Math.abs(down + up - 2 * promised) < 0.05 * promised, `${down} down, ${up} up, ${promised} promised`);
    t.true(down > 0.5 * promised && up > 0.5 * promised);
  });
}

const waiting = (driven: Driven): number[] =>
  Object.keys(driven.executable.program.network.projections).flatMap((name) => driven.read(`${name}.gradient`));
const forever: Learning = { window: 6, update: { ticks: 600_000 } };

test('a pause folds what there is of a window, and what comes after it owes nothing to what was before', (t) => {
  const run = (pause: number) => {
    const driven = drive(network(cells['ALIF']!, forever));
    driven.run(...times(pause, (tick) => given(tick, -1)));
    t.is(
      waiting(driven).some((g) => g !== 0),
      pause >= 6,
      'a window that is not full waits',
    );
    setLearning(driven.executable, false);
    t.is(
      waiting(driven).some((g) => g !== 0),
      pause > 0,
    );
    driven.run(...times(8 - pause, (tick) => given(pause + tick, -1)));
    setLearning(driven.executable, true);
    driven.run(...times(6, (tick) => given(8 + tick, -1)));
    return waiting(driven);
  };
  const fresh = run(0);
  t.true(fresh.some((g) => g !== 0));
  t.deepEqual(run(5), fresh);
  t.deepEqual(run(7), fresh);
});

test('an event cuts a window as its end does', (t) => {
  const run = (labels: readonly number[], window: number) => {
    const driven = drive(network(cells['LIF']!, { ...forever, window, update: { ticks: 120_000 } }));
    driven.run(...times(TICKS, (tick) => ({ ...given(tick, -1), label: labels.includes(tick) })));
    return waiting(driven);
  };
  t.deepEqual(run([3, 7, 11], 12), run([], 4));
  t.notDeepEqual(run([11], 12), run([], 4));
});

test('a projection whose delay is as long as the window learns, and carries nothing back', (t) => {
  for (const delay of [5, 6, 9]) {
    const program = compile(network(cells['rate']!, forever, delay), { maxTicks: TICKS });
    const back = program.ops.backward.filter(({ name }) => name === 'feedback_transpose');
    t.is(
      back.length,
      delay < 6 ? 1 + gatesOf(cells['rate']!).length : 1,
      'through the readout, and through the recurrence where it stays inside',
    );
    const states = [referenceBackend, ...nativeTargets()].map((backend) => {
      const executable = backend.load(program);
      for (let tick = 0; tick < 3 * TICKS; tick += TICKS) executable.run(TICKS);
      return fingerprint(executable);
    });
    t.is(new Set(states).size, 1);
    const driven = drive(network(cells['rate']!, forever, delay));
    driven.run(...times(2 * TICKS, (tick) => given(tick, -1)));
    t.true(driven.read('recurrent_input.gradient').some((g) => g !== 0));
  }
});
