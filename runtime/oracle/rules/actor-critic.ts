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
  /** default: softmax(y) · a normal distribution around y, with this σ, or with σ = e^s, s a readout of its own */
  readonly policy?: 'softmax' | { readonly sigma: number } | Spread;
  /** what was done in a tick: a choice, or (outputs) numbers; undefined where nothing was */
  readonly action: (tick: number) => number | Float64Array | undefined;
  readonly reward: (tick: number) => number;
  /** ticks in which V is judged and an action may be taken; default: all */
  readonly judged?: (tick: number) => boolean;
  /** λ, default 1 */
  readonly trace?: number;
  /** c_H, default 0: of softmax(y), or of the normal distribution whose σ is a readout */
  readonly entropy?: number;
  /** γ */
  readonly discount: number;
  /** C_V */
  readonly valueCost: number;
}

/** The readout s = log σ. */
export interface Spread {
  /** (neurons, outputs) */
  readonly weights: Float64Array;
  /** (outputs, neurons) */
  readonly feedback: Float64Array;
}

/** Gradients G such that W ← W − ηG. */
export interface ActorCriticGradient {
  /** (neurons, neurons) */
  readonly wRec: Float64Array;
  /** (neurons, outputs) */
  readonly policy: Float64Array;
  /** (neurons) */
  readonly value: Float64Array;
  /** (neurons, outputs); all 0 where σ is no readout */
  readonly spread: Float64Array;
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

/** What an action says of a policy, and its entropy beside it, each by output: of y, then of s. */
interface Said {
  readonly surprise: Float64Array;
  readonly entropy: Float64Array;
}

/**
 * −∂log π(a)/∂(y, s) and −c_H ∂H/∂(y, s).
 *   softmax: π − 1_a and c_H π (log π + H) · normal: (y − a)/σ², and of s = log σ: 1 − (a − y)²/σ² and −c_H
 */
function said(
  { policy = 'softmax', entropy: strength = 0 }: ActorCritic,
  action: number | Float64Array,
  y: Float64Array,
  s: Float64Array,
): Said {
  const m = y.length;
  const [surprise, entropy] = [new Float64Array(2 * m), new Float64Array(2 * m)];
  if (typeof action === 'number') {
    const p = softmax(y);
    const H = -p.reduce((sum, share) => sum + share * Math.log(share), 0);
    for (let k = 0; k < m; k++) {
      surprise[k] = p[k] - (k === action ? 1 : 0);
      entropy[k] = strength * p[k] * (Math.log(p[k]) + H);
    }
    return { surprise, entropy };
  }
  for (let k = 0; k < m; k++) {
    const learned = typeof policy === 'object' && 'weights' in policy;
    const sigma = learned ? Math.exp(s[k]) : (policy as { readonly sigma: number }).sigma;
    surprise[k] = (y[k] - action[k]) / sigma ** 2;
    if (!learned) continue;
    surprise[m + k] = 1 - ((action[k] - y[k]) / sigma) ** 2;
    entropy[m + k] = -strength;
  }
  return { surprise, entropy };
}

/**
 * Reward-based e-prop (Bellec et al. 2020, eqs. 34–38; sheet 6.6): V and y are leaky readouts, π = softmax(y) or normal around y,
 *   L_j = −C_V B^V_j + [decision] Σ_k B_kj e_k, e = −∂log π(a)/∂y,  δ^t = r^t + γ V^{t+1} − V^t with V = 0 after the end
 *   G = Σ_t δ^t F_γλ(L ē)^t,  F_γλ(g)^t = γλ F_γλ(g)^{t−1} + g^t, t counting the judged ticks
 * and the same for the readouts with ẑ in place of ē: G_π from e ẑ, G_V from −C_V ẑ. The entropy adds its own L ē and e ẑ to G, without δ.
 */
export function actorCritic(model: Model, activity: Activity, setting: ActorCritic, options: ActorCriticOptions = {}): ActorCriticGradient {
  const { credit = 'trace' } = options;
  const { neurons: n, outputs: m, inputs, kappa, readoutGain, connected } = model;
  const { trial, y, z } = activity;
  const { ticks } = trial;
  const { value, policyFeedback, valueFeedback, policy = 'softmax', action, reward, judged = () => true, trace = 1 } = setting;
  const { discount, valueCost } = setting;
  const spread = typeof policy === 'object' && 'weights' in policy ? policy : undefined;
  const filtered = new Float64Array(n);
  const values = new Float64Array(ticks);
  const s = new Float64Array(m);
  const sources = inputs + n;
  const length = n * n + 2 * n * m + n;
  const G = new Float64Array(length);
  const add = (factor: number, g: Float64Array) => {
    for (let q = 0; q < length; q++) G[q] += factor * g[q];
  };
  /** What each parameter learns from errors e of y and s, and from the value: recurrent synapses, those onto y, s and V. */
  const product = (eligibility: Float64Array, e: Float64Array, cost: number): Float64Array => {
    const g = new Float64Array(length);
    for (let j = 0; j < n; j++) {
      let L = -cost * valueFeedback[j];
      for (let k = 0; k < m; k++)
        L += policyFeedback[k * n + j] * e[k] + (spread === undefined ? 0 : spread.feedback[k * n + j] * e[m + k]);
      for (let i = 0; i < n; i++) if (connected[i * n + j] === 1) g[i * n + j] = L * eligibility[j * sources + inputs + i];
      for (let k = 0; k < m; k++) {
        g[n * n + j * m + k] = e[k] * filtered[j];
        g[n * n + n * m + j * m + k] = e[m + k] * filtered[j];
      }
      g[n * n + 2 * n * m + j] = -cost * filtered[j];
    }
    return g;
  };
  // g^t of the judged ticks: what each parameter would learn from an advantage of 1.
  const direct: { readonly tick: number; readonly g: Float64Array }[] = [];
  let t = 0;
  for (const { filtered: eligibility } of eligibilities(model, activity)) {
    const readout = (weights: (j: number) => number): number =>
      readoutGain * Array.from(filtered).reduce((sum, _, j) => sum + weights(j) * z[t * n + j], 0);
    values[t] = (t > 0 ? kappa * values[t - 1] : 0) + readout((j) => value[j]);
    for (let k = 0; k < m; k++) s[k] = kappa * s[k] + (spread === undefined ? 0 : readout((j) => spread.weights[j * m + k]));
    for (let j = 0; j < n; j++) filtered[j] = kappa * filtered[j] + readoutGain * z[t * n + j];
    if (judged(t)) {
      const taken = action(t);
      const none = new Float64Array(2 * m);
      const { surprise, entropy } =
        taken === undefined ? { surprise: none, entropy: none } : said(setting, taken, y.subarray(t * m, (t + 1) * m), s);
      direct.push({ tick: t, g: product(eligibility, surprise, valueCost) });
      add(1, product(eligibility, entropy, 0));
    }
    t++;
  }
  if (credit === 'return') {
    let later = 0;
    for (const { tick, g } of direct.toReversed()) {
      later = reward(tick) + discount * later;
      add(later - values[tick], g);
    }
  } else {
    const gain = credit === 'normalized' ? 1 - discount : 1;
    const F = new Float64Array(length);
    for (const [d, { tick, g }] of direct.entries()) {
      for (let q = 0; q < length; q++) F[q] = discount * trace * F[q] + gain * g[q];
      const next = direct[d + 1];
      add(reward(tick) + discount * (next === undefined ? 0 : values[next.tick]) - values[tick], F);
    }
  }
  const from = n * n + n * m;
  return {
    wRec: G.slice(0, n * n),
    policy: G.slice(n * n, from),
    spread: G.slice(from, from + n * m),
    value: G.slice(from + n * m),
    values,
  };
}

function softmax(y: Float64Array): Float64Array {
  const largest = y.reduce((a, b) => Math.max(a, b));
  const weights = y.map((x) => Math.exp(x - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((x) => x / total);
}
