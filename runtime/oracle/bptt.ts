import { type Activity, spikesBefore } from './forward.ts';
import { type Gradient, zeroGradient } from './gradient.ts';
import type { Model } from './model.ts';

/** What the ticks after a window charge it with: the adjoints of the tick after its last one. */
export interface Border {
  /** (neurons): dv^{t+1} */
  readonly v: Float64Array;
  /** (neurons): da^{t+1} */
  readonly a: Float64Array;
  /** (outputs): dy^{t+1} */
  readonly y: Float64Array;
}

export interface BpttOptions {
  /** Whether the reset −thr z^{t−1} is differentiated (default) or treated as a constant. On F1 it changes |G| by a factor 3. */
  readonly reset?: 'differentiated' | 'detached';
  /** where the activity is a window of a longer run; default: nothing follows */
  readonly border?: Border;
}

export interface Adjoint {
  readonly gradient: Gradient;
  /**
   * (ticks, neurons): dE/dz_j^t, the path through the neuron's own adaptation left out. With it as learning signal the local
   * eligibility trace gives the exact gradient: G_ji = Σ_t (dE/dz_j^t) e_ji^t (Bellec et al. 2020, eq. 1).
   */
  readonly signal: Float64Array;
  /** what this window charges the one before it with */
  readonly border: Border;
}

/**
 * Backpropagation through time, in reverse over a recorded activity (sheet 6.9; Werbos 1990):
 *   dy^t = κ dy^{t+1} + err^t
 *   dz^t = g W_out dy^t + c_in W_rec dv^{t+1} [− thr dv^{t+1}]
 *   dv^t = ψ^t (dz^t + da^{t+1}) + α dv^{t+1}
 *   da^t = −β ψ^t (dz^t + da^{t+1}) + ρ da^{t+1}
 *   G_rec = Σ c_in z^{t−1} ⊗ dv^t,  G_in = Σ c_in x^t ⊗ dv^t,  G_out = Σ g z^t ⊗ dy^t
 */
export function bptt(model: Model, activity: Activity, options: BpttOptions = {}): Adjoint {
  const { inputs, neurons: n, outputs: m, weights, alpha, kappa, rho, threshold, beta, inputScale, readoutGain } = model;
  const resetFactor = (options.reset ?? 'differentiated') === 'differentiated' ? threshold : 0;
  const { trial, psi, z, error } = activity;
  const gradient = zeroGradient(model);
  const signal = new Float64Array(trial.ticks * n);
  const dy = options.border?.y.slice() ?? new Float64Array(m);
  const da = options.border?.a.slice() ?? new Float64Array(n);
  const dv = options.border?.v.slice() ?? new Float64Array(n);
  const dvNext = new Float64Array(n);

  for (let t = trial.ticks - 1; t >= 0; t--) {
    const row = t * n;
    for (let k = 0; k < m; k++) dy[k] = kappa * dy[k] + error[t * m + k];
    dvNext.set(dv);
    for (let j = 0; j < n; j++) {
      let readout = 0;
      for (let k = 0; k < m; k++) readout += weights.wOut[j * m + k] * dy[k];
      let recurrent = 0;
      for (let l = 0; l < n; l++) recurrent += weights.wRec[j * n + l] * dvNext[l];
      const dz = readoutGain * readout + inputScale * recurrent - resetFactor * dvNext[j];
      signal[row + j] = dz;
      const through = psi[row + j] * (dz + da[j]);
      dv[j] = through + alpha * dvNext[j];
      da[j] = rho * da[j] - beta[j] * through;
    }
    addOuter(gradient.wRec, spikesBefore(model, activity, t), dv, inputScale);
    addOuter(gradient.wIn, trial.inputs.subarray(t * inputs, (t + 1) * inputs), dv, inputScale);
    addOuter(gradient.wOut, z.subarray(row, row + n), dy, readoutGain);
  }
  for (let s = 0; s < gradient.wRec.length; s++) if (model.connected[s] === 0) gradient.wRec[s] = 0;
  return { gradient, signal, border: { v: dv, a: da, y: dy } };
}

/** G ← G + gain · x ⊗ d */
function addOuter(G: Float64Array, x: Float64Array, d: Float64Array, gain: number): void {
  const width = d.length;
  for (let i = 0; i < x.length; i++) {
    const xi = gain * x[i];
    if (xi === 0) continue;
    const row = i * width;
    for (let j = 0; j < width; j++) G[row + j] += xi * d[j];
  }
}
