import { raise } from '../errors.ts';

/**
 * The recurrent spiking network of the oracle (an LSNN, Bellec et al. 2020) as plain float64 data. Everything that changes a
 * gradient is a number or a named convention here, so that nothing is left to an implementation's taste.
 * Matrices are row-major [pre][post].
 */
export interface Model {
  /** number of input channels */
  readonly inputs: number;
  /** number of recurrent neurons */
  readonly neurons: number;
  /** number of readouts */
  readonly outputs: number;
  readonly weights: Weights;
  /** (outputs, neurons): B of the learning signal L_j = Σ_k err_k B_kj when the feedback is 'random' */
  readonly feedback: Float64Array;
  /** (neurons, neurons): 1 where a recurrent synapse exists; elsewhere the weight is 0 and stays 0 */
  readonly connected: Uint8Array;
  /** membrane decay exp(−dt/τ_m) */
  readonly alpha: number;
  /** readout decay exp(−dt/τ_out) */
  readonly kappa: number;
  /** adaptation decay exp(−dt/τ_a) */
  readonly rho: number;
  readonly threshold: number;
  /** (neurons): strength of adaptation; 0 makes the neuron LIF */
  readonly beta: Float64Array;
  readonly surrogate: Surrogate;
  /** c_in: factor of the input current and of the presynaptic trace; 1 or 1 − α */
  readonly inputScale: number;
  /** factor of the spikes on their way into the readout and of e on its way into the filtered trace; 1 or 1 − κ */
  readonly readoutGain: number;
  /** n_ref: a spike is followed by n_ref − 1 silent ticks; 0 and 1 both mean none */
  readonly refractory: number;
  readonly loss: Loss;
}

/** The plastic matrices, each [pre][post]; a gradient ∂E/∂W has the same shape. */
export interface Weights {
  /** (inputs, neurons) */
  readonly wIn: Float64Array;
  /** (neurons, neurons) */
  readonly wRec: Float64Array;
  /** (neurons, outputs) */
  readonly wOut: Float64Array;
}

/**
 * Triangular pseudo-derivative ψ = height · max(0, 1 − |v − A| / width) (Bellec et al. 2018). The reference code of e-prop has
 * height γ/thr and width thr; ReckOn has height γ; other code lets the width follow the adaptive threshold A.
 */
export interface Surrogate {
  /** ψ at v = A */
  readonly height: number;
  /** |v − A| at which ψ becomes 0: the resting threshold thr or the adaptive threshold A */
  readonly width: 'threshold' | 'adaptive';
}

/** 'squared': E = ½ Σ_k (y_k − y*_k)² · 'crossEntropy': E = −Σ_k y*_k log softmax(y)_k */
export type Loss = 'squared' | 'crossEntropy';

/** What the network is shown and asked for in one run from a defined state. */
export interface Trial {
  readonly ticks: number;
  /** (ticks, inputs) */
  readonly inputs: Float64Array;
  /** (ticks, outputs) */
  readonly targets: Float64Array;
  /** (ticks): factor of the loss of each tick, and so of its error; default 1 */
  readonly importance?: Float64Array;
}

function demandLength(path: string, array: ArrayLike<number>, expected: number): void {
  if (array.length !== expected) {
    raise('ERR_SHAPE', { path, what: 'an array', expected, value: array.length, remedy: 'lay the matrix out row by row, [pre][post]' });
  }
}

/** Throws unless every array has its shape and absent synapses weigh 0: typed arrays read past their end give NaN, not an error. */
export function checkModel(model: Model): void {
  const { inputs, neurons, outputs, weights } = model;
  demandLength('weights.wIn', weights.wIn, inputs * neurons);
  demandLength('weights.wRec', weights.wRec, neurons * neurons);
  demandLength('weights.wOut', weights.wOut, neurons * outputs);
  demandLength('feedback', model.feedback, outputs * neurons);
  demandLength('connected', model.connected, neurons * neurons);
  demandLength('beta', model.beta, neurons);
  for (let s = 0; s < weights.wRec.length; s++) {
    if (model.connected[s] === 0 && weights.wRec[s] !== 0) {
      const path = `weights.wRec[${s}]`;
      raise('ERR_OUT_OF_RANGE', {
        path,
        bound: '0 where connected is 0',
        value: weights.wRec[s],
        remedy: 'connect it or clear the weight',
      });
    }
  }
}

/** Throws unless the trial fits the model. */
export function checkTrial(model: Model, trial: Trial): void {
  demandLength('inputs', trial.inputs, trial.ticks * model.inputs);
  demandLength('targets', trial.targets, trial.ticks * model.outputs);
  if (trial.importance) demandLength('importance', trial.importance, trial.ticks);
}
