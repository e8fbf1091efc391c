import type { LearningRule, Optimizer } from '../rule.ts';
import type { RuleExample, RuleSheet } from '../sheet.ts';
import { epropTrace } from './eprop.ts';

export interface Eprop3Options {
  /** the population whose error teaches */
  readonly from: string;
  readonly optimizer: Optimizer;
}

/**
 * e-prop 3 (Bellec et al. 2019, arXiv:1901.09049): G_ij = Σ_t L_j(t) e_ij(t), with the trace of e-prop, carried over the borders of windows, and
 * L_j(t) = dE/dz_j(t) by a pass backwards over `learning.window`, which begins with what `learning.border` predicts of all later windows (synthetic gradients).
 * The predictions are populations; by the delta rule they learn what the next window charged.
 */
export const eprop3 = ({ from, optimizer }: Eprop3Options): LearningRule => ({
  terms: [{ trace: epropTrace, signal: { of: 'window', from } }],
  optimizer,
});

const example = (cell: 'LIF' | 'ALIF', form?: string): RuleExample => ({
  cell,
  ...(form !== undefined && { form }),
  plasticity: ({ readout: from, optimizer }) => eprop3({ from, optimizer }),
  learning: {
    window: 16,
    ...(form === undefined && {
      border: {
        hidden: { output: 'laterOutput', membrane: 'laterMembrane', ...(cell === 'ALIF' && { adaptation: 'laterAdaptation' }) },
        readout: { state: 'laterReadout' },
      },
    }),
  },
});

export const eprop3Sheet: RuleSheet = {
  kind: 'sheet',
  rule: 'eprop3',
  title: 'e-prop 3',
  approximates:
    'What the predictions at the border of a window have not learned: with exact ones it is BPTT, with none it is truncated BPTT, helped by traces that go on over the border.',
  cells: 'LIF and ALIF',
  fits: 'Sequences that are longer than the window a backward pass can hold. Predictions are linear in what their projections bring: let them see all that the states of the border know, filtered by a leak of their own.',
  source: 'Bellec et al. 2019, arXiv:1901.09049, e-prop 3; synthetic gradients after Jaderberg et al. 2017',
  examples: [example('LIF'), example('LIF', 'no border'), example('ALIF')],
};
