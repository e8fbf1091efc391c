import { type Activity, spikesBefore } from './forward.ts';
import type { Gradient } from './gradient.ts';
import type { Model } from './model.ts';
import { type Feedback, feedbackMatrix, readoutGradient } from './readout.ts';

/** Firing-rate regularization E = ½ c Σ_j (f_j − f*)², f_j in spikes per tick: G += c (f_j − f*)/T Σ_t e_ji. (sheet 6.5) */
export interface RateRegularization {
  /** c */
  readonly strength: number;
  /** f* */
  readonly target: number;
  /** 'unfiltered' (default): e, as derived; 'filtered': ē, a frequent mistake */
  readonly trace?: 'unfiltered' | 'filtered';
}

export interface EpropOptions {
  /** where L_j = Σ_k err_k B_kj comes from; default 'symmetric' */
  readonly feedback?: Feedback;
  /** (ticks, neurons): a learning signal of its own in place of B err, e.g. the exact dE/dz of {@link bptt} */
  readonly signal?: Float64Array;
  /**
   * 'readout' (default): ē = κ ē + g e, the leak and gain of the readout · 'unitGain': ē = κ ē + e (newer NEST models, ReckOn) ·
   * 'none': ē = e
   */
  readonly filter?: 'readout' | 'unitGain' | 'none';
  /** 'detached' (default): the reset is a constant · 'kept': the trace follows the neuron's own reset (OSTL without H) */
  readonly reset?: 'detached' | 'kept';
  /** 'exact' (default): ε_a decays with ρ − βψ · 'leakOnly': with ρ · 'dropped': no ε_a, the trace of a LIF neuron */
  readonly adaptation?: 'exact' | 'leakOnly' | 'dropped';
  readonly regularization?: RateRegularization;
  /** continue from here and advance it in place, for trials run in windows */
  readonly traces?: EpropTraces;
}

/**
 * What e-prop remembers between two ticks. Traces of synapses are (neurons, inputs + neurons), post-major: the coefficients of
 * the updates belong to the postsynaptic row, so each row is one pass over contiguous memory.
 */
export interface EpropTraces {
  /** (inputs + neurons): presynaptic traces x̄ and z̄ */
  readonly pre: Float64Array;
  /** ε_v − pre, what the neuron's own resets took from ε_v; 0 unless the reset is 'kept' */
  readonly resets: Float64Array;
  /** ε_a */
  readonly adaptation: Float64Array;
  /** e */
  readonly eligibility: Float64Array;
  /** ē */
  readonly filtered: Float64Array;
  /** (neurons): ẑ */
  readonly filteredSpikes: Float64Array;
}

export function zeroTraces(model: Model): EpropTraces {
  const sources = model.inputs + model.neurons;
  const matrix = () => new Float64Array(model.neurons * sources);
  return {
    pre: new Float64Array(sources),
    resets: matrix(),
    adaptation: matrix(),
    eligibility: matrix(),
    filtered: matrix(),
    filteredSpikes: new Float64Array(model.neurons),
  };
}

/**
 * e-prop, written from the local rule: its trace shares no line with {@link rtrl}, which must agree with it (Bellec et al. 2020,
 * eqs. 22–25; sheet 6.2, 6.3 and steps 7, 8 and 10 of the canonical tick 1.3):
 *   pre_i^t = α pre_i^{t−1} + c_in x_i^t  (recurrent: z_i^{t−1})
 *   e_ji^t = ψ_j^t (pre_i^t − β_j ε_ji^t),  ε_ji^{t+1} = ρ ε_ji^t + e_ji^t
 *   ē_ji^t = κ ē_ji^{t−1} + g e_ji^t,  L_j^t = Σ_k err_k^t B_kj,  G_ij = Σ_t L_j^t ē_ji^t + c (f_j − f*)/T Σ_t e_ji^t
 */
