import type { Filter, LearningRule, Sgd } from '../../runtime/learning/rule.ts';
import { bptt } from '../../runtime/learning/rules/bptt.ts';
import { deltaRule, eprop } from '../../runtime/learning/rules/eprop.ts';
import { eprop3 } from '../../runtime/learning/rules/eprop3.ts';
import { ostl, osttp } from '../../runtime/learning/rules/ostl.ts';
import { rflo } from '../../runtime/learning/rules/rflo.ts';
import { rtrl, snap } from '../../runtime/learning/rules/rtrl.ts';
import { uoro } from '../../runtime/learning/rules/uoro.ts';
import { gatesOf, optional } from '../../runtime/network/gates.ts';
import type { Connectivity, Learning, Network, NeuronModel, Projection } from '../../runtime/network/network.ts';
import { alif, constant, gru, integrator, lif, lstm, rate, snu, source } from '../../runtime/network/neurons.ts';
import { delayed } from './delayed.ts';

/** Whole networks of every cell, taught by every rule that keeps more than e-prop: two layers, every gate with synapses of its own, a bias, a readout. */

const optimizer: Sgd = { kind: 'sgd', rate: 1e-4 };
const random: Connectivity = { kind: 'random', density: 0.4, autapses: true };

interface Layered {
  readonly neuron: NeuronModel;
  readonly upper: LearningRule;
  readonly lower: LearningRule;
  readonly connectivity?: Connectivity;
  /** gates of the lower layer that a constant feeds: biases, time constants that are learned */
  readonly tuned?: readonly string[];
  readonly learning?: Learning;
  /** ticks of a projection from the upper layer back to the lower one; default none */
  readonly back?: number;
}

const everyTick: Learning = { update: { ticks: 1 }, episode: 'carry' };

