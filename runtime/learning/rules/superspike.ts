import type { ErrorSignal, Kernel, LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface SuperSpikeOptions {
  /** the spiking population with a loss ('squared') whose spikes have targets */
  readonly from: string;
  /** published: rmaxprop, moved every 0.5 s */
  readonly optimizer: Optimizer;
  /** its own error ('direct', default), or for hidden neurons the readout weights ('transpose') or a feedback, random or uniform */
  readonly through?: ErrorSignal['through'];
  /** α, of traces and errors alike; default the published double exponential of 5 and 10 ms */
  readonly kernel?: Kernel;
}

const published: Kernel = { kind: 'doubleExponential', rise: 5, decay: 10 };

/**
 * SuperSpike (Zenke & Ganguli 2018, eq. 14–18): G_ij = Σ_t e_j · α ∗ (σ′(u_j) ε_i), e = B α ∗ (z − z*), the gradient of ½ Σ (α ∗ (z − z*))² with the reset and the
 * recurrence dropped. ε is the trace behind the neuron's synaptic current (published: tau 5 ms, tauMem 10 ms, order 'tickBefore', 'unitPeak'), σ′ the
 * surrogate fastSigmoid.
 */
export const superSpike = ({ from, optimizer, through = 'direct', kernel = published }: SuperSpikeOptions): LearningRule => ({
  terms: [
    {
      trace: { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } },
      filter: kernel,
      signal: { of: 'error', from, through, filter: kernel },
    },
  ],
  optimizer,
});

export const superSpikeSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'superSpike',
  title: 'SuperSpike',
  approximates: 'The reset and the recurrence in the trace, and in hidden layers all but the error of the tick: what is left is local.',
  cells: 'LIF with double-exponential synapses (CUBA)',
  fits: 'Spikes at given times, by the van Rossum distance. Let weights move much less often than the kernel is wide, and with RMaxProp.',
  source: 'Zenke & Ganguli 2018, Neural Computation 30:1514, eq. 14–19',
  examples: [{ cell: 'CUBA', plasticity: ({ readout: from, optimizer }) => superSpike({ from, optimizer, through: 'transpose' }) }],
};
