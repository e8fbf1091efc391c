import test from 'ava';
import type { Optimizer } from '../../../runtime/learning/rule.ts';
import { deltaRule } from '../../../runtime/learning/rules/eprop.ts';
import type { Connectivity, Network } from '../../../runtime/network/network.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { copyWeights, fingerprint, setLearning } from '../../../runtime/program/executable.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { drive, times } from './drive.ts';
import { fast, network, optimizer, taught } from './taught.ts';

const averaged: Optimizer = { kind: 'sgd', rate: 0.05, transforms: [{ kind: 'average', window: 10 }] };
const readouts = (rule: Optimizer, connectivity: Connectivity = { kind: 'dense' }, size = 6, seed = 9): Network => {
  const whole = network({ connectivity });
  const { outA, outB, sensory } = whole.projections;
  return {
    ...whole,
    seed,
    populations: { ...whole.populations, hidden: { size, neuron: fast } },
    projections: {
      sensory: { pre: 'in', post: 'hidden', connectivity, weight: sensory!.weight, delay: 0 },
      outA: { ...outA!, plasticity: deltaRule({ from: 'a', optimizer: rule }) },
      outB: { ...outB!, plasticity: deltaRule({ from: 'b', optimizer }) },
    },
    learning: { update: { ticks: 2 } },
  };
};

test('copied weights are those that learn, or their running average where one is kept', (t) => {
  const learner = drive(readouts(averaged));
  learner.run(...times(30, (tick) => taught(tick)));
  const other = drive(readouts(optimizer));
  copyWeights(learner.executable, other.executable, 'learning');
  for (const name of ['sensory', 'outA', 'outB']) t.deepEqual(other.read(`${name}.weights`), learner.read(`${name}.weights`), name);
  copyWeights(learner.executable, other.executable, 'average');
  t.deepEqual(other.read('outA.weights'), learner.read('outA.average'));
  t.notDeepEqual(other.read('outA.weights'), learner.read('outA.weights'));
  t.deepEqual(other.read('outB.weights'), learner.read('outB.weights'), 'without an average, the weights');
});

test('weights are copied only between the same synapses; what differs in name, size or pattern is left alone', (t) => {
  const random: Connectivity = { kind: 'random', density: 0.5 };
  const from = drive(readouts(optimizer, random));
  const pairs: readonly (readonly [Network, readonly string[]])[] = [
    [readouts(optimizer, random), ['sensory', 'outA', 'outB']],
    [readouts(optimizer, random, 6, 10), ['outA', 'outB']],
    [readouts(optimizer, { kind: 'dense' }), ['outA', 'outB']],
    [readouts(optimizer, random, 40), []],
  ];
  for (const [network, copied] of pairs) {
    const to = drive(network);
    for (const name of ['sensory', 'outA', 'outB']) to.executable.arena.view(`${name}.weights`).fill(77);
    t.notThrows(() => copyWeights(from.executable, to.executable, 'learning'));
    for (const name of ['sensory', 'outA', 'outB']) {
      if (copied.includes(name)) t.deepEqual(to.read(`${name}.weights`), from.read(`${name}.weights`));
      else
        t.true(
          to.read(`${name}.weights`).every((value) => value === 77),
          name,
        );
    }
  }
  const renamed = readouts(optimizer, random);
  const { sensory, ...rest } = renamed.projections;
  const to = drive({ ...renamed, projections: { seeing: sensory!, ...rest } });
  t.notThrows(() => copyWeights(from.executable, to.executable, 'learning'));
});

test('feedback that follows a readout becomes its transpose, from wherever it began', (t) => {
  const decay: Optimizer = { kind: 'sgd', rate: 0.02, transforms: [{ kind: 'decay', rate: 0.02 }] };
  const whole = network();
  const driven = drive({
    ...whole,
    projections: { ...whole.projections, outA: { ...whole.projections['outA']!, plasticity: deltaRule({ from: 'a', optimizer: decay }) } },
    feedbacks: { fromA: { from: 'a', to: 'hidden', weight: { kind: 'normal', gain: 1 }, follows: 'outA' } },
    learning: { update: { ticks: 1 }, episode: 'carry' },
  });
  const apart = () => {
    const [weights, feedback] = [driven.read('outA.weights'), driven.read('fromA.weights')];
    return Math.max(...times(12, (k) => Math.abs(weights[k]! - feedback[(k % 2) * 6 + Math.floor(k / 2)]!)));
  };
  const before = apart();
  driven.run(...times(400, (tick) => taught(tick)));
  t.true(before > 0.3);
  t.true(apart() < before * 2e-3, `${before} → ${apart()}`);
});

test('a network without learning has no op to learn, and setLearning() does not trouble it', (t) => {
  const { learning: _, feedbacks: __, ...plain } = network();
  const still = Object.fromEntries(
    Object.entries(plain.projections).map(([name, { plasticity: ___, ...projection }]) => [name, projection]),
  );
  const program = compile({ ...plain, projections: still });
  t.deepEqual([program.ops.learn, program.ops.label, program.ops.update], [[], [], []]);
  const executable = referenceBackend.load(program);
  setLearning(executable, false);
  setLearning(executable, true);
  t.is(executable.run(5), 0);
  t.regex(fingerprint(executable), /^[0-9a-f]{8}$/);
});
