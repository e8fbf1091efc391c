import type { ErrorSignal, LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface RfloOptions {
  /** the readout whose error teaches */
  readonly from: string;
  readonly optimizer: Optimizer;
  /** B: a fixed random feedback (local, as published), or 'transpose' */
  readonly through: Exclude<ErrorSignal['through'], 'direct'>;
}

/**
 * Random feedback local online learning (Murray 2019, eq. 7–8): p_ij ← (1 − 1/τ) p_ij + φ′(u_j) h_i/τ, G_ij = Σ_t (B err)_j p_ij: RTRL of a rate network with its
 * recurrence dropped and a random broadcast of the error.
 */
export const rflo = ({ from, optimizer, through }: RfloOptions): LearningRule => ({
  terms: [
    { trace: { kind: 'influence', keep: { adaptation: true, reset: true, recurrence: 'none' } }, signal: { of: 'error', from, through } },
  ],
  optimizer,
});

export const rfloSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'rflo',
  title: 'RFLO',
  approximates:
    'The recurrent weights in the trace, and the readout weights in the signal: both are dropped or replaced by random ones. What is left is local.',
  cells: 'rate',
  fits: 'Rate networks that are rich already (recurrent weights near the edge of chaos): feedback aligns, the gradient need not.',
  source: 'Murray 2019, eLife 8:e43299, eq. 7–8',
  examples: [{ cell: 'rate', plasticity: ({ readout: from, feedback, optimizer }) => rflo({ from, optimizer, through: { feedback } }) }],
};
