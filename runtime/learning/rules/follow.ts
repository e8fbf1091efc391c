import type { LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface FollowOptions {
  /** a population of the size of the one that learns, whose values are the error current of each neuron with its sign turned, as a gradient has it */
  readonly teaching: string;
  readonly optimizer: Optimizer;
}

/**
 * Feedback-based online local learning of weights (Gilra & Gerstner 2017; sheet 6.19): Δw_ij = η Σ_t (I^ε_j ∗ κ_ε)(S_i ∗ κ), I^ε_j = k e_j·ε the error ε = x − x̂ that comes back as a
 * current, through the encoder e_j of the neuron. The rule is the product alone. The loop is populations: x̂ an integrator with the decoders, ε, κ_ε (an integrator: `teaching`)
 * and the linear units of time constant κ that hold the current of the learned synapses, whose trace is S_i ∗ κ.
 */
export const follow = ({ teaching, optimizer }: FollowOptions): LearningRule => ({
  terms: [
    {
      trace: { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } },
      signal: { of: 'value', from: teaching },
    },
  ],
  optimizer,
});

export const followSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'follow',
  title: 'FOLLOW',
  approximates:
    'All but the synapse itself: the error of the moment, not its gradient, is the signal. It descends because the error that comes back keeps the network on the course that is asked.',
  cells: 'linear rate units that hold the current of a spiking population',
  fits: 'Dynamics of a few dimensions, as of a limb or an oscillator, that a network is to have by itself. It seems to be learned long before it is, since the error holds it on its course: judge it with the error taken away.',
  source: 'Gilra & Gerstner 2017, eLife 6:e28295',
  examples: [{ cell: 'rate', plasticity: ({ module: teaching, optimizer }) => follow({ teaching, optimizer }) }],
};