function network({ neuron, upper, lower, connectivity = { kind: 'dense' }, learning = everyTick, back, tuned = [] }: Layered): Network {
  const projections: Record<string, Projection> = {};
  const weight = { kind: 'normal', gain: 1 } as const;
  const add = (pre: string, post: string, delay: number, plasticity: LearningRule, how: Connectivity) => {
    for (const gate of gatesOf(neuron).filter((name) => !optional(neuron, name)))
      projections[`${pre}_${post}_${gate}`] = { pre, post, gate, delay, connectivity: how, weight, plasticity };
  };
  add('in', 'low', 0, lower, { kind: 'dense' });
  add('one', 'low', 0, lower, { kind: 'dense' });
  for (const gate of tuned)
    projections[`one_low_${gate}`] = {
      pre: 'one',
      post: 'low',
      gate,
      delay: 0,
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', std: 3 },
      plasticity: { ...lower, optimizer: { ...optimizer, transforms: [{ kind: 'bounds', min: -15, max: 15 }] } },
    };
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
/** A rule on every projection, behind a filter of its own. */
const filtered = (filter: Filter) => ({
  upper: eprop({ from: 'out', optimizer, filter }),
  lower: eprop({ from: 'out', optimizer, filter, through: { feedback: 'down' } }),
});
const backward = (reset: 'differentiated' | 'detached' = 'differentiated', rule = bptt({ from: 'out', optimizer, reset })) => ({
  upper: rule,
  lower: rule,
  learning: { window: 13, update: { ticks: 26 }, episode: 'carry' } as const,
});

/** The same with populations that learn what lies behind the windows. */
const bordered = (cells: NeuronModel, rule: LearningRule, connectivity: Connectivity, learning: Learning): Network => {
  const layers = network({ neuron: cells, upper: rule, lower: rule, connectivity, back: 1, learning });
  const told = ['output', 'membrane', ...(cells.kind === 'alif' ? ['adaptation'] : [])];
  const of = { low: told, high: told, out: ['state'] };
  const all = Object.entries(of).flatMap(([name, parts]) => parts.map((part) => ({ name, part, module: `${name}${part}` })));
  const predictor = integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' });
  return {
    ...layers,
    populations: {
      ...layers.populations,
      ...Object.fromEntries(all.map(({ name, module }) => [module, { size: layers.populations[name]!.size, neuron: predictor }])),
    },
    projections: {
      ...layers.projections,
      readout: { ...layers.projections['readout']!, plasticity: deltaRule({ from: 'out', optimizer }) },
      ...Object.fromEntries(
        all.flatMap(({ module }) =>
          ['low', 'one'].map((pre): [string, Projection] => [
            `${pre}_${module}`,
            {
              pre,
              post: module,
              delay: 0,
              connectivity: pre === 'low' ? connectivity : { kind: 'dense' },
              weight: { kind: 'normal', gain: 0.1 },
              plasticity: deltaRule({ from: module, optimizer }),
            },
          ]),
        ),
      ),
    },
    learning: {
      ...learning,
      border: Object.fromEntries(
        Object.entries(of).map(([name, parts]) => [name, Object.fromEntries(parts.map((part) => [part, `${name}${part}`]))]),
      ),
    },
  };
};

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
  'SRNN with time constants that are learned, OSTL without H': network({
    neuron: alif({
      tauMem: 20,
      inputScale: 'oneMinusDecay',
      threshold: 0.01,
      reset: 'level',
      tauAdapt: 30,
      beta: 1.8,
      adaptScale: 'oneMinusDecay',
      surrogate: { shape: 'multiGaussian', height: 0.4, width: 0.5 },
    }),
    ...deep('none'),
    tuned: ['tauMem', 'tauAdapt'],
  }),
  'rate units with time constants that are learned, OSTL without H': network({
    neuron: rate({ tau: 12, activation: 'tanh' }),
    ...deep('none'),
    tuned: ['tau'],
  }),
  'rectified rate units with time constants that are learned, OSTL': network({
    neuron: rate({ tau: 12, activation: 'relu' }),
    ...deep('all'),
    tuned: ['tau'],
  }),
  'linear rate units with time constants that are learned, RTRL': network({
    neuron: rate({ tau: 12, activation: 'linear' }),
    upper: rtrl({ from: 'out', optimizer }),
    lower: rtrl({ from: 'out', optimizer, through: { feedback: 'down' } }),
    tuned: ['tau'],
  }),
  'LIF with a time constant that is learned, without reset, RTRL': network({
    neuron: lif({ ...spiking, reset: 'none', surrogate: { shape: 'arctan', height: 0.3, width: 0.5 } }),
    upper: rtrl({ from: 'out', optimizer }),
    lower: rtrl({ from: 'out', optimizer, through: { feedback: 'down' } }),
    tuned: ['output', 'tauMem'],
  }),
  'LIF with a time constant that is learned, e-prop behind a low pass': network({
    neuron: lif({ ...spiking, surrogate: { shape: 'arctan', height: 0.3, width: 0.5 } }),
    ...filtered({ kind: 'lowPass', tau: 12 }),
    tuned: ['output', 'tauMem'],
  }),
  'SNU with a low pass behind the traces, stored synapses': network({
    neuron: snu({ decay: 0.6, output: 'sigmoid' }),
    ...filtered({ kind: 'lowPass', tau: 12, scale: 'oneMinusDecay' }),
    connectivity: random,
  }),
  'LIF with a synaptic current of the same tick, OSTL, stored synapses': network({
    neuron: lif({ ...spiking, synapse: { tau: 5, inputScale: 'oneMinusDecay' } }),
    ...deep('all'),
    connectivity: random,
    tuned: ['output'],
  }),
  'ALIF with a synaptic current of the tick before, OSTL without H': network({
    neuron: alif({ ...spiking, reset: 'level', tauAdapt: 80, beta: 0.1, synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore' } }),
    upper: ostl({ readout: 'out' }, { optimizer, recurrence: 'none' }),
    lower: snap(1, { from: 'out', optimizer, filter: 'none', through: { feedback: 'down' } }),
    tuned: ['output', 'tauAdapt'],
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
  'LIF, e-prop 3': bordered(lif(spiking), eprop3({ from: 'out', optimizer }), { kind: 'dense' }, { window: 16, update: { ticks: 16 } }),
  'ALIF, e-prop 3, stored synapses': bordered(
    alif({ ...spiking, tauAdapt: 150, beta: 0.08, reset: 'zero' }),
    eprop3({ from: 'out', optimizer }),
    random,
    { window: 13, update: { ticks: 26 }, episode: 'carry' },
  ),
  'ALIF, BPTT with a border, at ends of episodes': bordered(
    alif({ ...spiking, tauAdapt: 150, beta: 0.08 }),
    bptt({ from: 'out', optimizer }),
    { kind: 'dense' },
    { window: 100, update: 'episode' },
  ),
  ...delayed,
};
