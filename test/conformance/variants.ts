import type { Optimizer, RateSignal, Transform } from '../../runtime/learning/rule.ts';
import { deltaRule, eprop } from '../../runtime/learning/rules/eprop.ts';
import type { Connectivity, Integrator, Learning, Network, NeuronModel, Surrogate } from '../../runtime/network/network.ts';
import { alif, integrator, lif, rate, source } from '../../runtime/network/neurons.ts';
import { type Executable, events } from '../../runtime/program/program.ts';

/** Networks that differ from each other in one choice of the description each, and the tapes that drive them. */

/** Most ticks of a run. */
export const FRAME = 16;

/** What a variant changes in the network that all of them share. */
export interface Variant {
  readonly neuron?: NeuronModel;
  readonly hidden?: number;
  readonly connectivity?: Connectivity;
  readonly output?: Connectivity;
  readonly delay?: number;
  readonly inputDelay?: number;
  readonly optimizer?: Optimizer;
  readonly rate?: Omit<RateSignal, 'of'>;
  readonly filter?: 'readout' | 'none';
  readonly feedback?: 'symmetric' | 'random' | 'adaptive';
  readonly loss?: Integrator['loss'];
  readonly learning?: Learning;
}

export const neuron = { tauMem: 20, threshold: 0.6 };
export const adaptive = { ...neuron, tauAdapt: 150, beta: 0.08 };
const sgd = (transforms?: readonly Transform[]): Optimizer => ({ kind: 'sgd', rate: 2e-4, ...(transforms && { transforms }) });
const everyTick: Learning = { update: { ticks: 1 }, episode: 'carry' };

/** 9 inputs → hidden, recurrent → 3 readouts; sizes that fill no vector. */
export function network(variant: Variant): Network {
  const { hidden = 21, connectivity = { kind: 'dense', autapses: false }, output = { kind: 'dense' }, delay = 1, inputDelay = 0 } = variant;
  const { optimizer = sgd(), feedback = 'symmetric', loss = 'squared', learning = everyTick } = variant;
  const model = variant.neuron ?? lif(neuron);
  const spiking = model.kind === 'lif' || model.kind === 'alif';
  const through = feedback === 'symmetric' ? 'transpose' : { feedback: 'broadcast' };
  const rule = eprop({
    from: 'out',
    optimizer,
    through,
    ...(variant.filter && { filter: variant.filter }),
    ...(variant.rate && { rate: variant.rate }),
  });
  const plastic = spiking ? { plasticity: rule } : {};
  const gain = { kind: 'normal', gain: 1 } as const;
  return {
    dt: 1,
    seed: 5,
    populations: {
      in: { size: 9, neuron: source() },
      hidden: { size: hidden, neuron: model },
      out: { size: 3, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss }) },
    },
    projections: {
      input: {
        pre: 'in',
        post: 'hidden',
        connectivity: connectivity.kind === 'random' ? connectivity : { kind: 'dense' },
        weight: gain,
        delay: inputDelay,
        ...plastic,
      },
      recurrent: { pre: 'hidden', post: 'hidden', connectivity, weight: gain, delay, ...plastic },
      readout: {
        pre: 'hidden',
        post: 'out',
        connectivity: output,
        weight: gain,
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer }),
      },
    },
    ...(feedback !== 'symmetric' && {
      feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: gain, ...(feedback === 'adaptive' && { follows: 'readout' }) } },
    }),
    learning,
  };
}

const list: Connectivity = { kind: 'list', pre: [0, 3, 3, 3, 20, 7, 7, 12], post: [1, 20, 0, 7, 20, 6, 8, 12] };
const random: Connectivity = { kind: 'random', density: 0.3 };
const shape = (name: Surrogate['shape']) => ({ surrogate: { shape: name, height: 0.4, width: 0.7 } as Surrogate });
const byLabel: Learning = { update: 'label', target: 'label' };
const average: Transform = { kind: 'average', window: 50 };
const bounds: Transform = { kind: 'bounds', min: -0.6, max: 0.6 };
const decay: Transform = { kind: 'decay', rate: 1e-4 };

