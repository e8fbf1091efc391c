import { ReckonLearner, type ReckonNetwork } from '../../../../drivers/index.ts';
import { exact } from '../../../../runtime/index.ts';

/** Sizes and settings of a network on the chip. */
export interface OnChip {
  readonly seed: number;
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly alpha: number;
  readonly kappa: number;
  /** σ of the weights at the start, in counts */
  readonly weights: { readonly input: number; readonly recurrent: number; readonly output: number };
  /** left shifts of the updates: a probability of |p| · 2^shift / 2^32 (output: 2^28) */
  readonly shifts: { readonly hidden: number; readonly output: number };
  /** which weights learn: bit 0 input, bit 1 recurrent, bit 2 output */
  readonly learns: number;
}

/** Membrane counts of a threshold, and of one count of a weight: FP_LOC 3. */
export const THRESHOLD = 614;
export const WEIGHT_SHIFT = 3;

/** Seeds of the chip's generators, in the order of {@link generators}, drawn from one. */
const generators = [
  ['SEED_INP', 25],
  ['SEED_REC', 25],
  ['SEED_OUT', 22],
  ['SEED_STRND_NEUR', 30],
  ['SEED_STRND_ONEUR', 15],
  ['SEED_STRND_TINP', 30],
  ['SEED_STRND_TREC', 30],
  ['SEED_STRND_TOUT', 30],
] as const;

/** Weights in counts, normal and clipped to eight bits, none of a neuron onto itself. */
export function initialWeights({
  seed,
  inputs,
  neurons,
  outputs,
  weights,
}: OnChip): Pick<ReckonNetwork, 'inputWeights' | 'recurrentWeights' | 'outputWeights'> {
  const random = exact.randomStream(seed, 'weights of the chip');
  let drawn = 0;
  const counts = (length: number, sigma: number): Int8Array =>
    Int8Array.from({ length }, () => Math.max(-127, Math.min(127, Math.round(random.normal(drawn++) * sigma))));
  const recurrentWeights = counts(neurons * neurons, weights.recurrent);
  for (let j = 0; j < neurons; j++) recurrentWeights[j * (neurons + 1)] = 0;
  return {
    inputWeights: counts(inputs * neurons, weights.input),
    recurrentWeights,
    outputWeights: counts(neurons * outputs, weights.output),
  };
}

/**
 * A learner on the chip: LIF reset by subtraction, h = 1 above a third of the threshold, stochastic rounding, additive regularization of neurons whose
 * recurrent trace is above F0.
 */
export function onChip(setting: OnChip): ReckonLearner {
  const { seed, inputs, neurons, outputs, alpha, kappa, shifts, learns } = setting;
  const random = exact.randomStream(seed, 'generators of the chip');
  const seeds = Object.fromEntries(generators.map(([name, bits], k) => [name, 1 + Math.floor(random.uniform(k) * (2 ** bits - 1))]));
  const third = Math.round(THRESHOLD / 3);
  return new ReckonLearner({
    inputs,
    neurons,
    outputs,
    threshold: THRESHOLD,
    alpha,
    ...initialWeights(setting),
    registers: {
      ...seeds,
      DO_EPROP: learns,
      EN_STOCH_ROUND: 1,
      FP_LOC_WINP: WEIGHT_SHIFT,
      FP_LOC_WREC: WEIGHT_SHIFT,
      FP_LOC_WOUT: WEIGHT_SHIFT,
      FP_LOC_TINP: 3,
      FP_LOC_TREC: 4,
      FP_LOC_TOUT: 6,
      LEARN_SIG_SCALE: 5,
      REGUL_MODE: 2,
      REGUL_W: 3,
      REGUL_F0: 160,
      REGUL_K_INP_P: 10,
      REGUL_K_REC_P: 10,
      KAPPA: kappa,
      THR_H_0: third,
      THR_H_1: third,
      THR_H_2: third,
      THR_H_3: third,
      H_4: 1,
      LR_P_WINP: shifts.hidden,
      LR_P_WREC: shifts.hidden,
      LR_P_WOUT: shifts.output,
    },
  });
}

/** Sets the left shifts of all updates `less` below where they began. */
export function slowDown(learner: ReckonLearner, { shifts }: OnChip, less: number): void {
  learner.set('LR_P_WINP', shifts.hidden - less);
  learner.set('LR_P_WREC', shifts.hidden - less);
  learner.set('LR_P_WOUT', shifts.output - less);
}
