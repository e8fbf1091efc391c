import type { LearningRule, Optimizer } from '../../runtime/learning/rule.ts';
import { bptt } from '../../runtime/learning/rules/bptt.ts';
import { decolle } from '../../runtime/learning/rules/decolle.ts';
import { deltaRule, eprop } from '../../runtime/learning/rules/eprop.ts';
import { ottt } from '../../runtime/learning/rules/relatives.ts';
import type { Convolution, Learning, Network, NeuronModel } from '../../runtime/network/network.ts';
import { alif, constant, gru, integrator, lif, source } from '../../runtime/network/neurons.ts';

/** Whole networks of convolutions, under every rule that can teach them: maps of 3 × 3 of one value each → 5 of 2 × 3 → a map of 1 × 3, the readout. */

const optimizer: Optimizer = { kind: 'adam', rate: 1e-4, transforms: [{ kind: 'average', window: 50 }] };
const lower: Convolution = { kind: 'convolution', input: [1, 3, 3], channels: 5, kernel: [3, 2], stride: [2, 1], padding: [1, 1] };
const back: Convolution = { kind: 'convolution', input: [5, 2, 4], channels: 5, kernel: [1, 3], padding: [0, 1] };
const upper: Convolution = { kind: 'convolution', input: [5, 2, 4], channels: 1, kernel: [2, 2] };
const bias: Convolution = { kind: 'convolution', input: [1, 2, 4], channels: 5, kernel: [1, 1] };

interface Convolved {
  readonly neuron: NeuronModel;
  readonly rule: LearningRule;
  readonly output: LearningRule;
  readonly learning: Learning;
  readonly gate?: string;
  readonly delay?: number;
}

function network({ neuron, rule: plasticity, output, learning, gate, delay = 0 }: Convolved): Network {
  const weight = { kind: 'normal', gain: 2 } as const;
  const gated = gate === undefined ? {} : { gate };
  return {
    dt: 1,
    seed: 8,
    populations: {
      in: { size: 9, neuron: source() },
      ones: { size: 8, neuron: constant() },
      hidden: { size: 40, neuron },
      out: { size: 3, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections: {
      input: { pre: 'in', post: 'hidden', connectivity: lower, weight, delay, plasticity, ...gated },
      bias: {
        pre: 'ones',
        post: 'hidden',
        connectivity: bias,
        weight,
        delay: 0,
        plasticity,
        ...(gate === undefined ? { gate: 'output' } : gated),
      },
      recurrent: { pre: 'hidden', post: 'hidden', connectivity: back, weight, delay: 2, plasticity, ...gated },
      readout: { pre: 'hidden', post: 'out', connectivity: upper, weight, delay: 0, plasticity: output },
    },
    feedbacks: { down: { from: 'out', to: 'hidden', weight: { kind: 'normal', gain: 1 } } },
    learning,
  };
}

const from = { from: 'out', optimizer } as const;
const delta = deltaRule(from);
const spiking = { tauMem: 20, threshold: 0.6 };
const window: Learning = { window: 13, update: { ticks: 26 }, episode: 'carry' };

export const convolved: Readonly<Record<string, Network>> = {
  'convolutions, DECOLLE': network({
    neuron: alif({
      tauMem: 10,
      inputScale: 'oneMinusDecay',
      synapse: { tau: 5, inputScale: 'oneMinusDecay' },
      threshold: 0,
      reset: 'none',
      tauAdapt: 10,
      beta: 0.35,
      surrogate: { shape: 'fastSigmoid', height: 1, width: 0.1 },
    }),
    rule: decolle({ readout: 'out', optimizer, bounds: { above: { level: 0.1, strength: 0.1 }, below: { level: -0.1, strength: 0.1 } } }),
    output: delta,
    learning: { update: { ticks: 2 } },
  }),
  'convolutions, e-prop by a random feedback, blocks of 8, weights a block later': network({
    neuron: lif(spiking),
    rule: eprop({ ...from, filter: 'none', through: { feedback: 'down' }, rate: { target: 0.1, strength: 0.1, average: { tau: 50 } } }),
    output: delta,
    learning: { block: 8, update: { ticks: 16 }, updateDelay: 1, episode: 'carry' },
    delay: 3,
  }),
  'convolutions, OTTT, targets that come late': network({
    neuron: lif({ ...spiking, refractory: 2 }),
    rule: ottt({ readout: 'out' }, optimizer),
    output: delta,
    learning: { delay: 3, update: { ticks: 1 } },
  }),
  'convolutions, LIF, BPTT': network({ neuron: lif(spiking), rule: bptt(from), output: bptt(from), learning: window }),
  'convolutions into a gate of GRUs, BPTT': network({
    neuron: gru(),
    rule: bptt(from),
    output: delta,
    learning: window,
    gate: 'candidate',
  }),
};
