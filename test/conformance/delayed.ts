import type { LearningRule, Sgd } from '../../runtime/learning/rule.ts';
import { bptt } from '../../runtime/learning/rules/bptt.ts';
import { deltaRule, eprop } from '../../runtime/learning/rules/eprop.ts';
import { ostl } from '../../runtime/learning/rules/ostl.ts';
import type { Connectivity, Learning, Network, NeuronModel } from '../../runtime/network/network.ts';
import { constant, delayLine, integrator, lif, rate, source } from '../../runtime/network/neurons.ts';

/** Whole networks that learn delays: of neurons that are fed from without, and of a recurrence. */

const optimizer: Sgd = { kind: 'sgd', rate: 1e-3 };
const random: Connectivity = { kind: 'random', density: 0.4, autapses: true };
const LONGEST = 6;

interface Delayed {
  readonly neuron: NeuronModel;
  readonly connectivity: Connectivity;
  readonly ofDelays: LearningRule;
  readonly rule: LearningRule;
  readonly learning: Learning;
  /** whether the hidden neurons feed the lines too, a tick later */
  readonly recurrent: boolean;
}

/** 9 inputs → 17 lines of 0 to beyond 6 ticks → 13 neurons → 3 readouts. */
function network({ neuron, connectivity, ofDelays, rule, learning, recurrent }: Delayed): Network {
  const weight = { kind: 'normal', gain: 1 } as const;
  const backward = learning.window !== undefined;
  return {
    dt: 1,
    seed: 8,
    populations: {
      in: { size: 9, neuron: source() },
      one: { size: 1, neuron: constant() },
      lines: { size: 17, neuron: delayLine({ delay: 3, longest: LONGEST }) },
      hidden: { size: 13, neuron },
      out: { size: 3, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections: {
      fed: { pre: 'in', post: 'lines', delay: 1, connectivity, weight, ...(backward && { plasticity: rule }) },
      ...(recurrent && { back: { pre: 'hidden', post: 'lines', delay: 2, connectivity, weight, plasticity: rule } as const }),
      lags: {
        pre: 'one',
        post: 'lines',
        gate: 'delay',
        delay: 0,
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', std: 3 },
        plasticity: ofDelays,
      },
      through: { pre: 'lines', post: 'hidden', delay: 0, connectivity, weight, plasticity: rule },
      readout: {
        ...{ pre: 'hidden', post: 'out', delay: 0, connectivity: { kind: 'dense' }, weight },
        plasticity: deltaRule({ from: 'out', optimizer }),
      },
    },
    learning,
  };
}

const everyTick: Learning = { update: { ticks: 1 }, episode: 'carry' };
const bounded: Sgd = { ...optimizer, rate: 0.02, transforms: [{ kind: 'bounds', min: -4, max: 4 }] };
const filtered = (rule: LearningRule): LearningRule => ({
  ...rule,
  terms: rule.terms.map((term) => ({ ...term, filter: { kind: 'lowPass', tau: 20 } })),
});

export const delayed: Readonly<Record<string, Network>> = {
  'delays before LIF, behind the filter of their membrane': network({
    neuron: lif({ tauMem: 20, threshold: 0.6, reset: 'none' }),
    connectivity: { kind: 'dense' },
    ofDelays: filtered(ostl({ below: 'hidden' }, { optimizer: bounded, recurrence: 'none' })),
    rule: eprop({ from: 'out', optimizer }),
    learning: everyTick,
    recurrent: false,
  }),
  'delays before rate units, stored synapses': network({
    neuron: rate({ tau: 8, activation: 'tanh' }),
    connectivity: random,
    ofDelays: ostl({ below: 'hidden' }, { optimizer: bounded, recurrence: 'none' }),
    rule: ostl({ readout: 'out' }, { optimizer, recurrence: 'none' }),
    learning: everyTick,
    recurrent: false,
  }),
  'delays of a recurrence, BPTT': network({
    neuron: rate({ tau: 8, activation: 'tanh' }),
    connectivity: random,
    ofDelays: bptt({ from: 'out', optimizer: bounded }),
    rule: bptt({ from: 'out', optimizer }),
    learning: { window: 13, update: { ticks: 26 }, episode: 'carry' },
    recurrent: true,
  }),
};
