import { legacyRandom } from '../mersenne.ts';

/** A trial of a linear student y = W x: inputs [tick][input], targets [tick][output]. */
export interface LinearTrial {
  readonly ticks: number;
  readonly outputs: number;
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

const inputsOf = ({ ticks, inputs }: LinearTrial): number => inputs.length / ticks;

/** y − y* in every tick, with noise on the nodes: err_a^t = Σ_i w_ai x_i^t + ξ_a^t − y*_a^t. */
function errorsOf(weights: Float64Array, trial: LinearTrial, noise?: Float64Array): Float64Array {
  const { ticks, outputs, inputs, targets } = trial;
  const n = inputsOf(trial);
  const errors = new Float64Array(ticks * outputs);
  for (let t = 0; t < ticks; t++) {
    for (let a = 0; a < outputs; a++) {
      let sum = (noise?.[t * outputs + a] ?? 0) - targets[t * outputs + a];
      for (let i = 0; i < n; i++) sum += weights[a * n + i] * inputs[t * n + i];
      errors[t * outputs + a] = sum;
    }
  }
  return errors;
}

/** R = −½ Σ err²/T (sheet 5.5, F9) */
export function linearScore(weights: Float64Array, trial: LinearTrial, noise?: Float64Array): number {
  return errorsOf(weights, trial, noise).reduce((sum, error) => sum - error ** 2 / 2 / trial.ticks, 0);
}

/** Σ_t q_a^t x_i^t */
function correlate(q: Float64Array, trial: LinearTrial): Float64Array {
  const n = inputsOf(trial);
  const sums = new Float64Array(trial.outputs * n);
  for (let t = 0; t < trial.ticks; t++)
    for (let a = 0; a < trial.outputs; a++)
      for (let i = 0; i < n; i++) sums[a * n + i] += q[t * trial.outputs + a] * trial.inputs[t * n + i];
  return sums;
}

/** ∂R/∂w */
export const linearGradient = (weights: Float64Array, trial: LinearTrial): Float64Array =>
  correlate(
    errorsOf(weights, trial).map((error) => -error / trial.ticks),
    trial,
  );

export interface PerturbationVariation {
  /** power of σ that the step is divided by; default 2 */
  readonly power?: number;
  /** the trial of the pass without noise; default the same */
  readonly other?: LinearTrial;
}

/** Δw = (R(w + σξ) − R(w))·σξ/σ² (Jabri & Flower 1992; Züge et al. 2023; sheet 6.20) */
export function weightPerturbationStep(
  weights: Float64Array,
  trial: LinearTrial,
  xi: Float64Array,
  sigma: number,
  { power = 2, other = trial }: PerturbationVariation = {},
): Float64Array {
  const difference =
    linearScore(
      weights.map((w, k) => w + sigma * xi[k]),
      trial,
    ) - linearScore(weights, other);
  return xi.map((one) => (difference * sigma * one) / sigma ** power);
}

/** Δw_ai = (R(ξ) − R(0)) Σ_t σξ_a^t x_i^t/σ² (sheet 6.20) */
export function nodePerturbationStep(
  weights: Float64Array,
  trial: LinearTrial,
  xi: Float64Array,
  sigma: number,
  { power = 2, other = trial }: PerturbationVariation = {},
): Float64Array {
  const noise = xi.map((one) => sigma * one);
  const difference = linearScore(weights, trial, noise) - linearScore(weights, other);
  return correlate(noise, trial).map((sum) => (difference * sum) / sigma ** power);
}

/** Row k of an orthonormal basis of n dimensions: the cosine transform. */
export const basis = (n: number, k: number): Float64Array =>
  Float64Array.from({ length: n }, (_, j) => Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * k * (j + 0.5)) / n));

/** Sizes of the published linear task. (sheet 6.20) */
const [OUTPUTS, TICKS, OF_TASK, OF_TRIAL, STRENGTH] = [10, 100, 50, 10, 10] as const;

export interface DecayOptions extends PerturbationVariation {
  readonly trials: number;
  readonly seed: number;
  /** whether the pass without noise has the inputs of the other; default true */
  readonly common?: boolean;
}

/** ⟨E′⟩/⟨E⟩ a trial as the theory has it: 1 − (N_trial/N_task)/(M N_eff + 2). (sheet 6.20) */
export const predictedDecay = (of: 'weights' | 'nodes'): number =>
  1 - OF_TRIAL / OF_TASK / (OUTPUTS * (of === 'weights' ? OF_TASK : OF_TRIAL) + 2);

/** The mean of |w − w*|′²/|w − w*|² over trials at the rate η = 1/((M N_eff + 2) α²): the student of a teacher that is 0, over orthogonal waves of α² = N/N_trial. */
export function measuredDecay(of: 'weights' | 'nodes', { trials, seed, common = true, ...variation }: DecayOptions): number {
  const random = legacyRandom(seed);
  let weights = random.randn(OUTPUTS * OF_TASK);
  const rate = 1 / ((OUTPUTS * (of === 'weights' ? OF_TASK : OF_TRIAL) + 2) * STRENGTH);
  const square = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
  const waves = Float64Array.from({ length: TICKS * OF_TRIAL }, (_, k) => {
    const [t, i] = [Math.floor(k / OF_TRIAL), k % OF_TRIAL];
    const phase = (2 * Math.PI * (1 + (i >> 1)) * t) / TICKS;
    return Math.sqrt(2 * STRENGTH) * (i % 2 === 0 ? Math.sin(phase) : Math.cos(phase));
  });
  const trial: LinearTrial = { ticks: TICKS, outputs: OUTPUTS, inputs: waves, targets: new Float64Array(TICKS * OUTPUTS) };
  const order = Array.from({ length: OF_TASK }, (_, i) => i);
  const draw = (): number[] => {
    for (let i = 0; i < OF_TRIAL; i++) {
      const other = i + Math.floor(random.double() * (OF_TASK - i));
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order.slice(0, OF_TRIAL);
  };
  /** What a trial sees of a matrix (outputs, task): its own inputs. */
  const seen = (all: Float64Array, active: readonly number[]): Float64Array =>
    Float64Array.from({ length: OUTPUTS * OF_TRIAL }, (_, k) => all[Math.floor(k / OF_TRIAL) * OF_TASK + active[k % OF_TRIAL]]);
  let sum = 0;
  for (let k = 0; k < trials; k++) {
    const active = draw();
    const before = square(weights);
    // As small as what is left to learn, so that the score is linear in the noise.
    const sigma = 1e-6 * Math.sqrt(before / weights.length);
    const w = seen(weights, active);
    const base = common ? w : seen(weights, draw());
    const step = weights.slice();
    if (of === 'weights') {
      const xi = random.randn(weights.length);
      const heard = seen(xi, active);
      const moved = w.map((value, s) => value + sigma * heard[s]);
      const difference = linearScore(moved, trial) - linearScore(base, trial);
      for (let s = 0; s < xi.length; s++) step[s] += (rate * difference * sigma * xi[s]) / sigma ** (variation.power ?? 2);
    } else {
      const noise = random.randn(TICKS * OUTPUTS).map((one) => sigma * one);
      const difference = linearScore(w, trial, noise) - linearScore(base, trial);
      const credit = correlate(noise, trial);
      for (let s = 0; s < credit.length; s++)
        step[Math.floor(s / OF_TRIAL) * OF_TASK + active[s % OF_TRIAL]] +=
          (rate * difference * credit[s]) / sigma ** (variation.power ?? 2);
    }
    weights = step;
    sum += square(weights) / before / trials;
  }
  return sum;
}
