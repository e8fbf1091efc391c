import { type Activity, type EpropOptions, type Gradient, type Model, restState, type Trial } from '../../../runtime/oracle/index.ts';

const f = Math.fround;

/** Σ x W of a row in float32, every product and sum rounded. */
function project(x: ArrayLike<number>, W: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(columns);
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) for (let j = 0; j < columns; j++) out[j] += f(x[i] * W[i * columns + j]);
  return out;
}

/** The run of a LIF network, squared loss and no refractory period, in float32 throughout. (sheet 1.3) */
export function singleForward(model: Model, trial: Trial): Activity {
  const { inputs, neurons: n, outputs: m, surrogate, weights } = model;
  const [alpha, kappa, scale, gain, thr] = [model.alpha, model.kappa, model.inputScale, model.readoutGain, model.threshold].map(f);
  const [wIn, wRec, wOut] = [weights.wIn, weights.wRec, weights.wOut].map((values) => Float32Array.from(values));
  const rows = () => new Float64Array(trial.ticks * n);
  const activity = { v: rows(), a: rows(), A: rows().fill(thr), psi: rows(), z: rows(), y: new Float64Array(trial.ticks * m) };
  const error = new Float64Array(trial.ticks * m);
  const spikeCounts = new Float64Array(n);
  const v = new Float32Array(n);
  const y = new Float32Array(m);
  let z = new Float64Array(n);
  let loss = 0;
  for (let t = 0; t < trial.ticks; t++) {
    const fed = project(trial.inputs.subarray(t * inputs, (t + 1) * inputs), wIn, n);
    const recurrent = project(z, wRec, n);
    z = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      const reset = t > 0 ? f(thr * activity.z[(t - 1) * n + j]) : 0;
      v[j] = f(f(f(alpha * v[j]) + f(scale * f(fed[j] + recurrent[j]))) - reset);
      activity.v[t * n + j] = v[j];
      activity.psi[t * n + j] = f(f(surrogate.height) * Math.max(0, f(1 - f(Math.abs(f(v[j] - thr)) / thr))));
      z[j] = v[j] >= thr ? 1 : 0;
      spikeCounts[j] += z[j];
    }
    activity.z.set(z, t * n);
    const out = project(z, wOut, m);
    for (let k = 0; k < m; k++) {
      y[k] = f(f(kappa * y[k]) + f(gain * out[k]));
      activity.y[t * m + k] = y[k];
      const difference = f(y[k] - f(trial.targets[t * m + k]));
      error[t * m + k] = difference;
      loss = f(loss + f(0.5 * f(difference * difference)));
    }
  }
  return { trial, ...activity, error, loss, spikeCounts, before: restState(model), after: restState(model) };
}

/** e-prop on such a run, in float32 throughout; the gradient of each trial, regularization included. (sheet 6.2, 6.5) */
export function singleEprop(model: Model, activity: Activity, { regularization }: EpropOptions): Gradient {
  const { inputs, neurons: n, outputs: m, connected } = model;
  const [alpha, kappa, scale, gain] = [model.alpha, model.kappa, model.inputScale, model.readoutGain].map(f);
  const { trial, psi, z, error, spikeCounts } = activity;
  const sources = inputs + n;
  const pre = new Float32Array(sources);
  const [filtered, G, total] = [0, 0, 0].map(() => new Float32Array(n * sources));
  const spikes = new Float32Array(n);
  const wOut = new Float32Array(n * m);
  for (let t = 0; t < trial.ticks; t++) {
    for (let i = 0; i < sources; i++) {
      const x = i < inputs ? trial.inputs[t * inputs + i] : t > 0 ? z[(t - 1) * n + i - inputs] : 0;
      pre[i] = f(f(alpha * pre[i]) + f(scale * x));
    }
    for (let j = 0; j < n; j++) {
      let L = 0;
      for (let k = 0; k < m; k++) L = f(L + f(error[t * m + k] * f(model.feedback[k * n + j])));
      const slope = psi[t * n + j];
      for (let i = 0; i < sources; i++) {
        const s = j * sources + i;
        const e = f(slope * pre[i]);
        filtered[s] = f(f(kappa * filtered[s]) + f(gain * e));
        G[s] = f(G[s] + f(L * filtered[s]));
        total[s] = f(total[s] + e);
      }
      spikes[j] = f(f(kappa * spikes[j]) + f(gain * z[t * n + j]));
      for (let k = 0; k < m; k++) wOut[j * m + k] = f(wOut[j * m + k] + f(spikes[j] * error[t * m + k]));
    }
  }
  const { strength, target } = regularization!;
  const learned = (i: number, j: number) => {
    const pull = f(f(strength * f(f(spikeCounts[j] / trial.ticks) - target)) / trial.ticks);
    return f(G[j * sources + i] + f(pull * total[j * sources + i]));
  };
  const matrix = (rows: number, from: number) =>
    Float64Array.from({ length: rows * n }, (_, s) => learned(from + Math.floor(s / n), s % n));
  const wRec = matrix(n, inputs).map((g, s) => (connected[s] === 1 ? g : 0));
  return { wIn: matrix(inputs, 0), wRec, wOut: Float64Array.from(wOut) };
}
