/** A small task for the trainer: two channels of spikes, of which one falls silent early; the readout tells which, at the end. */
import type { Example } from '../../../apps/offline/index.ts';
import { type Adam, alif, deltaRule, eprop, integrator, type Network, type Optimizer, source } from '../../../runtime/index.ts';
import { generator } from '../../native/layout.ts';

export const optimizer: Adam = { kind: 'adam', rate: 5e-3 };

/** An online description: e-prop, weights that move every ten ticks. */
export function network(weights: Optimizer = optimizer): Network {
  const plasticity = eprop({ from: 'out', optimizer: weights });
  return {
    dt: 1,
    seed: 3,
    populations: {
      in: { size: 6, neuron: source() },
      hidden: { size: 20, neuron: alif({ tauMem: 20, tauAdapt: 60, beta: 0.05, threshold: 0.6 }) },
      out: { size: 2, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'crossEntropy' }) },
    },
    projections: {
      input: { pre: 'in', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, delay: 0, plasticity },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'random', density: 0.5, autapses: false },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 1,
        plasticity,
      },
      output: {
        pre: 'hidden',
        post: 'out',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer: weights }),
      },
    },
    learning: { update: { ticks: 10 }, episode: 'carry' },
  };
}

export const TICKS = 40;

/** Recorded examples; every second one is of the other class. */
export function recorded(count: number, seed = 5): Example[] {
  const random = generator(seed);
  return Array.from({ length: count }, (_, index) => {
    const early = index % 2;
    const tick = (k: number) => Math.floor(k / 6);
    return {
      inputs: {
        in: Float32Array.from({ length: TICKS * 6 }, (_, k) => (random() < 0.3 && (k % 2 !== early || tick(k) < TICKS / 2) ? 1 : 0)),
      },
      targets: { out: Float32Array.from({ length: TICKS * 2 }, (_, k) => (k % 2 === early ? 1 : 0)) },
      importance: { out: Float32Array.from({ length: TICKS }, (_, t) => (t >= TICKS - 10 ? 0.1 : 0)) },
    };
  });
}
