import { type EpropOptions, eprop } from '../eprop.ts';
import { type Activity, forward } from '../forward.ts';
import type { Gradient } from '../gradient.ts';
import type { Model } from '../model.ts';

/** What computes the learning signals of a learner from what it has done: (ticks, neurons). */
export type ErrorModule = (learner: Model, activity: Activity) => Float64Array;

/**
 * A second recurrent spiking network as error module: it sees the learner's inputs, spikes and targets, and each of its readouts is
 * the learning signal of one neuron. Its weights are trained elsewhere, over a family of tasks; here it is only executed.
 */
export function spikingModule(module: Model): ErrorModule {
  return ({ inputs, neurons: n, outputs: m }, { trial, z }) => {
    const width = inputs + n + m;
    const seen = new Float64Array(trial.ticks * width);
    for (let t = 0; t < trial.ticks; t++) {
      seen.set(trial.inputs.subarray(t * inputs, (t + 1) * inputs), t * width);
      seen.set(z.subarray(t * n, (t + 1) * n), t * width + inputs);
      seen.set(trial.targets.subarray(t * m, (t + 1) * m), t * width + inputs + n);
    }
    return forward(module, { ticks: trial.ticks, inputs: seen, targets: new Float64Array(trial.ticks * n) }).y;
  };
}

/** e-prop 2: the traces of e-prop with signals from an error module. (Bellec et al. 2019; sheet 6.1) */
export function eprop2(model: Model, activity: Activity, module: ErrorModule, filter: EpropOptions['filter'] = 'readout'): Gradient {
  return eprop(model, activity, { signal: module(model, activity), filter });
}
