import {
  alif,
  constant,
  deltaRule,
  eprop,
  integrator,
  type Network,
  type Optimizer,
  type Schedule,
  source,
} from '../../../../runtime/index.ts';
import { BANDS } from './front-end.ts';
import { DIGITS } from './takes.ts';

/** Level, rise and fall of each band. */
export const INPUTS = 3 * BANDS;
/** Ticks of a frame of 10 ms. */
export const TICKS_A_FRAME = 3;
const DT = 10 / TICKS_A_FRAME;
const HIDDEN = 150;

export interface Learner {
  /** learning rate of Adam */
  readonly rate: Schedule;
  /** updates over which the acting weights are averaged */
  readonly window: number;
  readonly through?: 'transpose' | 'random';
  readonly plastic?: 'all' | 'readout';
}

/**
 * 96 analog inputs and a bias → 75 LIF and 75 ALIF, recurrent → 10 digits. One update a take, state reset between takes; spikes regularized towards 20 Hz.
 */
export function network(seed: number, { rate, window, through = 'transpose', plastic = 'all' }: Learner): Network {
  const optimizer: Optimizer = { kind: 'adam', rate, epsilon: 1e-6, transforms: [{ kind: 'average', window }] };
  const random = through === 'random' && plastic === 'all';
  const rule = eprop({
    from: 'out',
    optimizer,
    ...(random && { through: { feedback: 'broadcast' } }),
    rate: { target: 0.02 * DT, strength: 0.001, average: 'episode' },
  });
  const hidden = plastic === 'all' ? { plasticity: rule } : {};
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  // Every other neuron adapts: the two kinds are one population.
  const beta = Array.from({ length: HIDDEN }, (_, j) => (j % 2 === 1 ? 0.3 : 0));
  // Inputs and their bias are drawn as one matrix of 97 rows.
  const weight = { kind: 'normal', std: 3 / Math.sqrt(INPUTS + 1) } as const;
  return {
    dt: DT,
    seed,
    populations: {
      in: { size: INPUTS, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: { size: HIDDEN, neuron: alif({ tauMem: 20, tauAdapt: 300, beta }) },
      out: { size: DIGITS, neuron: integrator({ tau: 150, loss: 'crossEntropy' }) },
    },
    projections: {
      input: { pre: 'in', post: 'hidden', connectivity: dense, weight, delay: 0, ...hidden },
      offset: { pre: 'one', post: 'hidden', connectivity: dense, weight, delay: 0, ...hidden },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'normal', gain: 0.7 },
        delay: 1,
        ...hidden,
      },
      output: { pre: 'hidden', post: 'out', connectivity: dense, weight: { kind: 'normal', gain: 0.3 }, delay: 0, ...output },
      bias: { pre: 'one', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0, ...output },
    },
    ...(random && { feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'normal', std: 1 / Math.sqrt(HIDDEN) } } } }),
    learning: { update: 'episode', episode: 'reset', block: 32 },
  };
}
