import type { LearningRule, Optimizer } from '../rule.ts';

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
