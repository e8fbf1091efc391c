import type { Model } from './model.ts';

/**
 * Loss of one tick; writes its sensitivity to the readouts, err_k = ∂E/∂y_k, at `at` in `error`.
 * squared: err = w (y − y*); crossEntropy: err = w (softmax(y) Σ y* − y*), which is softmax(y) − y* for one-hot targets.
 * `weight` is the importance w of the tick. (sheet 6.2)
 */
export function lossOfTick(model: Model, y: Float64Array, target: Float64Array, weight: number, error: Float64Array, at: number): number {
  const outputs = model.outputs;
  if (weight === 0) return 0;
  let loss = 0;
  if (model.loss === 'squared') {
    for (let k = 0; k < outputs; k++) {
      const difference = y[k] - target[at + k];
      error[at + k] = weight * difference;
      loss += 0.5 * difference * difference;
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
