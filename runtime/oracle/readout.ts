import type { Activity } from './forward.ts';
import type { Model } from './model.ts';

/** 'symmetric': B = W_outᵀ · 'random': the fixed B of the model (feedback alignment, Lillicrap et al. 2016). (sheet 6.4) */
export type Feedback = 'symmetric' | 'random';

/** B as (outputs, neurons). */
export function feedbackMatrix(model: Model, feedback: Feedback): Float64Array {
  if (feedback === 'random') return model.feedback;
  const { neurons: n, outputs: m, weights } = model;
  const B = new Float64Array(m * n);
  for (let j = 0; j < n; j++) for (let k = 0; k < m; k++) B[k * n + j] = weights.wOut[j * m + k];
  return B;
}

/**
 * G_out = Σ_t ẑ^t ⊗ err^t with ẑ^t = κ ẑ^{t−1} + g z^t: exact, forward in time, the same for every online rule. (sheet 6.2)
 * `filtered` is ẑ, (neurons); it is advanced in place so that the next window continues from it.
 */
export function readoutGradient(model: Model, activity: Activity, filtered: Float64Array): Float64Array {
  const { neurons: n, outputs: m, kappa, readoutGain } = model;
  const { trial, z, error } = activity;
  const G = new Float64Array(n * m);
  for (let t = 0; t < trial.ticks; t++) {
    for (let j = 0; j < n; j++) {
      filtered[j] = kappa * filtered[j] + readoutGain * z[t * n + j];
      for (let k = 0; k < m; k++) G[j * m + k] += filtered[j] * error[t * m + k];
    }
  }
  return G;
}
