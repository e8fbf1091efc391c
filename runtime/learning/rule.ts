import type { Ms } from '../units.ts';

/**
 * A learning rule: Δw_ji = −η · Σ_terms Σ_t M · G[L_j · F[e_ji]]. The eligibility trace e is what is kept of RTRL's influence
 * matrix; F filters it; L is the learning signal; where a reward teaches, G is the synaptic tag and M the modulator, else both are 1; the optimizer is η.
 * (algorithms after Bellec et al. 2020, Marschall et al. 2020)
 */
export interface LearningRule {
  /** none where a perturbation or the timing of spikes stands in their place */
  readonly terms: readonly Term[];
  readonly perturbation?: Perturbation;
  readonly timing?: SpikeTiming;
  readonly optimizer: Optimizer;
}

/**
 * A scalar score teaches, and noise says which synapse it is about: G = −M·E, so that weights climb the score. No error, no derivative and nothing of the inside of a
 * network is asked for. A *pass* lasts from one label event to the next, and at that event its score stands in the first column of the tape `reward`. Passes of one trial are to
 * see the same inputs from the same state. ξ has mean 0 and variance 1, is a function of seed, projection (or population), trial and place, and is drawn anew wherever
 * it is needed.
 */
export interface Perturbation {
  /**
   * weights: w′_ij = w_ij + s σ ξ_ij for a whole pass, E_ij = ξ_ij/σ. nodes: I_j(t) += s σ ξ_j(t) in every tick, before the nonlinearity, E_ij = Σ_t ξ_j(t) x_i(t−d)/σ over the
   * ticks of the last pass of a trial. both: the noise of the weights, I_j(t) += ν_j(t), ν_j(t) = s σ Σ_i ξ_ij x_i(t−d), and the credit of the nodes, E_ij = Σ_t ν_j(t) x_i(t−d)/(s σ²).
   * s is the sign of the noise in the pass
   */
  readonly of: 'weights' | 'nodes' | 'both';
  /** σ, in units of a weight or of an input current */
  readonly sigma: number;
  /** normal (default), or ±1: cheaper, and no rarer large steps */
  readonly noise?: 'normal' | 'signs';
  /**
   * What a score is compared with. unperturbed: trials of two passes, s = 0 then 1, M = r₂ − r₁. opposite: s = 1 then −1, M = (r₁ − r₂)/2. mean: trials of one pass, M = r − r̄ with
   * the running mean r̄ ← r̄ + rate·(r − r̄), r̄ = 0 at the start
   */
  readonly against: 'unperturbed' | 'opposite' | { readonly mean: number };
}

/** What spikes of both sides say of each other, in the place of an influence: by their traces, or by the calcium that they bring. */
export type SpikeTiming = SpikePairs | Calcium;

/**
 * What spikes before and after each other say, in the place of an influence: with the traces r, r₂ of presynaptic and o, o₂ of postsynaptic spikes, all read before the
 * spikes of their own tick are counted in,
 *   STDP_ji(t) = z_j r_i (A₂⁺ + A₃⁺ o₂_j) − x_i(t−d) o_j (A₂⁻ + A₃⁻ r₂_i)   (Pfister & Gerstner 2006, eq. 3–4)
 * Without a modulator G = −Σ_t STDP. With one, c ← c e^(−dt/tauEligibility) + STDP(t), and at each label event G = −M·c (Florian 2007; Izhikevich 2007). Presynaptic values
 * that are no spikes count by their size.
 */
export interface SpikePairs {
  /** which earlier spikes a spike is paired with: all of them, or the last one, whose trace begins anew with every spike */
  readonly pairing: 'all' | 'nearest';
  /** at postsynaptic spikes: r decays with `tau` (τ₊), A₂⁺ is `pair`; o₂ decays with `triplet.tau` (τ_y), A₃⁺ is `triplet.amount` */
  readonly potentiation: TimingSide;
  /** at presynaptic spikes: o decays with `tau` (τ₋), A₂⁻ is `pair`; r₂ decays with `triplet.tau` (τ_x), A₃⁻ is `triplet.amount` */
  readonly depression: TimingSide;
  /**
   * when a presynaptic spike counts: when it arrives, `delay` ticks after it was made ('synapse', default), or in its own tick as a postsynaptic one does ('soma'), so
   * that a pair is seen alike by the synapses of both directions
   */
  readonly at?: 'synapse' | 'soma';
  /** M and τ_c; default none: spikes teach by themselves */
  readonly reward?: { readonly modulator: Modulator; readonly tauEligibility: Ms };
}

