import type { Ms } from '../../units.ts';
import type { Optimizer, PairRule, SpikePairs } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface SalOptions {
  readonly optimizer: Optimizer;
  /** τ of the traces of both sides, default 10 ms: about as long as a spike acts */
  readonly tau?: Ms;
  /** M and τ_c, for synapses that align only where a reward says so; default none */
  readonly reward?: SpikePairs['reward'];
}

/**
 * Spike-based alignment learning, as reconstructed (Gierlich et al. 2026; sheet 6.21): Δw_ji = η Σ_t x_i o_j − z_j r_i, with traces r of presynaptic and o of postsynaptic
 * spikes that are read before the spikes of their tick are counted in. A spike that follows the other side's weakens, one that precedes it strengthens, so the drift is
 * −(C_{pre→post} − C_{post→pre}): it is 0 where both directions act alike. Between two neurons that both learn w₁₂ + w₂₁ is conserved.
 */
export const sal = ({ optimizer, tau = 10, reward }: SalOptions): PairRule => ({
  terms: [],
  timing: {
    pairing: 'all',
    potentiation: { tau, pair: -1 },
    depression: { tau, pair: -1 },
    at: 'soma',
    ...(reward !== undefined && { reward }),
  },
  optimizer,
});

export const salSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'sal',
  title: 'SAL',
  approximates:
    'No gradient: it makes a synapse act as the one in the other direction does, and so supplies the transpose that a gradient needs.',
  cells: 'LIF and ALIF with escape noise',
  fits: 'Feedback that learns, and networks that sample. It needs noise and sparse, subcritical activity: neurons that fire at every chance have no asymmetry, and their weights stay where they are. Effects are aligned, not weights: neurons of other thresholds, leaks or rates have other weights for the same effect. Input that reaches one side later than the other is taken for a synapse.',
  source: 'Gierlich et al. 2026, Nature Communications: kernel and constants are our reconstruction from its abstract',
  examples: [
    { cell: 'LIF', plasticity: ({ optimizer }) => sal({ optimizer }) },
    { cell: 'ALIF', plasticity: ({ optimizer }) => sal({ optimizer, tau: 20 }) },
  ],
};
