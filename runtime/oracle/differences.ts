import { forward } from './forward.ts';
import { type Gradient, zeroGradient } from './gradient.ts';
import type { Model, Trial, Weights } from './model.ts';

/** f′(0) ≈ (8(f(h) − f(−h)) − (f(2h) − f(−2h)))/12h: central differences at h and 2h, so that the error is O(h⁴). */
export const slopeAt = (f: (by: number) => number, h: number): number => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);

/**
 * ∂E/∂w ≈ (E(w + h) − E(w − h)) / 2h for every existing synapse, on the smooth-spike network (a step has no derivative).
 * The only oracle here that knows no calculus: it judges {@link bptt}. The error is O(h²) + O(ε E/h), least near h = 1e-5.
 */
export function centralDifferences(model: Model, trial: Trial, step = 1e-5): Gradient {
  const gradient = zeroGradient(model);
  const weights: Weights = { wIn: model.weights.wIn.slice(), wRec: model.weights.wRec.slice(), wOut: model.weights.wOut.slice() };
  const moved: Model = { ...model, weights };
  const lossWith = (matrix: Float64Array, at: number, value: number): number => {
    matrix[at] = value;
    return forward(moved, trial, { spike: 'smooth' }).loss;
  };
  for (const name of ['wIn', 'wRec', 'wOut'] as const) {
    const matrix = weights[name];
    for (let s = 0; s < matrix.length; s++) {
      if (name === 'wRec' && model.connected[s] === 0) continue;
      const w = matrix[s];
      gradient[name][s] = (lossWith(matrix, s, w + step) - lossWith(matrix, s, w - step)) / (2 * step);
      matrix[s] = w;
    }
  }
  return gradient;
}
