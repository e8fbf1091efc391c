import type { LearningRule, Optimizer, PotentialSignal, Trace } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';

const trace: Trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } };

export interface DecolleOptions {
  /** the layer's own readout: an integrator with tau 0 behind a projection that is not plastic */
  readonly readout: string;
  /** published: adamax with beta1 0 and beta2 0.95, moved at every tick */
  readonly optimizer: Optimizer;
  /** keeps potentials neither all high nor all low; default none */
  readonly bounds?: Omit<PotentialSignal, 'of'>;
}

/**
 * Deep continuous local learning (Kaiser, Mostafa & Neftci 2020, eq. 9–12): every layer has a fixed random readout and a loss of its own,
 * G_ij = Σ_t (Σ_k g_jk err_k) σ′(u_j) P_i, with P the trace behind the neuron's synaptic current, and no gradient between layers or ticks. The neurons: alif
 * with threshold 0, reset 'none', a synapse and inputs scaled by one minus the decay; tauAdapt and beta are the refractory trace; gate 'output' is the bias.
 */
export const decolle = ({ readout, optimizer, bounds }: DecolleOptions): LearningRule => ({
  terms: [
    { trace, signal: { of: 'error', from: readout, through: 'transpose' } },
    ...(bounds === undefined ? [] : [{ trace, signal: { of: 'potential', ...bounds } } as const]),
  ],
  optimizer,
});

export const decolleSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'decolle',
  title: 'DECOLLE',
  approximates:
    'Everything between layers and between ticks: a layer learns from its own random readout, and its trace is the presynaptic one.',
  cells: 'LIF with filtered synapses (CUBA)',
  fits: 'Deep feedforward stacks on event streams, convolutions among them: a shared weight keeps nothing but its gradient. Leave out the first ticks (importance 0), and mind the scale of weights: traces are at most 1.',
  source: 'Kaiser, Mostafa & Neftci 2020, Frontiers in Neuroscience 14:424, eq. 9–12',
  examples: [
    { cell: 'CUBA', synapses: 'feedforward', plasticity: ({ readout, optimizer }) => decolle({ readout, optimizer }) },
    {
      cell: 'CUBA',
      synapses: 'feedforward',
      form: 'bounded',
      plasticity: ({ readout, optimizer }) =>
        decolle({ readout, optimizer, bounds: { above: { level: -0.01, strength: 1e-3 }, below: { level: 0.1, strength: 3e-6 } } }),
    },
  ],
};
