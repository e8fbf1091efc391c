import type { Model } from '../model.ts';

export interface KolenPollackOptions {
  readonly rate: number;
  /** λ: both matrices decay by it in each update */
  readonly decay: number;
  /** 'both' (default) · 'readout': B does not repeat the updates, a control */
  readonly updated?: 'both' | 'readout';
}

/**
 * Adaptive feedback: B receives the transposed updates of W_out and both decay, so that they align at the rate of the decay whatever
 * is learned: W_out ← (1 − λ) W_out − ηG, B ← (1 − λ) B − ηGᵀ, hence B − W_outᵀ ∝ (1 − λ)^k. (Kolen & Pollack 1994; sheet 6.4)
 */
export function alignFeedback(model: Model, gradient: Float64Array, { rate, decay, updated = 'both' }: KolenPollackOptions): Model {
  const { neurons: n, outputs: m, weights, feedback } = model;
  return {
    ...model,
    weights: { ...weights, wOut: weights.wOut.map((w, s) => (1 - decay) * w - rate * gradient[s]) },
    feedback: feedback.map((b, s) => {
      const [k, j] = [Math.floor(s / n), s % n];
      return (1 - decay) * b - (updated === 'both' ? rate * gradient[j * m + k] : 0);
    }),
  };
}

/** ‖B − W_outᵀ‖ */
export function misalignment({ neurons: n, outputs: m, weights, feedback }: Model): number {
  let sum = 0;
  for (let k = 0; k < m; k++) for (let j = 0; j < n; j++) sum += (feedback[k * n + j] - weights.wOut[j * m + k]) ** 2;
  return Math.sqrt(sum);
}
