import type { LearningRule, Optimizer } from '../../runtime/learning/rule.ts';
import { bptt } from '../../runtime/learning/rules/bptt.ts';
import { deltaRule } from '../../runtime/learning/rules/eprop.ts';
import { ostl, osttp } from '../../runtime/learning/rules/ostl.ts';
import { rflo } from '../../runtime/learning/rules/rflo.ts';
import { rtrl, snap } from '../../runtime/learning/rules/rtrl.ts';
import { uoro } from '../../runtime/learning/rules/uoro.ts';
import { gatesOf } from '../../runtime/network/gates.ts';
import type { Connectivity, Learning, Network, NeuronModel, Projection } from '../../runtime/network/network.ts';
import { alif, constant, gru, integrator, lif, lstm, rate, snu, source } from '../../runtime/network/neurons.ts';

/** Whole networks of every cell, taught by every rule that keeps more than e-prop: two layers, every gate with synapses of its own, a bias, a readout. */

const optimizer: Optimizer = { kind: 'sgd', rate: 1e-4 };
const random: Connectivity = { kind: 'random', density: 0.4, autapses: true };

interface Layered {
  readonly neuron: NeuronModel;
  readonly upper: LearningRule;
  readonly lower: LearningRule;
  readonly connectivity?: Connectivity;
  readonly learning?: Learning;
  /** ticks of a projection from the upper layer back to the lower one; default none */
  readonly back?: number;
}

const everyTick: Learning = { update: { ticks: 1 }, episode: 'carry' };