/** A rule of pairs of spikes. */
export interface PairRule extends LearningRule {
  readonly timing: SpikePairs;
}

/**
 * Spikes of both sides bring calcium, and its level says which way a synapse goes (Graupner & Brunel 2012, eq. 1, without its double well and its noise):
 *   c_ji(t) = Σ_{s ≤ t} e^(−(t−s)/τ) (C_pre x_i(s−d) + C_post z_j(s)),  STDP_ji(t) = (dt/τ_w) (γ_p (W − w_ji) [c_ji > θ_p] − γ_d w_ji [c_ji > θ_d])
 * G and c of a reward are as with pairs. w is the weight that acts: with `learning.update.ticks` of 1 this is Euler's step. Both shares are soft bounds, 0 and W.
 */
export interface Calcium {
  readonly pairing: 'calcium';
  /** τ of the calcium */
  readonly tau: Ms;
  /** C_pre, what a presynaptic spike brings when it arrives */
  readonly pre: number;
  /** C_post, what a postsynaptic spike brings */
  readonly post: number;
  /** τ_w, the time in which a synapse moves */
  readonly tauWeight: Ms;
  /** W, default 1 */
  readonly most?: number;
  /** θ_p and γ_p */
  readonly potentiation: CalciumSide;
  /** θ_d and γ_d */
  readonly depression: CalciumSide;
  /** as of {@link SpikePairs} */
  readonly reward?: SpikePairs['reward'];
}

export interface CalciumSide {
  /** θ, a level of calcium */
  readonly threshold: number;
  /** γ, without a unit */
  readonly rate: number;
}

export interface TimingSide {
  readonly tau: Ms;
  /** A₂, what a pair of spikes moves, at no time between them */
  readonly pair: number;
  /** A₃, what an earlier spike on the own side adds; default none: pairs alone */
  readonly triplet?: { readonly tau: Ms; readonly amount: number };
}

export interface Term {
  readonly trace: Trace;
  /** F; default 'none' */
  readonly filter?: Filter;
  /** L */
  readonly signal: Signal;
  /**
   * M, a scalar that comes with a reward: at each label event G_ji += M·T_ji, and then T_ji takes what L_j F[e_ji] has summed to since the last one. So a reward judges
   * what was done before it. Default: none, L_j F[e_ji] is the gradient itself
   */
  readonly modulator?: Modulator;
  /** G, the synaptic tag: T ← decay·T + Σ L F[e], from reward to reward, gain 1; needs a modulator. TD(λ): γλ. Default decay 0 */
  readonly tag?: { readonly decay: number };
}

/**
 * temporalDifference: δ = r + γ·V − V′ (Bellec et al. 2020, eq. 35), V the readout `from` (of one neuron, loss 'value') at the tick of the reward, V′ at the reward
 * before; r and γ stand in the tape `reward`: γ is 0 where the world ended, so that V counts for nothing, and the discount where it goes on or was cut short.
 * reward: r − r̄, with the running mean r̄ ← r̄ + rate·(r − r̄), r̄ = 0 at the start; 'rate' 0 is the reward itself.
 */
export type Modulator = { readonly of: 'temporalDifference'; readonly from: string } | { readonly of: 'reward'; readonly rate: number };

/** Terms of ∂s(t)/∂s(t−1) that the influence matrix keeps, beside the leak: `keep` is the rule. */
export interface Keep {
  readonly adaptation: boolean;
  readonly reset: boolean;
  /**
   * the explicit recurrence inside the post population: none, autapses alone, all of it, or what reaches from the postsynaptic neuron over at most
   * `hops` synapses (SnAp-n: n − 1). Loops through other populations are never kept
   */
  readonly recurrence: 'none' | 'self' | 'all' | { readonly hops: number };
}

/**
 * influence: forward in time, what each synapse has done to the states so far. adjoint: backward in time, what each state will do to the error within
 * `learning.window`; it needs no trace a synapse, but the history of the window, and its recurrence is 'all'.
 * rankOne: all of the influence in expectation, as one outer product of what random signs do to the states and what synapses do to the signs (UORO); its
 * recurrence is 'all'.
 */
export interface Trace {
  readonly kind: 'influence' | 'adjoint' | 'rankOne';
  readonly keep: Keep;
}

