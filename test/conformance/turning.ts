import { deltaRule } from '../../runtime/learning/rules/eprop.ts';
import { stdp } from '../../runtime/learning/rules/stdp.ts';
import type { Network } from '../../runtime/network/network.ts';
import { constant, integrator, izhikevich, source, theta } from '../../runtime/network/neurons.ts';

const dense = { kind: 'dense' } as const;
const paired = stdp({
  pairing: 'all',
  potentiation: { tau: 12, pair: 0.5 },
  depression: { tau: 18, pair: 0.4 },
  optimizer: { kind: 'sgd', rate: 1e-2 },
});
const normal = (std: number) => ({ kind: 'normal', std }) as const;

/** Theta cells of every size of chunk → Izhikevich cells and back, pairs of their spikes, and what reads them. */
const turning = (size: number, cells: number, block: 1 | 8): Network => ({
  dt: 1,
  seed: 11,
  populations: {
    in: { size: 9, neuron: source() },
    one: { size: 1, neuron: constant() },
    hidden: { size, neuron: theta({ tau: 20, steps: 6 }) },
    cells: { size: cells, neuron: izhikevich({ steps: 12, tauRecovery: 40 }) },
    out: { size: 3, neuron: integrator({ tau: block === 1 ? 0 : 20, loss: 'squared' }) },
  },
  projections: {
    sensory: { pre: 'in', post: 'hidden', connectivity: dense, weight: normal(0.6), delay: 0 },
    recurrent: { pre: 'hidden', post: 'hidden', connectivity: { kind: 'random', density: 0.4 }, weight: normal(0.4), delay: 2 },
    across: { pre: 'hidden', post: 'cells', connectivity: dense, weight: normal(400), delay: 0, plasticity: paired },
    resting: { pre: 'one', post: 'hidden', connectivity: dense, weight: { kind: 'constant', value: 6 }, delay: 0 },
    tonic: { pre: 'one', post: 'cells', connectivity: dense, weight: { kind: 'constant', value: 700 }, delay: 0 },
    back: {
      pre: 'cells',
      post: 'hidden',
      connectivity: { kind: 'random', density: 0.5 },
      weight: normal(0.5),
      delay: 1,
      plasticity: paired,
    },
    readout: {
      ...{ pre: 'cells', post: 'out', connectivity: dense, weight: normal(0.1), delay: 0 },
      plasticity: deltaRule({ from: 'out', optimizer: block === 1 ? { kind: 'rls', ridge: 10 } : { kind: 'sgd', rate: 1e-3 } }),
    },
  },
  learning: { block, update: { ticks: 8 } },
});

/** Neurons that go through their spike, with the rules that need no pseudo-derivative. */
export const turningNetworks: Readonly<Record<string, Network>> = {
  'theta and Izhikevich cells, pairs of spikes, recursive least squares': turning(21, 19, 1),
  'theta and Izhikevich cells, pairs of spikes, delta rule in blocks of 8': turning(64, 33, 8),
};
