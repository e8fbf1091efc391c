import type { Loss } from './model.ts';

/**
 * Beside the losses of {@link Loss}, 'smoothL1', ½ d² where |d| = |y − y*| ≤ 1 and |d| − ½ beyond, and two over independent binary outputs, E = −Σ_k [y*_k log p_k + (1 − y*_k) log(1 − p_k)]:
 * 'sigmoidCrossEntropy' with p = sigmoid(y) of a readout, 'bernoulli' with p = y of a layer whose outputs are probabilities.
 */
export type ReadoutLoss = Loss | 'smoothL1' | 'sigmoidCrossEntropy' | 'bernoulli';

/** What a loss must know of a network. */
export interface Readout {
  readonly outputs: number;
  readonly loss: ReadoutLoss;
}

/**
 * Loss of one tick; writes its sensitivity to the readouts, err_k = ∂E/∂y_k, at `at` in `error`.
 * squared: err = w (y − y*); smoothL1: the same, at most w in size; crossEntropy: err = w (softmax(y) Σ y* − y*), which is softmax(y) − y* for one-hot targets;
 * sigmoidCrossEntropy: err = w (sigmoid(y) − y*); bernoulli: err = w (y − y*)/(y (1 − y)).
 * `weight` is the importance w of the tick. (sheet 6.2)
 */
export function lossOfTick(
  { outputs, loss: kind }: Readout,
  y: Float64Array,
  target: Float64Array,
  weight: number,
  error: Float64Array,
  at: number,
): number {
  if (weight === 0) return 0;
  let loss = 0;
  if (kind === 'squared') {
    for (let k = 0; k < outputs; k++) {
      const difference = y[k] - target[at + k];
      error[at + k] = weight * difference;
      loss += 0.5 * difference * difference;
    }
    return weight * loss;
  }
  if (kind === 'smoothL1') {
    for (let k = 0; k < outputs; k++) {
      const difference = y[k] - target[at + k];
      const size = Math.abs(difference);
      error[at + k] = weight * Math.max(-1, Math.min(1, difference));
      loss += size <= 1 ? 0.5 * size * size : size - 0.5;
    }
    return weight * loss;
  }
  if (kind === 'bernoulli' || kind === 'sigmoidCrossEntropy') {
    for (let k = 0; k < outputs; k++) {
      const p = kind === 'bernoulli' ? y[k] : 1 / (1 + Math.exp(-y[k]));
      const wanted = target[at + k];
      error[at + k] = (weight * (p - wanted)) / (kind === 'bernoulli' ? p * (1 - p) : 1);
      loss -= wanted * Math.log(p) + (1 - wanted) * Math.log1p(-p);
    }
    return weight * loss;
  }
  // The largest readout is subtracted so that exp cannot overflow.
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < outputs; k++) largest = Math.max(largest, y[k]);
  let partition = 0;
  let mass = 0;
  for (let k = 0; k < outputs; k++) {
    partition += Math.exp(y[k] - largest);
    mass += target[at + k];
  }
  for (let k = 0; k < outputs; k++) {
    const probability = Math.exp(y[k] - largest) / partition;
    error[at + k] = weight * (probability * mass - target[at + k]);
    loss -= target[at + k] * (y[k] - largest - Math.log(partition));
  }
  return weight * loss;
}
