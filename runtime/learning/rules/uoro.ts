import type { ErrorSignal, LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface UoroOptions {
  /** the population whose error teaches */
  readonly from: string;
  readonly optimizer: Optimizer;
  /** B: 'transpose' (default) makes the gradient exact in expectation; 'direct' takes the population's own error */
  readonly through?: ErrorSignal['through'];
}

/**
 * Unbiased online recurrent optimization (Tallec & Ollivier 2018, algorithm 1): RTRL's influence of a population as one outer product a ⊗ b,
 * a ← p₀ D a + p₁ ν, b ← b/p₀ + (νᵀF)/p₁, p₀ = √(‖b‖/‖D a‖), p₁ = √(‖νᵀF‖/‖ν‖), G = Σ_t (Σ_l L_l a_l) b, with random signs ν drawn from the seed of the
 * network: the exact gradient in expectation. ‖νᵀF‖ counts every pair of neurons, stored or not. All plastic projections onto a population take it.
 */
export const uoro = ({ from, optimizer, through = 'transpose' }: UoroOptions): LearningRule => ({
  terms: [
    {
      trace: { kind: 'rankOne', keep: { adaptation: true, reset: true, recurrence: 'all' } },
      signal: { of: 'error', from, through },
    },
  ],
  optimizer,
});

export const uoroSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'uoro',
  title: 'UORO',
  approximates:
    'Nothing in expectation: a single run is the gradient plus noise, which grows with the network and with time. What passes through other populations is dropped, as in OSTL.',
  cells: 'every cell',
  fits: 'Unbiased gradients at the storage of one value a synapse, whatever is connected to what, where many small updates average the noise out. The readout has no memory (tau: 0).',
  source: 'Tallec & Ollivier 2018, ICLR, arXiv:1702.05043, algorithm 1',
  examples: (['rate', 'LSTM'] as const).map((cell) => ({
    cell,
    plasticity: ({ readout: from, optimizer }) => uoro({ from, optimizer }),
  })),
};