export function eprop(model: Model, activity: Activity, options: EpropOptions = {}): Gradient {
  const { feedback = 'symmetric', filter = 'readout', regularization } = options;
  const { inputs, neurons: n, outputs: m, alpha, inputScale, kappa, readoutGain } = model;
  const { trial, psi, error } = activity;
  const sources = inputs + n;
  const traces = options.traces ?? zeroTraces(model);
  const B = feedbackMatrix(model, feedback);
  const gain = filter === 'unitGain' ? 1 : readoutGain;
  const regularized = regularization && regularization.strength !== 0;
  const credited = filter === 'none' ? traces.eligibility : traces.filtered;
  const summed = regularization?.trace === 'filtered' ? credited : traces.eligibility;
  const G = new Float64Array(n * sources);
  const total = new Float64Array(regularized ? n * sources : 0);

  for (let t = 0; t < trial.ticks; t++) {
    const before = spikesBefore(model, activity, t);
    for (let i = 0; i < inputs; i++) traces.pre[i] = alpha * traces.pre[i] + inputScale * trial.inputs[t * inputs + i];
    for (let i = 0; i < n; i++) traces.pre[inputs + i] = alpha * traces.pre[inputs + i] + inputScale * before[i];
    for (let j = 0; j < n; j++) {
      const row = j * sources;
      advanceEligibility(model, traces, options, j, psi[t * n + j]);
      if (filter !== 'none') lowPass(traces.filtered, traces.eligibility, kappa, gain, row, sources);
      let L = 0;
      if (options.signal) L = options.signal[t * n + j];
      else for (let k = 0; k < m; k++) L += error[t * m + k] * B[k * n + j];
      if (L !== 0) accumulate(G, credited, L, row, sources);
      if (regularized && (summed === credited || psi[t * n + j] !== 0)) accumulate(total, summed, 1, row, sources);
    }
  }
  if (regularized) {
    for (let j = 0; j < n; j++) {
      const rate = activity.spikeCounts[j] / trial.ticks;
      accumulate(G, total, (regularization.strength * (rate - regularization.target)) / trial.ticks, j * sources, sources);
    }
  }
  return { ...toPreMajor(model, G), wOut: readoutGradient(model, activity, traces.filteredSpikes) };
}

/**
 * e ← ψ (ε_v − β ε_a), which reads the old ε_a, then ε_a ← ρ ε_a + e; for the synapses onto neuron j. ε_v is the presynaptic trace
 * unless the reset is kept: then ε_v ← α ε_v − thr e + c_in x, whose deviation d from the presynaptic trace is d ← α d − thr e.
 */
function advanceEligibility(model: Model, traces: EpropTraces, options: EpropOptions, j: number, psi: number): void {
  const { rho, alpha, threshold } = model;
  const { pre, resets, adaptation, eligibility } = traces;
  const sources = pre.length;
  const row = j * sources;
  const beta = options.adaptation === 'dropped' ? 0 : model.beta[j];
  const keptReset = options.reset === 'kept';
  if (keptReset) for (let s = row; s < row + sources; s++) resets[s] = alpha * resets[s] - threshold * eligibility[s];
  if (psi === 0) {
    eligibility.fill(0, row, row + sources);
    if (beta !== 0) for (let s = row; s < row + sources; s++) adaptation[s] *= rho;
    return;
  }
  for (let s = 0; s < sources; s++) {
    const voltage = keptReset ? pre[s] + resets[row + s] : pre[s];
    const e = psi * (voltage - beta * adaptation[row + s]);
    eligibility[row + s] = e;
    if (beta !== 0) adaptation[row + s] = rho * adaptation[row + s] + (options.adaptation === 'leakOnly' ? psi * voltage : e);
  }
}

/** ē ← κ ē + g e */
function lowPass(filtered: Float64Array, x: Float64Array, decay: number, gain: number, row: number, length: number): void {
  for (let s = row; s < row + length; s++) filtered[s] = decay * filtered[s] + gain * x[s];
}

/** G ← G + factor · x */
function accumulate(G: Float64Array, x: Float64Array, factor: number, row: number, length: number): void {
  for (let s = row; s < row + length; s++) G[s] += factor * x[s];
}

/** (post, sources) → the matrices of the model, [pre][post]; absent synapses learn nothing. */
function toPreMajor(model: Model, G: Float64Array): { wIn: Float64Array; wRec: Float64Array } {
  const { inputs, neurons: n, connected } = model;
  const wIn = new Float64Array(inputs * n);
  const wRec = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const row = j * (inputs + n);
    for (let i = 0; i < inputs; i++) wIn[i * n + j] = G[row + i];
    for (let i = 0; i < n; i++) if (connected[i * n + j] === 1) wRec[i * n + j] = G[row + inputs + i];
  }
  return { wIn, wRec };
}
