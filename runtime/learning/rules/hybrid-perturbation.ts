import type { LearningRule } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';
import type { PerturbationOptions } from './weight-perturbation.ts';

/**
 * Hybrid perturbation (after Züge et al. 2023): the noise of weight perturbation with the credit of node perturbation. ν_j(t) = s σ Σ_i ξ_ij x_i(t−d) enters the nodes,
 * G_ji = −M Σ_t ν_j(t) x_i(t−d)/(s σ²), M the difference that the noise made to the score: what weight perturbation would do, times the correlations of the inputs, so
 * that weights without input stay.
 */
export const hybridPerturbation = ({ optimizer, ...perturbation }: PerturbationOptions): LearningRule => ({
  terms: [],
  perturbation: { of: 'both', ...perturbation },
  optimizer,
});

export const hybridPerturbationSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'hybridPerturbation',
  title: 'hybrid perturbation',
  approximates:
    'The gradient is multiplied by the correlations of the inputs, Σ_t x xᵀ, which turns no sign. Otherwise nothing in expectation, to first order in σ.',
  cells: 'every cell',
  fits: 'Trials that use few of the inputs of a task: as fast as node perturbation in short trials, and as blind as weight perturbation to what no weight can change. Every tick propagates twice.',
  source: 'Züge, Klos & Memmesheimer 2023, Phys. Rev. X 13:021006',
  examples: (['LIF', 'rate'] as const).map((cell) => ({
    cell,
    plasticity: ({ optimizer }) => hybridPerturbation({ sigma: 0.01, noise: 'signs', against: 'unperturbed', optimizer }),
  })),
};
