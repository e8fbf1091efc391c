import type { ErrorSignal, Filter, Keep, LearningRule, Optimizer, Trace } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface RtrlOptions {
  /** the population whose error teaches */
  readonly from: string;
  readonly optimizer: Optimizer;
  /** B: 'transpose' (default) makes the gradient exact; 'direct' takes the population's own error; a feedback approximates it */
  readonly through?: ErrorSignal['through'];
  /** F: 'readout' (default) carries the influence through the leak of `from`; 'none' where it has none */
  readonly filter?: Filter;
}

const influence = (recurrence: Keep['recurrence']): Trace => ({ kind: 'influence', keep: { adaptation: true, reset: true, recurrence } });

function gradientRule(trace: Trace, { from, optimizer, through = 'transpose', filter = 'readout' }: RtrlOptions): LearningRule {
  return { terms: [{ trace, filter: through === 'direct' ? 'none' : filter, signal: { of: 'error', from, through } }], optimizer };
}

/**
 * Real-time recurrent learning (Williams & Zipser 1989, eq. 10): G = Σ_t Σ_l L_l F[∂y_l/∂w], with the whole influence
 * ∂s(t)/∂w = ∂s(t)/∂s(t−1) · ∂s(t−1)/∂w + immediate. The exact gradient, forward in time; n numbers a synapse.
 */
export const rtrl = (options: RtrlOptions): LearningRule => gradientRule(influence('all'), options);

/**
 * SnAp-n (Menick et al. 2021, section 3): RTRL that keeps, for a synapse onto j, the neurons that j reaches over at most n − 1 recurrent synapses. n = 1
 * keeps the neuron itself; once nothing more is reached it is RTRL.
 */
export const snap = (n: number, options: RtrlOptions): LearningRule => gradientRule(influence(n === 1 ? 'self' : { hops: n - 1 }), options);

export const rtrlSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'rtrl',
  title: 'RTRL',
  approximates:
    'Nothing, while the weights stand still: it is BPTT, forward in time. Weights that move every tick make it inexact by the size of a step.',
  cells: 'every cell',
  fits: 'The yardstick for all other rules, and small networks: a synapse keeps a value for every neuron and state, and works once for every recurrent weight.',
  source: 'Williams & Zipser 1989, Neural Computation 1:270, eq. 10',
  examples: (['LIF', 'ALIF', 'rate'] as const).map((cell) => ({
    cell,
    plasticity: ({ readout: from, optimizer }) => rtrl({ from, optimizer }),
  })),
};

export const snapSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'snap',
  title: 'SnAp-n',
  approximates:
    'What a synapse does to neurons that its own reaches over n synapses or more. In a dense network n = 2 is already RTRL; n = 1 keeps the neuron itself, its reset and its autapse included.',
  cells: 'every cell',
  fits: 'Sparse recurrent networks: cost and storage grow with how many neurons are reached, not with the network.',
  source: 'Menick et al. 2021, ICLR, section 3',
  examples: [
    ...(['LIF', 'GRU'] as const).map((cell) => ({ cell, n: 1, density: 1 })),
    ...[2, 3].map((n) => ({ cell: 'LIF' as const, n, density: 0.05 })),
  ].map(({ cell, n, density }) => ({
    cell,
    form: `n = ${n}`,
    density,
    plasticity: ({ readout: from, optimizer }) => snap(n, { from, optimizer }),
  })),
};