function network({ neuron, upper, lower, connectivity = { kind: 'dense' }, learning = everyTick, back }: Layered): Network {
  const projections: Record<string, Projection> = {};
  const weight = { kind: 'normal', gain: 1 } as const;
  const add = (pre: string, post: string, delay: number, plasticity: LearningRule, how: Connectivity) => {
    for (const gate of gatesOf(neuron))
      projections[`${pre}_${post}_${gate}`] = { pre, post, gate, delay, connectivity: how, weight, plasticity };
  };
  add('in', 'low', 0, lower, { kind: 'dense' });
  add('one', 'low', 0, lower, { kind: 'dense' });
  add('low', 'low', 1, lower, connectivity);
  add('low', 'high', 0, upper, { kind: 'dense' });
  add('high', 'high', 1, upper, connectivity);
  if (back !== undefined) add('high', 'low', back, lower, random);
  projections['readout'] = {
    pre: 'high',
    post: 'out',
    delay: 0,
    connectivity: { kind: 'dense' },
    weight,
    plasticity: deltaRule({ from: 'out', optimizer }),
  };
  return {
    dt: 1,
    seed: 8,
    populations: {
      in: { size: 9, neuron: source() },
      one: { size: 1, neuron: constant() },
      low: { size: 17, neuron },
      high: { size: 7, neuron },
      out: { size: 3, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections,
    feedbacks: {
      down: { from: 'out', to: 'low', weight: { kind: 'normal', std: 0.3 } },
      near: { from: 'out', to: 'high', weight: { kind: 'normal', std: 0.3 } },
    },
    learning,
  };
}

const deep = (recurrence: 'all' | 'none') => ({
  upper: ostl({ readout: 'out' }, { optimizer, recurrence }),
  lower: ostl({ below: 'high' }, { optimizer, recurrence }),
});
const spiking = { tauMem: 20, threshold: 0.6 };
const backward = (reset: 'differentiated' | 'detached' = 'differentiated', rule = bptt({ from: 'out', optimizer, reset })) => ({
  upper: rule,
  lower: rule,
  learning: { window: 13, update: { ticks: 26 }, episode: 'carry' } as const,
});

export const layered: Readonly<Record<string, Network>> = {
  'rate, RFLO': network({
    neuron: rate({ tau: 8, activation: 'tanh' }),
    upper: rflo({ from: 'out', optimizer, through: { feedback: 'near' } }),
    lower: rflo({ from: 'out', optimizer, through: { feedback: 'down' } }),
    connectivity: random,
  }),
  'rate, relu, OSTL': network({ neuron: rate({ tau: 8, activation: 'relu' }), ...deep('all') }),
  'rate, linear, SnAp-2': network({
    neuron: rate({ tau: 2, activation: 'linear' }),
    upper: snap(2, { from: 'out', optimizer, filter: 'none' }),
    lower: ostl({ below: 'high' }, { optimizer, recurrence: { hops: 1 } }),
    connectivity: random,
  }),
  'sSNU, OSTL': network({ neuron: snu({ decay: 0.4, output: 'sigmoid' }), ...deep('all') }),
  'sSNU, OSTL without H, stored synapses': network({
    neuron: snu({ decay: 0.4, output: 'sigmoid' }),
    ...deep('none'),
    connectivity: random,
  }),
  'SNU, OSTTP': network({
    neuron: snu({ decay: 0.8, activation: 'relu', output: 'step' }),
    upper: ostl({ readout: 'out' }, { optimizer }),
    lower: osttp({ from: 'out', feedback: 'down', optimizer }),
  }),
  'LSTM, OSTL': network({ neuron: lstm(), ...deep('all') }),
  'LSTM, OSTL without H': network({ neuron: lstm(), ...deep('none') }),
  'GRU, OSTL, stored synapses': network({ neuron: gru(), ...deep('all'), connectivity: random }),
  'GRU, OSTL without H': network({ neuron: gru(), ...deep('none') }),
  'LIF, RTRL': network({
    neuron: lif(spiking),
    upper: rtrl({ from: 'out', optimizer }),
    lower: rtrl({ from: 'out', optimizer, through: { feedback: 'down' } }),
  }),
  'LIF, reset to zero, SnAp-1': network({
    neuron: lif({ ...spiking, reset: 'zero' }),
    upper: snap(1, { from: 'out', optimizer }),
    lower: snap(1, { from: 'out', optimizer, through: { feedback: 'down' } }),
    connectivity: random,
  }),
  'ALIF, SnAp-2': network({
    neuron: alif({ ...spiking, tauAdapt: 150, beta: 0.08 }),
    upper: snap(2, { from: 'out', optimizer }),
    lower: snap(2, { from: 'out', optimizer, through: { feedback: 'down' } }),
    connectivity: random,
  }),
  'LIF, BPTT': network({ neuron: lif(spiking), ...backward(), back: 3 }),
  'LIF, reset to zero, BPTT, at ends of episodes': network({
    neuron: lif({ ...spiking, reset: 'zero' }),
    ...backward(),
    connectivity: random,
    learning: { window: 100, update: 'episode' },
  }),
  'LIF, BPTT with the reset detached': network({ neuron: lif(spiking), ...backward('detached'), connectivity: random, back: 1 }),
  'ALIF, BPTT': network({ neuron: alif({ ...spiking, tauAdapt: 150, beta: 0.08 }), ...backward(), back: 2 }),
  'rate, BPTT, stored synapses': network({ neuron: rate({ tau: 8, activation: 'tanh' }), ...backward(), connectivity: random, back: 1 }),
  'rate, relu, BPTT': network({ neuron: rate({ tau: 8, activation: 'relu' }), ...backward() }),
  'sSNU, BPTT': network({ neuron: snu({ decay: 0.4, output: 'sigmoid' }), ...backward() }),
  'SNU, BPTT, stored synapses': network({
    neuron: snu({ decay: 0.8, activation: 'relu', output: 'step' }),
    ...backward(),
    connectivity: random,
    back: 4,
  }),
  'LSTM, BPTT': network({ neuron: lstm(), ...backward(), back: 1 }),
  'GRU, BPTT, stored synapses': network({ neuron: gru(), ...backward(), connectivity: random }),
  'LSTM, UORO': network({
    neuron: lstm(),
    upper: uoro({ from: 'out', optimizer }),
    lower: uoro({ from: 'out', optimizer, through: { feedback: 'down' } }),
  }),
  'ALIF, UORO, stored synapses': network({
    neuron: alif({ ...spiking, tauAdapt: 150, beta: 0.08, reset: 'zero' }),
    upper: uoro({ from: 'out', optimizer }),
    lower: uoro({ from: 'out', optimizer, through: { feedback: 'down' } }),
    connectivity: random,
  }),
};
