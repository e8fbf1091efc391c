/** Recursive least squares as a description asks for it: what it refuses, what a host may do to it, and what a rollback brings back. */
import test from 'ava';
import { deltaRule } from '../../../runtime/learning/rules/eprop.ts';
import type { Learning, Network } from '../../../runtime/network/network.ts';
import { integrator, lif, source } from '../../../runtime/network/neurons.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { setLearningRate } from '../../../runtime/program/executable.ts';
import { learnedOf } from '../../../runtime/program/learned.ts';
import { drive } from './drive.ts';

const rls = deltaRule({ from: 'out', optimizer: { kind: 'rls', ridge: 2 } });

const network = (learning: Learning = { update: { ticks: 1 } }): Network => ({
  dt: 1,
  seed: 1,
  populations: { in: { size: 3, neuron: source() }, out: { size: 1, neuron: integrator({ tau: 0, loss: 'squared' }) } },
  projections: {
    w: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0.5 }, delay: 0, plasticity: rls },
  },
  learning,
});

const given = (tick: number, importance = 1) => ({
  inputs: { in: [1, Math.sin(tick), tick % 2] },
  targets: { out: [Math.cos(tick / 3)] },
  importance: { out: importance },
});

test('what is not a linear function of one sample is refused, with its path', (t) => {
  const { populations, projections } = network();
  const { w } = projections as { w: NonNullable<Network['projections'][string]> };
  const out = (neuron: ReturnType<typeof integrator>): Partial<Network> => ({ populations: { ...populations, out: { size: 1, neuron } } });
  const mistakes: readonly (readonly [Partial<Network>, string])[] = [
    [out(integrator({ tau: 20, loss: 'squared' })), 'populations.out.neuron.tau'],
    [out(integrator({ tau: 0, loss: 'smoothL1' })), 'populations.out.neuron.loss'],
    [{ projections: { w: { ...w, connectivity: { kind: 'list', pre: [0, 1], post: [0, 0] } } } }, 'projections.w.connectivity'],
    [
      { projections: { w, v: { ...w, plasticity: deltaRule({ from: 'out', optimizer: { kind: 'sgd', rate: 1 } }) } } },
      'projections.v.plasticity',
    ],
    [{ learning: { update: 'episode' } }, 'learning.update'],
    [{ learning: { update: { ticks: 1 }, delay: 3 } }, 'learning.delay'],
    [{ learning: { update: { ticks: 1 }, target: 'label' } }, 'learning.target'],
    [{ learning: { update: { ticks: 8 }, block: 8 } }, 'learning.block'],
    [{ feedbacks: { b: { from: 'out', to: 'in', weight: { kind: 'constant', value: 0 }, follows: 'w' } } }, 'feedbacks.b.follows'],
    [
      { populations: { in: populations['in']!, out: { size: 1, neuron: lif({ tauMem: 20, loss: 'squared' }) } } },
      'projections.w.plasticity.optimizer',
    ],
  ];
  for (const [change, path] of mistakes)
    t.throws(
      () => compile({ ...network(), ...change }),
      { code: 'ERR_UNSUPPORTED_RULE', message: new RegExp(`^.*${path.replaceAll('.', '\\.')}`) },
      path,
    );
  t.notThrows(() => compile(network()));
});

test('a sample of importance 0, or a rate that the host set to 0, moves nothing; a tick between two updates neither', (t) => {
  const state = (driven: ReturnType<typeof drive>) => ['weights', 'diagonal', 'triangle'].flatMap((role) => driven.read(`w.${role}`));
  const driven = drive(network({ update: { ticks: 2 } }));
  const start = state(driven);
  driven.run(given(0), given(1, 0), given(2));
  t.deepEqual(state(driven), start);
  setLearningRate(driven.executable, 0);
  driven.run(given(3));
  t.deepEqual(state(driven), start);
  setLearningRate(driven.executable, 1);
  driven.run(given(4), given(5));
  t.notDeepEqual(state(driven), start);
});

test('P is among what learning made, so that a rollback brings it back', (t) => {
  const { regions, finite } = learnedOf(compile(network()));
  for (const name of ['w.weights', 'w.triangle', 'w.diagonal'])
    t.true(regions.some((region) => region.name === name) && finite.some((region) => region.name === name));
});
