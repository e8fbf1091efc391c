import type { LearningRule, Optimizer, Perturbation } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface PerturbationOptions extends Omit<Perturbation, 'of'> {
  readonly optimizer: Optimizer;
}

/**
 * Weight perturbation (Jabri & Flower 1992; Züge et al. 2023): w′ = w + s σ ξ for a whole pass, G = −M ξ/σ, M the difference that the noise made to the score: the
 * derivative along one random direction a trial.
 */
export const weightPerturbation = ({ optimizer, ...perturbation }: PerturbationOptions): LearningRule => ({
  terms: [],
  perturbation: { of: 'weights', ...perturbation },
  optimizer,
});

export const weightPerturbationSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'weightPerturbation',
  title: 'weight perturbation',
  approximates:
    'Nothing in expectation, to first order in σ: a single trial is the gradient along one direction, and its variance grows with the number of weights. Weights without input diffuse.',
  cells: 'every cell',
  fits: 'What nobody can look into, with a scalar score and few weights, or long trials with few inputs that matter. Weights move after the last pass of a trial: by label, or every so many ticks as a trial has.',
  source: 'Jabri & Flower 1992, IEEE Trans. Neural Netw. 3:154; Züge, Klos & Memmesheimer 2023, Phys. Rev. X 13:021006',
  examples: (['LIF', 'rate'] as const).map((cell) => ({
    cell,
    plasticity: ({ optimizer }) => weightPerturbation({ sigma: 0.01, noise: 'signs', against: 'unperturbed', optimizer }),
  })),
};
