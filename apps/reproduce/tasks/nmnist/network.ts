import {
  alif,
  constant,
  deltaRule,
  eprop,
  integrator,
  type Network,
  type Optimizer,
  type Projection,
  source,
} from '../../../../runtime/index.ts';
import { DIGITS, INPUTS, TICK_MS } from './recordings.ts';

const HIDDEN = 150;
const dense = { kind: 'dense' } as const;

/** Adam after each recording; the acting weights are a running average over 200 of them. */
export const adam = (rate: number): Optimizer => ({ kind: 'adam', rate, epsilon: 1e-6, transforms: [{ kind: 'average', window: 200 }] });

const populations = (tauOut: number) => ({
  in: { size: INPUTS, neuron: source() },
  one: { size: 1, neuron: constant() },
  out: { size: DIGITS, neuron: integrator({ tau: tauOut, loss: 'crossEntropy' }) },
});
const learning = { update: 'episode', episode: 'reset', block: 32 } as const;
const bias = (optimizer: Optimizer): Projection => ({
  pre: 'one',
  post: 'out',
  connectivity: dense,
  weight: { kind: 'constant', value: 0 },
  delay: 0,
  plasticity: deltaRule({ from: 'out', optimizer }),
});

export interface Design {
  readonly rate: number;
  readonly through?: 'random';
  readonly plastic?: 'readout';
}

/** 578 counts → 75 LIF and 75 ALIF, recurrent → 10 digits. */
export function spikingNetwork(seed: number, { rate, through, plastic }: Design): Network {
  const optimizer = adam(rate);
  const random = through === 'random' && plastic === undefined;
  const rule = eprop({ from: 'out', optimizer, ...(random && { through: { feedback: 'broadcast' } }) });
  const hidden = plastic === undefined ? { plasticity: rule } : {};
  const { out, ...inputs } = populations(100);
  // Every other neuron adapts: the two kinds are one population.
  const beta = Array.from({ length: HIDDEN }, (_, j) => (j % 2 === 1 ? 0.3 : 0));
  return {
    dt: TICK_MS,
    seed,
    populations: { ...inputs, hidden: { size: HIDDEN, neuron: alif({ tauMem: 20, tauAdapt: 200, beta }) }, out },
    projections: {
      input: { pre: 'in', post: 'hidden', connectivity: dense, weight: { kind: 'normal', gain: 3 }, delay: 0, ...hidden },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'normal', gain: 0.7 },
        delay: 1,
        ...hidden,
      },
      output: {
        pre: 'hidden',
        post: 'out',
        connectivity: dense,
        weight: { kind: 'normal', gain: 0.3 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer }),
      },
      bias: bias(optimizer),
    },
    ...(random && { feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'normal', std: 1 / Math.sqrt(HIDDEN) } } } }),
    learning,
  };
}

/** Softmax regression on leaky counts of the events: what needs no neuron. */
export function leakyCounts(seed: number, rate: number): Network {
  const optimizer = adam(rate);
  return {
    dt: TICK_MS,
    seed,
    populations: populations(300),
    projections: {
      input: {
        pre: 'in',
        post: 'out',
        connectivity: dense,
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer }),
      },
      bias: bias(optimizer),
    },
    learning,
  };
}
