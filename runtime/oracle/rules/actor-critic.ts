import type { Activity } from '../forward.ts';
import type { Model } from '../model.ts';
import { eligibilities } from './eligibilities.ts';

/** What an actor-critic adds to a network: a critic, fixed decisions and rewards. */
export interface ActorCritic {
  /** (neurons): w_V, the readout of the value */
  readonly value: Float64Array;
  /** (outputs, neurons): B^π */
  readonly policyFeedback: Float64Array;
  /** (neurons): B^V */
  readonly valueFeedback: Float64Array;
  /** the action taken in a tick; undefined where none is */
  readonly action: (tick: number) => number | undefined;
  readonly reward: (tick: number) => number;
  /** γ */
  readonly discount: number;
  /** C_V */
  readonly valueCost: number;
}

/** Gradients G such that W ← W − ηG. */
export interface ActorCriticGradient {
  /** (neurons, neurons) */
  readonly wRec: Float64Array;
  /** (neurons, outputs) */
  readonly policy: Float64Array;
  /** (neurons) */
  readonly value: Float64Array;
  /** (ticks): V */
  readonly values: Float64Array;
}

export interface ActorCriticOptions {
  /**
   * 'trace' (default): G = Σ δ^t F_γ(g)^t, online · 'return': G = Σ (R^t − V^t) g^t with the discounted return, its Monte-Carlo twin ·
   * 'normalized': F_γ with gain 1 − γ, a frequent mistake
   */
  readonly credit?: 'trace' | 'return' | 'normalized';
}

/**
 * Reward-based e-prop (Bellec et al. 2020, eqs. 34–38; sheet 6.6): V and y are leaky readouts, π = softmax(y),
 *   L_j = −C_V B^V_j + [decision] Σ_k B_kj (π_k − 1_{k=a}),  δ^t = r^t + γ V^{t+1} − V^t with V = 0 after the end
 *   G = Σ_t δ^t F_γ(L ē)^t,  F_γ(g)^t = γ F_γ(g)^{t−1} + g^t
 * and the same for the readouts with ẑ in place of ē: G_π from (π − 1_a) ẑ, G_V from −C_V ẑ.
 */
export function actorCritic(model: Model, activity: Activity, setting: ActorCritic, options: ActorCriticOptions = {}): ActorCriticGradient {
  const { credit = 'trace' } = options;
  const { neurons: n, outputs: m, inputs, kappa, readoutGain, connected } = model;
  const { trial, y, z } = activity;
  const { ticks } = trial;
  const { value, policyFeedback, valueFeedback, action, reward, discount, valueCost } = setting;
  const filtered = new Float64Array(n);
  const values = new Float64Array(ticks);
  // g^t: what each parameter would learn from an advantage of 1 in tick t, recurrent synapses first.
  const direct: Float64Array[] = [];
  const sources = inputs + n;
  for (const { filtered: eligibility } of eligibilities(model, activity)) {
    const t = direct.length;
    for (let j = 0; j < n; j++) filtered[j] = kappa * filtered[j] + readoutGain * z[t * n + j];
    values[t] = (t > 0 ? kappa * values[t - 1] : 0) + readoutGain * value.reduce((sum, w, j) => sum + w * z[t * n + j], 0);
    const taken = action(t);
    const surprise = taken === undefined ? new Float64Array(m) : softmax(y.subarray(t * m, (t + 1) * m));
    if (taken !== undefined) surprise[taken] -= 1;
    const g = new Float64Array(n * n + n * m + n);
    for (let j = 0; j < n; j++) {
      let L = -valueCost * valueFeedback[j];
      for (let k = 0; k < m; k++) L += policyFeedback[k * n + j] * surprise[k];
      for (let i = 0; i < n; i++) if (connected[i * n + j] === 1) g[i * n + j] = L * eligibility[j * sources + inputs + i];
      for (let k = 0; k < m; k++) g[n * n + j * m + k] = surprise[k] * filtered[j];
      g[n * n + n * m + j] = -valueCost * filtered[j];
    }
    direct.push(g);
  }
  const G = new Float64Array(direct[0].length);
  const add = (factor: number, g: Float64Array) => {
    for (let s = 0; s < G.length; s++) G[s] += factor * g[s];
  };
  if (credit === 'return') {
    let later = 0;
    for (let t = ticks - 1; t >= 0; t--) {
      later = reward(t) + discount * later;
      add(later - values[t], direct[t]);
    }
  } else {
    const gain = credit === 'normalized' ? 1 - discount : 1;
    const F = new Float64Array(G.length);
    for (let t = 0; t < ticks; t++) {
      for (let s = 0; s < F.length; s++) F[s] = discount * F[s] + gain * direct[t][s];
      add(reward(t) + discount * (t + 1 < ticks ? values[t + 1] : 0) - values[t], F);
    }
  }
  return { wRec: G.slice(0, n * n), policy: G.slice(n * n, n * n + n * m), value: G.slice(n * n + n * m), values };
}

function softmax(y: Float64Array): Float64Array {
  const largest = y.reduce((a, b) => Math.max(a, b));
  const weights = y.map((x) => Math.exp(x - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((x) => x / total);
}
