import type { LearningRule } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';
import type { PerturbationOptions } from './weight-perturbation.ts';

/**
 * Node perturbation (Züge et al. 2023): I_j(t) += s σ ξ_j(t), G_ji = −M Σ_t ξ_j(t) x_i(t−d)/σ, M the difference that the noise made to the score and x the
 * presynaptic values of the perturbed pass.
 */
export const nodePerturbation = ({ optimizer, ...perturbation }: PerturbationOptions): LearningRule => ({
  terms: [],
  perturbation: { of: 'nodes', ...perturbation },
  optimizer,
});

export const nodePerturbationSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'nodePerturbation',
  title: 'node perturbation',
  approximates:
    'Nothing in expectation, to first order in σ: the noise of a single trial grows with the number of neurons and of ticks. What no weight can change in the error adds noise too.',
  cells: 'every cell',
  fits: 'Short trials and many inputs: only synapses with input move. Weights move after the last pass of a trial: by label, or every so many ticks as a trial has.',
  source: 'Züge, Klos & Memmesheimer 2023, Phys. Rev. X 13:021006; Fiete & Seung 2006, Phys. Rev. Lett. 97:048104',
  examples: (['LIF', 'rate'] as const).map((cell) => ({
    cell,
    plasticity: ({ optimizer }) => nodePerturbation({ sigma: 0.01, noise: 'signs', against: 'unperturbed', optimizer }),
  })),
};
