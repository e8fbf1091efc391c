import { type DecolleOptions, decolle } from '../../runtime/learning/rules/decolle.ts';
import { superSpike } from '../../runtime/learning/rules/superspike.ts';
import type { Alif, Connectivity, Network, Population, Projection } from '../../runtime/network/network.ts';
import { alif, constant, integrator, source } from '../../runtime/network/neurons.ts';

/** Whole networks of layers that learn from errors of their own: filtered errors of spikes, or a random readout behind every layer. */

const random: Connectivity = { kind: 'random', density: 0.4, autapses: true };
const project = (pre: string, post: string, gain: number, more: Partial<Projection> = {}): Projection => ({
  pre,
  post,
  connectivity: { kind: 'dense' },
  weight: { kind: 'normal', gain },
  delay: 0,
  ...more,
});

const spiking = (changes: Partial<Alif> = {}): Alif =>
  alif({
    tauMem: 10,
    synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore' },
    threshold: 0.5,
    reset: 'none',
    tauAdapt: 10,
    beta: 0.9,
    surrogate: { shape: 'fastSigmoid', height: 1, width: 0.1 },
    ...changes,
  });

const rmaxprop = { kind: 'rmaxprop', rate: { kind: 'inverse', initial: 1e-3, halfAt: 50 }, keep: 0.9 } as const;

/** Hidden spikes, and output spikes with targets. */
const superSpikes = (connectivity: Connectivity, through: 'transpose' | { readonly feedback: string }): Network => ({
  dt: 1,
  seed: 8,
  populations: {
    in: { size: 9, neuron: source() },
    hidden: { size: 21, neuron: spiking() },
    out: { size: 3, neuron: spiking({ loss: 'squared' }) },
  },
  projections: {
    input: project('in', 'hidden', 3, { connectivity, plasticity: superSpike({ from: 'out', through, optimizer: rmaxprop }) }),
    output: project('hidden', 'out', 2, { plasticity: superSpike({ from: 'out', optimizer: rmaxprop }) }),
  },
  feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'uniform', std: 1 } } },
  learning: { update: { ticks: 20 } },
});

/** Layers in sequence, each with a readout that is not plastic. */
function decolles(order: 'sameTick' | 'tickBefore', connectivity: Connectivity, bounds?: DecolleOptions['bounds']): Network {
  const sizes = { low: 17, high: 13 };
  const populations: Record<string, Population> = { in: { size: 9, neuron: source() }, one: { size: 1, neuron: constant() } };
  const projections: Record<string, Projection> = {};
  let below = 'in';
  for (const [name, size] of Object.entries(sizes)) {
    const readout = name === 'high' ? 'out' : `${name}Out`;
    const plasticity = decolle({ readout, optimizer: { kind: 'adamax', rate: 1e-3, beta1: 0, beta2: 0.95 }, ...(bounds && { bounds }) });
    populations[name] = {
      size,
      neuron: spiking({
        inputScale: 'oneMinusDecay',
        synapse: { tau: 7, inputScale: 'oneMinusDecay', order },
        threshold: 0,
        tauAdapt: 3,
        beta: 0.35,
      }),
    };
    populations[readout] = { size: 3, neuron: integrator({ tau: 0, loss: 'smoothL1' }) };
    projections[`${name}In`] = project(below, name, 3, { connectivity, plasticity });
    projections[`${name}Bias`] = project('one', name, 0.1, { gate: 'output', plasticity });
    projections[`${name}Readout`] = project(name, readout, 1);
    below = name;
  }
  return { dt: 1, seed: 8, populations, projections, learning: { update: { ticks: 1 } } };
}

export const local: Readonly<Record<string, Network>> = {
  'SuperSpike, symmetric feedback': superSpikes({ kind: 'dense' }, 'transpose'),
  'SuperSpike, uniform feedback, stored synapses': superSpikes(random, { feedback: 'broadcast' }),
  'DECOLLE, two layers, current of the same tick': decolles('sameTick', { kind: 'dense' }),
  'DECOLLE, two layers, current of the tick before, stored synapses': decolles('tickBefore', random),
  'DECOLLE, two layers, bounded': decolles(
    'sameTick',
    { kind: 'dense' },
    { above: { level: -0.01, strength: 1e-2 }, below: { level: 0.1, strength: 3e-3 } },
  ),
};