/** 'readout': low pass with the decay κ (and input factor) of the integrator that the error comes from. */
export type Filter = 'none' | 'readout' | Kernel;

/**
 * A filter with time constants of its own. lowPass: f ← d f + s x, d = e^(−dt/tau), s = 1 (default) or 1 − d. doubleExponential: e^(−t/decay) − e^(−t/rise) with
 * its peak scaled to 1, as two low passes of which the second reads the first of the tick before: r ← d_r r + x, f ← d f + g r(t−1), so an impulse
 * is answered a tick late (Zenke & Ganguli 2018).
 */
export type Kernel =
  | { readonly kind: 'lowPass'; readonly tau: Ms; readonly scale?: 'one' | 'oneMinusDecay' }
  | { readonly kind: 'doubleExponential'; readonly rise: Ms; readonly decay: Ms };

export type Signal = TeachingSignal | WindowSignal | RateSignal | PotentialSignal;

/** Signals that say what to do, as opposed to how much to fire. */
export type TeachingSignal = ErrorSignal | TargetSignal | ValueSignal | BackSignal | EntropySignal;

/** L_j = Σ_k B_jk m y*_k: the target itself, not the error, by a fixed feedback (OSTTP); 'direct': L_j = m y*_j. */
export interface TargetSignal {
  readonly of: 'target';
  /** the readout whose target it is */
  readonly from: string;
  readonly through: 'direct' | { readonly feedback: string };
}

/**
 * L_j = Σ_k B_jk e_k, e the gradient of −strength·H, H the entropy of the policy `from`: e_k = c π_k (log π_k + H) of a softmax, −c of a spread. It is no error, so it needs
 * no modulator: it keeps a policy from being sure too soon.
 */
export interface EntropySignal {
  readonly of: 'entropy';
  /** a readout with loss softmax or spread */
  readonly from: string;
  readonly through: ErrorSignal['through'];
  /** c, weighted by the importance of the tick */
  readonly strength: number;
}

/** L_j is the value of neuron j of `from`, a population of the same size: a network that computes learning signals (e-prop 2), or a source of them. */
export interface ValueSignal {
  readonly of: 'value';
  readonly from: string;
}

/**
 * L_i = Σ_j w_ij (∂y_j/∂I_j) L_j: the learning signal of `from`, through the projection of the same tick into it. Time is left out, so it is exact where
 * nothing of `from` and above has a memory (OSTL, deep; OTTT).
 */
export interface BackSignal {
  readonly of: 'signal';
  readonly from: string;
}

/**
 * L_j(t) = dE/dz_j(t) within `learning.window`, by a pass backwards over it through all there is between j and the error, the neuron's own adaptation left out;
 * what `learning.border` names stands for all that comes later. For traces that keep the adaptation alone: they are carried over the borders. Windows of
 * at most 64 ticks.
 */
export interface WindowSignal {
  readonly of: 'window';
  /** the population whose error it is */
  readonly from: string;
}

/**
 * L_j = Σ_k B_jk (y_k − y*_k): B is the identity ('direct'), the live readout weights ('transpose'), a named feedback, or the live weights of a dense projection onto
 * j, whose k-th presynaptic neuron stands for output k: synapses that carry spikes too, and may learn by a rule of their own (SAL).
 */
export interface ErrorSignal {
  readonly of: 'error';
  /** the integrator whose error it is */
  readonly from: string;
  readonly through: 'direct' | 'transpose' | { readonly feedback: string } | { readonly projection: string };
  /** filters the error before it is broadcast; with spikes and their targets it makes ½ Σ (α ∗ (z − z*))² the loss (van Rossum 2001) */
  readonly filter?: Kernel;
}

/**
 * Firing-rate regularization towards `target` spikes a tick, with strength c.
 * average 'episode': G += c (f_j − f*)/T Σ_t e_ji, f_j the mean of the T ticks since the last update (sheet 6.5, trial form);
 * average {tau}: L_j += c (f_j − f*), f_j a running mean with time constant tau.
 */
export interface RateSignal {
  readonly of: 'rate';
  readonly target: number;
  readonly strength: number;
  readonly average: 'episode' | { readonly tau: Ms };
}

