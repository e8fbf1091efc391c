import { alif, eprop, integrator, type Network, type Optimizer, type Schedule } from '../../../../runtime/index.ts';
import { everyOther, recurrentNetwork } from '../../description.ts';
import { BANDS } from './front-end.ts';
import { DIGITS } from './takes.ts';

/** Level, rise and fall of each band. */
export const INPUTS = 3 * BANDS;
/** Ticks of a frame of 10 ms. */
export const TICKS_A_FRAME = 3;
const DT = 10 / TICKS_A_FRAME;
/** Ticks after a take in which it is still decided. */
export const AFTER = 6;
export const MAX_TICKS = 255 * TICKS_A_FRAME + AFTER;
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
  const rule = eprop({
    from: 'out',
    optimizer,
    ...(through === 'random' && { through: { feedback: 'broadcast' } }),
    rate: { target: 0.02 * DT, strength: 0.001, average: 'episode' },
  });
  // Inputs and their bias are drawn as one matrix of 97 rows.
  const weight = { kind: 'normal', std: 3 / Math.sqrt(INPUTS + 1) } as const;
  return recurrentNetwork({
    dt: DT,
    seed,
    inputs: INPUTS,
    size: HIDDEN,
    // Every other neuron adapts: the two kinds are one population.
    neuron: alif({ tauMem: 20, tauAdapt: 300, beta: everyOther(HIDDEN, 0.3) }),
    out: { size: DIGITS, neuron: integrator({ tau: 150, loss: 'crossEntropy' }) },
    rule: plastic === 'all' ? rule : undefined,
    optimizer,
    weights: { input: weight, offset: weight, recurrent: { kind: 'normal', gain: 0.7 }, output: { kind: 'normal', gain: 0.3 } },
    ticks: MAX_TICKS,
  });
}
