import type { ErrorSignal, LearningRule, Optimizer } from '../rule.ts';
import type { RuleSheet } from '../sheet.ts';
import { epropTrace } from './eprop.ts';

/** Where OTTT takes the error of the tick from: a readout above the layer, or the layer above. */
export type OtttLayer = { readonly readout: string; readonly through?: ErrorSignal['through'] } | { readonly below: string };

/**
 * Online training through time (Xiao et al. 2022, eq. 8–10): G = Σ_t (error of the tick, down through the layers) · ψ ⊗ a, a ← λ a + s the presynaptic trace with
 * the leak of the membrane; neither reset nor time in the signal. For layers without recurrence.
 */
export const ottt = (layer: OtttLayer, optimizer: Optimizer): LearningRule => ({
  terms: [
    {
      trace: epropTrace,
      signal:
        'readout' in layer
          ? { of: 'error', from: layer.readout, through: layer.through ?? 'transpose' }
          : { of: 'signal', from: layer.below },
    },
  ],
  optimizer,
});

export interface EtlpOptions {
  /** the population whose label teaches */
  readonly from: string;
  /** a fixed random feedback from it */
  readonly feedback: string;
  readonly optimizer: Optimizer;
}

/**
 * Event-based three-factor local plasticity (Quintana et al. 2024, eq. 6–9): the trace of e-prop without its filter, and L = B y* at the ticks of a teaching event; the
 * importance of all other ticks is 0.
 */
export const etlp = ({ from, feedback, optimizer }: EtlpOptions): LearningRule => ({
  terms: [{ trace: epropTrace, signal: { of: 'target', from, through: { feedback } } }],
  optimizer,
});

/** e-prop 2 (Bellec et al. 2019, section 3.2), executed: the trace of e-prop, and L_j the value of neuron j of a learned error network. */
export const eprop2 = ({ module, optimizer }: { readonly module: string; readonly optimizer: Optimizer }): LearningRule => ({
  terms: [{ trace: epropTrace, signal: { of: 'value', from: module } }],
  optimizer,
});

export const otttSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'ottt',
  title: 'OTTT',
  approximates:
    'Time in the learning signal, and the reset: only the leak of the membrane is kept, which makes the trace of a synapse the product of one value before it and one behind it.',
  cells: 'LIF, layer by layer',
  fits: 'Deep networks of layers without recurrence, rates or short spike trains. Nothing is kept a synapse but the gradient.',
  source: 'Xiao et al. 2022, NeurIPS, eq. 8–10',
  examples: [{ cell: 'LIF', synapses: 'feedforward', plasticity: ({ readout, optimizer }) => ottt({ readout }, optimizer) }],
};

export const etlpSheet: RuleSheet = {
  kind: 'sheet',
  rule: 'etlp',
  title: 'ETLP',
  approximates:
    'The error: the label itself teaches, through fixed random weights, at the ticks of a teaching event. The trace is that of e-prop, unfiltered.',
  cells: 'LIF and ALIF',
  fits: 'Classification on event-driven hardware whose label is an event. Give the ticks without one the importance 0.',
  source: 'Quintana et al. 2024, Neuromorphic Computing and Engineering, eq. 6–9',
  examples: (['LIF', 'ALIF'] as const).map((cell) => ({
    cell,
    plasticity: ({ readout: from, feedback, optimizer }) => etlp({ from, feedback, optimizer }),
  })),
};

export const eprop2Sheet: RuleSheet = {
  kind: 'sheet',
  rule: 'eprop2',
  title: 'e-prop 2',
  approximates:
    'Whatever the error network has not learned: with exact signals it is BPTT. The error network is executed here, not trained; it comes from an outer loop.',
  cells: 'LIF and ALIF',
  fits: 'Learning from one demonstration within a family of tasks that the error network knows.',
  source: 'Bellec et al. 2019, arXiv:1901.09049, section 3.2',
  examples: [{ cell: 'ALIF', plasticity: ({ module, optimizer }) => eprop2({ module, optimizer }) }],
};