export const variants: Readonly<Record<string, Variant>> = {
  'LIF, dense': {},
  'LIF, reset to zero, refractory, exceeding': {
    neuron: lif({ tauMem: 20, threshold: 0.03, reset: 'zero', refractory: 4, comparison: '>', inputScale: 'oneMinusDecay' }),
  },
  'LIF, synaptic current, without reset': {
    neuron: lif({
      tauMem: 20,
      threshold: 0.03,
      reset: 'none',
      synapse: { tau: 5, inputScale: 'oneMinusDecay' },
      inputScale: 'oneMinusDecay',
    }),
  },
  'ALIF, synaptic current of the tick before, reset to its level, random synapses': {
    neuron: alif({ ...adaptive, reset: 'level', synapse: { tau: 4, order: 'tickBefore', inputScale: 'unitPeak' } }),
    connectivity: random,
  },
  'blocks of 16, LIF, synaptic current': {
    neuron: lif({ ...neuron, synapse: { tau: 5 } }),
    learning: { block: 16, update: { ticks: 16 } },
  },
  'blocks of 8, ALIF, synaptic current of the tick before, weights a block later': {
    neuron: alif({ ...adaptive, synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore' } }),
    learning: { block: 8, update: { ticks: 8 }, updateDelay: 1 },
  },
  'LIF, random synapses': { connectivity: random, output: random },
  'LIF, listed synapses': { connectivity: list },
  'LIF, unfiltered traces': { filter: 'none' },
  'ALIF, dense': { neuron: alif(adaptive) },
  'ALIF, one beta a neuron, reset to zero': {
    neuron: alif({
      ...adaptive,
      beta: Array.from({ length: 21 }, (_, j) => (j % 3) * 0.05),
      reset: 'zero',
      refractory: 3,
      adaptScale: 'oneMinusDecay',
    }),
  },
  'ALIF, random synapses': { neuron: alif(adaptive), connectivity: random },
  'ALIF, listed synapses': { neuron: alif(adaptive), connectivity: list },
  'ALIF, unfiltered traces': { neuron: alif(adaptive), filter: 'none' },
  'ALIF, whole lines': { neuron: alif(adaptive), hidden: 32 },
  'random feedback': { neuron: alif(adaptive), feedback: 'random' },
  'adaptive feedback': { neuron: lif(neuron), feedback: 'adaptive' },
  'adaptive feedback, Adam': { neuron: alif(adaptive), feedback: 'adaptive', optimizer: { kind: 'adam', rate: 1e-3, transforms: [decay] } },
  'cross-entropy': { neuron: alif(adaptive), loss: 'crossEntropy' },
  'labels, LIF': { loss: 'crossEntropy', learning: byLabel },
  'labels, LIF, unfiltered': { loss: 'crossEntropy', learning: byLabel, filter: 'none' },
  'labels, ALIF, random synapses, random feedback': {
    neuron: alif(adaptive),
    connectivity: random,
    feedback: 'random',
    loss: 'crossEntropy',
    learning: byLabel,
  },
  'running rate regularization': { rate: { target: 0.02, strength: 0.1, average: { tau: 100 } } },
  'episode rate regularization, LIF': { rate: { target: 0.02, strength: 0.1, average: 'episode' }, learning: { update: 'episode' } },
  'episode rate regularization, ALIF, random synapses': {
    neuron: alif(adaptive),
    connectivity: random,
    rate: { target: 0.02, strength: 0.1, average: 'episode' },
    learning: { update: 'episode' },
  },
  'update every 7 ticks, inverse schedule': {
    optimizer: { kind: 'sgd', rate: { kind: 'inverse', initial: 1e-3, halfAt: 40 } },
    learning: { update: { ticks: 7 } },
  },
  'update at episodes, straight schedule, state carried on': {
    optimizer: { kind: 'sgd', rate: { kind: 'linear', initial: 1e-3, final: 1e-5, updates: 20 } },
    learning: { update: 'episode', episode: 'carry' },
  },
  'SGD with decay': { optimizer: sgd([decay]) },
  'SGD with bounds': { optimizer: sgd([bounds]) },
  'SGD with average': { optimizer: sgd([average]) },
  'Adam with every transform, ALIF, random synapses': {
    neuron: alif(adaptive),
    connectivity: random,
    optimizer: { kind: 'adam', rate: 1e-3, transforms: [decay, bounds, average] },
  },
  'blocks of 8, LIF': { learning: { ...everyTick, block: 8, update: { ticks: 8 } } },
  'blocks of 64, LIF, unfiltered traces, random synapses': {
    connectivity: random,
    filter: 'none',
    learning: { block: 64, update: { ticks: 64 }, episode: 'carry' },
  },
  'blocks of 16, ALIF, delay 3': { neuron: alif(adaptive), delay: 3, learning: { block: 16, update: { ticks: 32 } } },
  'blocks of 32, ALIF, listed synapses, Adam': {
    neuron: alif(adaptive),
    connectivity: list,
    optimizer: { kind: 'adam', rate: 1e-3, transforms: [decay] },
    learning: { block: 32, update: { ticks: 32 } },
  },
  'blocks of 32, ALIF, unfiltered traces': { neuron: alif(adaptive), filter: 'none', learning: { block: 32, update: 'episode' } },
  'blocks of 16, labels, LIF': { loss: 'crossEntropy', learning: { ...byLabel, block: 16 } },
  'blocks of 8, labels, ALIF, random synapses, random feedback': {
    neuron: alif(adaptive),
    connectivity: random,
    feedback: 'random',
    loss: 'crossEntropy',
    learning: { ...byLabel, block: 8 },
  },
  'blocks of 64, running rate regularization, adaptive feedback': {
    feedback: 'adaptive',
    rate: { target: 0.02, strength: 0.1, average: { tau: 100 } },
    learning: { block: 64, update: { ticks: 64 } },
  },
  'blocks of 8, episode rate regularization, ALIF, random synapses': {
    neuron: alif(adaptive),
    connectivity: random,
    rate: { target: 0.02, strength: 0.1, average: 'episode' },
    learning: { block: 8, update: 'episode' },
  },
  'blocks of 16, episode rate regularization, LIF': {
    rate: { target: 0.02, strength: 0.1, average: 'episode' },
    learning: { block: 16, update: 'episode' },
  },
  'blocks of 8, weights a block later, ALIF': { neuron: alif(adaptive), learning: { block: 8, update: { ticks: 8 }, updateDelay: 1 } },
  'blocks of 16, weights a block later, Adam with every transform, LIF, random synapses': {
    connectivity: random,
    optimizer: { kind: 'adam', rate: 1e-3, transforms: [decay, bounds, average] },
    learning: { block: 16, update: { ticks: 32 }, updateDelay: 1, episode: 'carry' },
  },
  'blocks of 8, weights a block later, adaptive feedback, rates': {
    feedback: 'adaptive',
    rate: { target: 0.02, strength: 0.1, average: 'episode' },
    learning: { block: 8, update: { ticks: 16 }, updateDelay: 1 },
  },
  'blocks of 16, bfloat16 traces, ALIF': {
    neuron: alif(adaptive),
    learning: { block: 16, update: { ticks: 16 }, traces: 'bfloat16' },
  },
  'blocks of 8, bfloat16 traces, LIF, listed synapses': {
    connectivity: list,
    learning: { block: 8, update: { ticks: 8 }, traces: 'bfloat16' },
  },
  'blocks of 8, bfloat16 traces, labels, ALIF, random synapses': {
    neuron: alif(adaptive),
    connectivity: random,
    loss: 'crossEntropy',
    learning: { ...byLabel, block: 8, traces: 'bfloat16' },
  },
  'Adam with bounds': { optimizer: { kind: 'adam', rate: 1e-3, beta1: 0.8, beta2: 0.99, epsilon: 1e-6, transforms: [bounds] } },
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((delay) => [`delay ${delay}`, { delay: Math.max(1, delay), inputDelay: delay } satisfies Variant]),
  ),
  ...Object.fromEntries(
    (['triangle', 'fastSigmoid', 'boxcar', 'exponential', 'arctan', 'sigmoidDerivative', 'multiGaussian'] as const).map((name) => [
      `surrogate ${name}`,
      { neuron: alif({ ...adaptive, ...shape(name) }) } satisfies Variant,
    ]),
  ),
  ...Object.fromEntries(
    (['tanh', 'relu', 'linear'] as const).map((activation) => [
      `rate units, ${activation}`,
      { neuron: rate({ tau: 10, activation, discretization: activation === 'relu' ? 'exact' : 'euler' }) } satisfies Variant,
    ]),
  ),
};

/** Fills the tapes of a frame: sparse input spikes, targets, importance, labels and ends of episodes. */
export function fillTapes({ arena, program }: Executable, random: () => number): void {
  const fill = (name: string, value: () => number): void => {
    const view = arena.view(name);
    for (let k = 0; k < view.length; k++) view[k] = value();
  };
  fill('in.input', () => (random() < 0.1 ? 1 : 0));
  fill('out.target', () => (random() < 0.4 ? 1 : 0));
  fill('out.importance', () => (random() < 0.3 ? 0 : 1));
  for (const name of Object.keys(program.network.populations)) {
    if (name === 'out' || !program.regions.has(`${name}.target`)) continue;
    fill(`${name}.target`, () => (random() < 0.4 ? 1 : 0));
    fill(`${name}.importance`, () => (random() < 0.3 ? 0 : 1));
  }
  const { offset } = program.eventTape;
  for (let row = 0; row < FRAME; row++)
    arena.words[offset + row] =
      random() < 0.05 ? events.label : random() < 0.03 ? events.label | events.episodeEnd : random() < 0.02 ? events.episodeEnd : 0;
}
