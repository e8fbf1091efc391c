import type { LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

export interface BpttOptions {
  /** the population whose error is propagated back */
  readonly from: string;
  readonly optimizer: Optimizer;
  /** whether the reset of a spiking neuron is differentiated (default) or taken for a constant */
  readonly reset?: 'differentiated' | 'detached';
}

/**
 * Backpropagation through time (Werbos 1990; with pseudo-derivatives ψ for spikes), over the ticks of `learning.window`, backwards:
 * dy^t = err^t + Σ w dI^{t+delay} + R ds^{t+1}, ds^t = C dy^t + A ds^{t+1}, dI^t = B ds^t + E dy^t, G_ij = Σ_t x_i^{t−delay} dI_j^t, through every projection and state
 * between the synapse and the error. It waits for the end of a window, so it is a yardstick and a way to train on recorded data before a
 * network goes on online. Every plastic projection takes it, but those into a readout may keep the delta rule.
 */
export const bptt = ({ from, optimizer, reset = 'differentiated' }: BpttOptions): LearningRule => ({
  terms: [
    {
      trace: { kind: 'adjoint', keep: { adaptation: true, reset: reset === 'differentiated', recurrence: 'all' } },
      signal: { of: 'error', from, through: 'transpose' },
    },
  ],
  optimizer,
});

const window = { learning: { window: 64, block: 1 } } as const;

export const bpttSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'bptt',
  title: 'BPTT',
  approximates: 'Nothing within a window; what happened before it is left out.',
  cells: 'LIF and ALIF, with or without a synaptic current, rate, SNU, LSTM, GRU, in any number of layers',
  fits: 'Recorded data, before a network goes on online, and as the yardstick of all others. It learns nothing until a window is full, and keeps a history of it.',
  source: 'Werbos 1990, Proceedings of the IEEE 78:1550–1560',
  examples: (['LIF', 'ALIF', 'rate', 'sSNU', 'LSTM', 'GRU'] as const).map((cell) => ({
    cell,
    plasticity: ({ readout: from, optimizer }) => bptt({ from, optimizer }),
    ...window,
  })),
};
