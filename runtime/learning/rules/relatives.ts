import type { ErrorSignal, LearningRule, Optimizer } from '../rule.ts';
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
