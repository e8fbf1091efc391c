import type { ErrorSignal, Filter, LearningRule, Optimizer, RateSignal, Trace } from '../rule.ts';
import type { ExampleNames, RuleSheet } from '../sheet.ts';

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

const taught = ({ readout: from, optimizer }: ExampleNames): LearningRule => eprop({ from, optimizer });

export const epropSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'eprop',
  title: 'e-prop',
  approximates:
    'Everything that leaves the neuron and comes back later: the influence keeps the leak and the adaptation of the neuron itself, not its reset and not the recurrent weights. The learning signal is the error of the tick, not what it will cost later. Equal to RTRL with these terms set to zero.',
  cells: 'LIF and ALIF',
  fits: 'The default for recurrent spiking networks. Long memory comes from adaptation. Feedback may be the live readout weights, random, or adaptive (it follows the readout). Folded in blocks of ticks, a thousand dense neurons learn at 1 kHz.',
  source: 'Bellec et al. 2020, Nature Communications 11:3625, eq. 3, 4, 21–25; adaptive feedback after Kolen & Pollack 1994',
  examples: [
    { cell: 'LIF', plasticity: taught },
    { cell: 'ALIF', plasticity: taught },
    {
      cell: 'ALIF',
      form: 'random feedback',
      plasticity: ({ readout: from, feedback, optimizer }) => eprop({ from, optimizer, through: { feedback } }),
    },
  ],
};

export const deltaRuleSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'deltaRule',
  title: 'delta rule',
  approximates: 'Nothing: it is the exact gradient of a readout with respect to its own weights.',
  cells: 'integrator',
  fits: 'Readouts, below which any rule may learn. Alone it is the control that shows what the hidden layer adds.',
  source: 'Widrow & Hoff 1960; with the leak of the readout Bellec et al. 2020, Nature Communications 11:3625',
  examples: [{ cell: 'readout', synapses: 'feedforward', plasticity: ({ readout: from, optimizer }) => deltaRule({ from, optimizer }) }],
};
