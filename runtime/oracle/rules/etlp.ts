import type { Activity } from '../forward.ts';
import { type Gradient, zeroGradient } from '../gradient.ts';
import type { Model } from '../model.ts';
import { eligibilities } from './eligibilities.ts';

/**
 * Event-based three-factor local plasticity (Quintana et al. 2023; sheet 6.26): the trace of e-prop without its filter, read when a
 * label arrives, times the label through a fixed random matrix:
 *   G_ij = Σ_{t: label} (Σ_k B_kj y*_k^t) e_ij^t
 * The readout learns its error at the same ticks from the spikes of the tick. `labeled` says when labels arrive.
 */
export function etlp(model: Model, activity: Activity, labeled: (tick: number) => boolean): Gradient {
  const { inputs, neurons: n, outputs: m, connected, feedback } = model;
  const { trial, error, z } = activity;
  const sources = inputs + n;
  const gradient = zeroGradient(model);
  let t = 0;
  for (const { plain } of eligibilities(model, activity)) {
    if (labeled(t)) {
      for (let j = 0; j < n; j++) {
        let L = 0;
        for (let k = 0; k < m; k++) {
          L += trial.targets[t * m + k] * feedback[k * n + j];
          gradient.wOut[j * m + k] += error[t * m + k] * z[t * n + j];
        }
        for (let i = 0; i < inputs; i++) gradient.wIn[i * n + j] += L * plain[j * sources + i];
        for (let i = 0; i < n; i++) if (connected[i * n + j] === 1) gradient.wRec[i * n + j] += L * plain[j * sources + inputs + i];
      }
    }
    t++;
  }
  return gradient;
}
