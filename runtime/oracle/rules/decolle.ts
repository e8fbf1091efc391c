import type { RuleSheet } from '../../learning/sheet.ts';
import { lossOfTick } from '../loss.ts';
import type { Trial } from '../model.ts';

/** A layer that learns from a readout of its own, whose weights are frozen. Matrices are [pre][post]. */
export interface DecolleLayer {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  /** (inputs, neurons) */
  readonly weights: Float64Array;
  /** (neurons) */
  readonly bias: Float64Array;
  /** (neurons, outputs): G */
  readonly readout: Float64Array;
  /** α of P, β of Q, α_rp of R */
  readonly decays: { readonly membrane: number; readonly synapse: number; readonly refractory: number };
  /** w_rp */
  readonly refractoryWeight: number;
}

export interface DecolleOptions {
  /** the Q that P reads: of this tick, or of the tick before as in the published code's legacy layer */
  readonly synapse: 'new' | 'old';
  /** what the readout sees: sigmoid(U) with its derivative, or the spikes with 1/(10|U| + 1)² */
  readonly readout: 'sigmoid' | 'spikes';
  /** 'kept' (default): dW carries P · 'forgotten': the input of the tick in its place, a control */
  readonly trace?: 'kept' | 'forgotten';
  /** default 'squared', as the fixtures have it; published 'smoothL1' */
  readonly localLoss?: 'squared' | 'smoothL1';
  /** adds Σ c·relu(U − high) + d·relu(low − U) to E; default none */
  readonly bounds?: { readonly high: number; readonly above: number; readonly low: number; readonly below: number };
}

export interface DecolleResult {
  readonly spikes: number;
  readonly loss: number;
  /** (inputs, neurons): ∂E/∂W */
  readonly weights: Float64Array;
  /** (neurons): ∂E/∂b */
  readonly bias: Float64Array;
}

/**
 * Deep continuous local learning (Kaiser, Mostafa & Neftci 2020; sheet 6.15):
 *   Q ← βQ + (1 − β) x,  P ← αP + (1 − α) Q,  R ← α_rp R − (1 − α_rp) w_rp S,  U = P W + b + R,  S = [U ≥ 0]
 *   E = Σ_t loss(y, y*) with y = sigmoid(U) G or S G,  dW = P ⊗ (G err ∘ σ′(U)): with sigmoid(U) the exact gradient of E while no spike moves, R being
 * a constant.
 */
export function decolle(layer: DecolleLayer, trial: Trial, options: DecolleOptions): DecolleResult {
  const { inputs, neurons: n, outputs: m, weights, bias, readout, decays, refractoryWeight } = layer;
  const { membrane, synapse, refractory } = decays;
  const Q = new Float64Array(inputs);
  const P = new Float64Array(inputs);
  const R = new Float64Array(n);
  const S = new Float64Array(n);
  const U = new Float64Array(n);
  const seen = new Float64Array(n);
  const y = new Float64Array(m);
  const error = new Float64Array(trial.ticks * m);
  const dW = new Float64Array(inputs * n);
  const db = new Float64Array(n);
  let spikes = 0;
  let loss = 0;
  for (let t = 0; t < trial.ticks; t++) {
    for (let i = 0; i < inputs; i++) {
      const old = Q[i];
      Q[i] = synapse * old + (1 - synapse) * trial.inputs[t * inputs + i];
      P[i] = membrane * P[i] + (1 - membrane) * (options.synapse === 'new' ? Q[i] : old);
    }
    for (let j = 0; j < n; j++) {
      R[j] = refractory * R[j] - (1 - refractory) * refractoryWeight * S[j];
      U[j] = bias[j] + R[j];
      for (let i = 0; i < inputs; i++) U[j] += P[i] * weights[i * n + j];
      S[j] = U[j] >= 0 ? 1 : 0;
      spikes += S[j];
      seen[j] = options.readout === 'sigmoid' ? 1 / (1 + Math.exp(-U[j])) : S[j];
    }
    y.fill(0);
    for (let j = 0; j < n; j++) for (let k = 0; k < m; k++) y[k] += seen[j] * readout[j * m + k];
    loss += lossOfTick({ outputs: m, loss: options.localLoss ?? 'squared' }, y, trial.targets, 1, error, t * m);
    for (let j = 0; j < n; j++) {
      let L = 0;
      for (let k = 0; k < m; k++) L += readout[j * m + k] * error[t * m + k];
      let p = 0;
      if (options.bounds) {
        const { high, above, low, below } = options.bounds;
        loss += above * Math.max(0, U[j] - high) + below * Math.max(0, low - U[j]);
        p = (U[j] > high ? above : 0) - (U[j] < low ? below : 0);
      }
      L *= options.readout === 'sigmoid' ? seen[j] * (1 - seen[j]) : 1 / (10 * Math.abs(U[j]) + 1) ** 2;
      L += p;
      db[j] += L;
      for (let i = 0; i < inputs; i++) dW[i * n + j] += L * (options.trace === 'forgotten' ? trial.inputs[t * inputs + i] : P[i]);
    }
  }
  return { spikes, loss, weights: dW, bias: db };
}

export const decolleOracleSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'decolle',
  title: 'DECOLLE',
  approximates: 'Other layers and other ticks: each layer learns the instantaneous loss of a frozen random readout of its own, exactly.',
  cells: 'LIF with filtered synapses',
  fits: 'Deep layers of which none waits for another.',
  source: 'Kaiser, Mostafa & Neftci 2020, Frontiers in Neuroscience 14:424',
  examples: [],
};
