import {
  alif,
  constant,
  deltaRule,
  eprop,
  integrator,
  type Network,
  type Optimizer,
  type Population,
  source,
} from '../../../../runtime/index.ts';
import { episodes, everyOther, recurrentNetwork } from '../../description.ts';
import { DIGITS, INPUTS, TICK_MS, TICKS } from './recordings.ts';

const HIDDEN = 150;

/** Adam after each recording; the acting weights are a running average over 200 of them. */
export const adam = (rate: number): Optimizer => ({ kind: 'adam', rate, epsilon: 1e-6, transforms: [{ kind: 'average', window: 200 }] });

const readout = (tau: number): Population => ({ size: DIGITS, neuron: integrator({ tau, loss: 'crossEntropy' }) });

export interface Design {
  readonly rate: number;
  readonly through?: 'random';
  readonly plastic?: 'readout';
}

/** 578 counts → 75 LIF and 75 ALIF, recurrent → 10 digits. */
export function spikingNetwork(seed: number, { rate, through, plastic }: Design): Network {
  const optimizer = adam(rate);
  const rule = eprop({ from: 'out', optimizer, ...(through === 'random' && { through: { feedback: 'broadcast' } }) });
  return recurrentNetwork({
    dt: TICK_MS,
    seed,
    inputs: INPUTS,
    size: HIDDEN,
    // Every other neuron adapts: the two kinds are one population.
    neuron: alif({ tauMem: 20, tauAdapt: 200, beta: everyOther(HIDDEN, 0.3) }),
    out: readout(100),
    rule: plastic === 'readout' ? undefined : rule,
    optimizer,
    weights: { input: { kind: 'normal', gain: 3 }, recurrent: { kind: 'normal', gain: 0.7 }, output: { kind: 'normal', gain: 0.3 } },
    ticks: TICKS,
  });
}

/** Softmax regression on leaky counts of the events: what needs no neuron. */
export function leakyCounts(seed: number, rate: number): Network {
  const optimizer = adam(rate);
  const learned = {
    post: 'out',
    connectivity: { kind: 'dense' },
    weight: { kind: 'constant', value: 0 },
    delay: 0,
    plasticity: deltaRule({ from: 'out', optimizer }),
  } as const;
  return {
    dt: TICK_MS,
    seed,
    populations: { in: { size: INPUTS, neuron: source() }, one: { size: 1, neuron: constant() }, out: readout(300) },
    projections: { input: { pre: 'in', ...learned }, bias: { pre: 'one', ...learned } },
    learning: episodes(undefined, TICKS, 32),
  };
}
