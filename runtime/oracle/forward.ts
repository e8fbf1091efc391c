import { lossOfTick } from './loss.ts';
import { checkModel, checkTrial, type Model, type Trial } from './model.ts';

/** Everything a run remembers between two ticks. */
export interface State {
  /** (neurons): membrane v */
  readonly v: Float64Array;
  /** (neurons): adaptation a */
  readonly a: Float64Array;
  /** (neurons): spikes of the last tick */
  readonly z: Float64Array;
  /** (neurons): refractory counter r */
  readonly r: Float64Array;
  /** (outputs): readout y */
  readonly y: Float64Array;
}

/** The whole history of one run: what every gradient of the oracle is computed from. Rows are ticks. */
export interface Activity {
  readonly trial: Trial;
  /** (ticks, neurons): membrane */
  readonly v: Float64Array;
  /** (ticks, neurons): adaptation a */
  readonly a: Float64Array;
  /** (ticks, neurons): adaptive threshold A = thr + β a */
  readonly A: Float64Array;
  /** (ticks, neurons): pseudo-derivative ∂z/∂v, 0 while refractory */
  readonly psi: Float64Array;
  /** (ticks, neurons): spikes */
  readonly z: Float64Array;
  /** (ticks, outputs): readouts */
  readonly y: Float64Array;
  /** (ticks, outputs): ∂E/∂y of the tick, importance included */
  readonly error: Float64Array;
  readonly loss: number;
  /** (neurons): spikes of the run */
  readonly spikeCounts: Float64Array;
  readonly before: State;
  readonly after: State;
}

/** Spikes and pseudo-derivatives of another implementation, (ticks, neurons) each. */
export interface Recording {
  readonly z: ArrayLike<number>;
  readonly psi: ArrayLike<number>;
}

export interface ForwardOptions {
  /**
   * 'hard' (default): a step and the model's surrogate. 'smooth': z = 1/(1 + exp(−6(v − A))) with its true derivative and no
   * refractory period, so that the loss is differentiable and finite differences mean something.
   */
  readonly spike?: 'hard' | 'smooth';
  /**
   * Take z and ψ from this record instead of deciding them. v, a, y and the error follow the record, so another implementation's
   * float32 run is compared at the same spikes: no threshold decision can differ, and chaos has no door to enter by.
   */
  readonly forced?: Recording;
  /** Start from here instead of from rest: a trial can be run in windows. */
  readonly state?: State;
}

/** Slope of the smooth spike. */
const SLOPE = 6;

/** v = a = z = r = y = 0. */
export function restState(model: Model): State {
  const { neurons, outputs } = model;
  const zeros = () => new Float64Array(neurons);
  return { v: zeros(), a: zeros(), z: zeros(), r: zeros(), y: new Float64Array(outputs) };
}

/** Row t − 1 of the spikes: what reaches the recurrent synapses at tick t. */
export function spikesBefore(model: Model, activity: Activity, t: number): Float64Array {
  const n = model.neurons;
  return t === 0 ? activity.before.z : activity.z.subarray((t - 1) * n, t * n);
}

/** ψ(v, A) outside the refractory period. (sheet 1.3, step 5) */
export function pseudoDerivative(model: Model, v: number, A: number): number {
  const { height, width } = model.surrogate;
  return height * Math.max(0, 1 - Math.abs(v - A) / (width === 'adaptive' ? A : model.threshold));
}

/**
 * Runs one trial by the canonical tick (sheet 1.3, steps 1–6, 9 and 10; neuron model of Bellec et al. 2020, Methods):
 *   v^t = α v^{t−1} + c_in (x^t W_in + z^{t−1} W_rec) − thr z^{t−1}
 *   a^t = ρ a^{t−1} + z^{t−1},  A^t = thr + β a^t
 *   z^t = [v^t ≥ A^t and r = 0],  y^t = κ y^{t−1} + g z^t W_out
 */
export function forward(model: Model, trial: Trial, options: ForwardOptions = {}): Activity {
  checkModel(model);
  checkTrial(model, trial);
  const { inputs, neurons: n, outputs: m, weights, alpha, kappa, rho, threshold, beta, inputScale, readoutGain, refractory } = model;
  const { spike = 'hard', forced, state: before = restState(model) } = options;
  const { ticks, importance } = trial;
  const rows = () => new Float64Array(ticks * n);
  const activity = { v: rows(), a: rows(), A: rows(), psi: rows(), z: rows(), y: new Float64Array(ticks * m) };
  const error = new Float64Array(ticks * m);
  const spikeCounts = new Float64Array(n);
  const v = before.v.slice();
  const a = before.a.slice();
  const r = before.r.slice();
  const y = before.y.slice();
  let z = before.z.slice();
  const current = new Float64Array(n);
  let loss = 0;

  for (let t = 0; t < ticks; t++) {
    current.fill(0);
    addProduct(current, trial.inputs.subarray(t * inputs, (t + 1) * inputs), weights.wIn);
    addProduct(current, z, weights.wRec);
    const row = t * n;
    for (let j = 0; j < n; j++) {
      v[j] = alpha * v[j] + inputScale * current[j] - threshold * z[j];
      a[j] = rho * a[j] + z[j];
      const A = threshold + beta[j] * a[j];
      activity.v[row + j] = v[j];
      activity.a[row + j] = a[j];
      activity.A[row + j] = A;
      r[j] = Math.max(0, r[j] - 1);
      let fired: number;
      let psi: number;
      if (forced) {
        fired = forced.z[row + j];
        psi = forced.psi[row + j];
      } else if (spike === 'smooth') {
        fired = 1 / (1 + Math.exp(-SLOPE * (v[j] - A)));
        psi = SLOPE * fired * (1 - fired);
      } else {
        const ready = r[j] === 0;
        fired = ready && v[j] >= A ? 1 : 0;
        psi = ready ? pseudoDerivative(model, v[j], A) : 0;
      }
      if (fired === 1) r[j] = refractory;
      activity.z[row + j] = fired;
      activity.psi[row + j] = psi;
      spikeCounts[j] += fired;
    }
    z = activity.z.slice(row, row + n);
    for (let k = 0; k < m; k++) y[k] *= kappa;
    addProduct(y, z, weights.wOut, readoutGain);
    activity.y.set(y, t * m);
    loss += lossOfTick(model, y, trial.targets, importance ? importance[t] : 1, error, t * m);
  }
  return { trial, ...activity, error, loss, spikeCounts, before, after: { v, a, z, r, y } };
}

/** out ← out + gain · x W, W being (x.length, out.length). Rows of silent presynaptic neurons are skipped. */
function addProduct(out: Float64Array, x: Float64Array, W: Float64Array, gain = 1): void {
  const width = out.length;
  for (let i = 0; i < x.length; i++) {
    const xi = gain * x[i];
    if (xi === 0) continue;
    const row = i * width;
    for (let j = 0; j < width; j++) out[j] += xi * W[row + j];
  }
}