/**
 * Bounds of the potential u = v − A: G += Σ_t (c [u_j > above.level] − d [u_j < below.level]) ∂u_j/∂w, the gradient of c·relu(u − above.level) + d·relu(below.level − u)
 * at every tick, c and d being the strengths. For traces that keep neither adaptation, reset nor recurrence (DECOLLE, published levels: −0.01 and 0.1).
 */
export interface PotentialSignal {
  readonly of: 'potential';
  readonly above: { readonly level: number; readonly strength: number };
  readonly below: { readonly level: number; readonly strength: number };
}

export type Optimizer = GradientOptimizer | Rls;

/** What moves weights by a gradient. */
export type GradientOptimizer = Sgd | Adam | Adamax | Rmaxprop;

interface Steps {
  /** learning rate η(n) of update n = 0, 1, … */
  readonly rate: Schedule;
  /** applied to the weights after each update, in this order */
  readonly transforms?: readonly Transform[];
}

/** w ← w − η g */
export interface Sgd extends Steps {
  readonly kind: 'sgd';
}

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η √(1−β₂ⁿ)/(1−β₁ⁿ) · m/(√v + ε) (Kingma & Ba 2015, the form before section 2.1) */
export interface Adam extends Steps {
  readonly kind: 'adam';
  /** default 0.9 */
  readonly beta1?: number;
  /** default 0.999 */
  readonly beta2?: number;
  /** default 1e-8 */
  readonly epsilon?: number;
}

/** m ← β₁m + (1−β₁)g, u ← max(β₂u, |g|), w ← w − η/(1−β₁ⁿ) · m/(u + ε) (Kingma & Ba 2015, algorithm 2) */
export interface Adamax extends Steps {
  readonly kind: 'adamax';
  /** default 0.9 */
  readonly beta1?: number;
  /** default 0.999 */
  readonly beta2?: number;
  /** default 1e-8 */
  readonly epsilon?: number;
}

/** v ← max(γ v, g²), w ← w − η g/(√v + ε): a rate of each synapse's own by the largest gradient it remembers (Zenke & Ganguli 2018, eq. 19) */
export interface Rmaxprop extends Steps {
  readonly kind: 'rmaxprop';
  /** γ of an update, default 0.99 */
  readonly keep?: number;
  /** default 1e-8 */
  readonly epsilon?: number;
}

/**
 * Recursive least squares, of the delta rule of a readout: after every update the weights are those of ridge regression over all samples so far,
 * argmin Σ m (wᵀx̄ − y*)² + ridge·|w − w(0)|². A sample is the tick of an update; the ticks between are not seen, and m is its importance.
 * c = P x̄, g = 1/(1 + m x̄ᵀc), w ← w − g c (m e)ᵀ, P ← P − m g c cᵀ, P(0) = 1/ridge, one P for all outputs (Sussillo & Abbott 2009, eq. 4–5; Nicola & Clopath 2017).
 * P is kept as U D Uᵀ, U upper triangular with ones on its diagonal, D positive (Bierman 1977): it stays symmetric and positive in float32 however long it
 * learns, in half the memory, and one walk over it is an update. Asks for a dense projection into an integrator with tau 0 and loss 'squared'.
 */
export interface Rls {
  readonly kind: 'rls';
  /** weight of the start beside one sample: how slow the first steps are; 1/ridge is α of the sources */
  readonly ridge: number;
}

/** constant; η₀/(1 + n/n₀); or a straight line from η₀ to `final` over `updates` updates, constant after. */
export type Schedule =
  | number
  | { readonly kind: 'inverse'; readonly initial: number; readonly halfAt: number }
  | { readonly kind: 'linear'; readonly initial: number; readonly final: number; readonly updates: number };

/**
 * decay: w ← (1 − rate) w. bounds: w ← min(max(w, min), max). scaling: w_ij ← w_ij · total / Σ_i |w_ij|, so that what a projection brings to a neuron is shared out among its
 * synapses (synaptic scaling; von der Malsburg 1973; Lazar, Pipa & Triesch 2009, eq. 4); a neuron without weights keeps none.
 * average: a second set of weights ŵ ← ŵ + (w − ŵ)/min(n, window) over updates n = 1, 2, …, to act with and to deploy.
 */
export type Transform =
  | { readonly kind: 'decay'; readonly rate: number }
  | { readonly kind: 'bounds'; readonly min: number; readonly max: number }
  | { readonly kind: 'scaling'; readonly total: number }
  | { readonly kind: 'average'; readonly window: number };
