import type { ErrorSignal, Filter, LearningRule, Optimizer, RateSignal, Trace } from '../rule.ts';

/** What e-prop keeps of the influence matrix: the neuron's own leak and adaptation; the reset is detached (Bellec et al. 2020, eq. 3, 25). */
export const epropTrace: Trace = { kind: 'influence', keep: { adaptation: true, reset: false, recurrence: 'none' } };

export interface EpropOptions {
  /** the integrator whose error teaches */
  readonly from: string;
  readonly optimizer: Optimizer;
  /** feedback B: the live readout weights ('transpose', default) or the name of a feedback (random or adaptive) */
  readonly through?: ErrorSignal['through'];
  /** F: 'readout' (default) filters the trace with the leak of `from`; 'none' drops it */
  readonly filter?: Filter;
  /** firing-rate regularization; default none */
  readonly rate?: Omit<RateSignal, 'of'>;
}

/**
 * e-prop (Bellec et al. 2020): G_ji = Σ_t L_j F_κ[e_ji], L_j = Σ_k B_jk (y_k − y*_k),
 * LIF: e_ji = ψ_j x̄_i; ALIF: e_ji = ψ_j (x̄_i − β_j ε_ji), ε_ji ← ρ ε_ji + s e_ji (eq. 4, 21–25).
 */
export function eprop({ from, optimizer, through = 'transpose', filter = 'readout', rate }: EpropOptions): LearningRule {
  const error = { trace: epropTrace, filter, signal: { of: 'error', from, through } } as const;
  if (rate === undefined) return { terms: [error], optimizer };
  const rateFilter: Filter = rate.average === 'episode' ? 'none' : filter;
  return { terms: [error, { trace: epropTrace, filter: rateFilter, signal: { of: 'rate', ...rate } }], optimizer };
}

/** The delta rule of a readout: G_ij = Σ_t (y_j − y*_j) x̄_i with x̄ filtered by the readout's own leak. */
export function deltaRule({ from, optimizer }: { readonly from: string; readonly optimizer: Optimizer }): LearningRule {
  return { terms: [{ trace: epropTrace, signal: { of: 'error', from, through: 'direct' } }], optimizer };
}
