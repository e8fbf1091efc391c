import { type Activity, spikesBefore } from '../forward.ts';
import type { Model } from '../model.ts';

/** The traces of e-prop in one tick, each (neurons, inputs + neurons), post-major. They are views that the next tick overwrites. */
export interface Eligibility {
  /** e */
  readonly plain: Float64Array;
  /** ē = κ ē + g e */
  readonly filtered: Float64Array;
  /** ε_a after the tick */
  readonly adaptation: Float64Array;
  /** (inputs + neurons): ε_v */
  readonly pre: Float64Array;
}

/**
 * The eligibility traces themselves, tick by tick, for rules that multiply them by another signal than e-prop does. Written from the
 * equations of sheet 6.3 once more, without the options of {@link import('../eprop.ts').eprop}, which must agree.
 */
export function* eligibilities(model: Model, activity: Activity): Generator<Eligibility, void, undefined> {
  const { inputs, neurons: n, alpha, rho, beta, inputScale, kappa, readoutGain } = model;
  const { trial, psi } = activity;
  const sources = inputs + n;
  const pre = new Float64Array(sources);
  const matrix = () => new Float64Array(n * sources);
  const [plain, filtered, adaptation] = [matrix(), matrix(), matrix()];
  for (let t = 0; t < trial.ticks; t++) {
    const before = spikesBefore(model, activity, t);
    for (let i = 0; i < sources; i++) {
      pre[i] = alpha * pre[i] + inputScale * (i < inputs ? trial.inputs[t * inputs + i] : before[i - inputs]);
    }
    for (let s = 0; s < plain.length; s++) {
      const j = Math.floor(s / sources);
      plain[s] = psi[t * n + j] * (pre[s % sources] - beta[j] * adaptation[s]);
      adaptation[s] = rho * adaptation[s] + plain[s];
      filtered[s] = kappa * filtered[s] + readoutGain * plain[s];
    }
    yield { plain, filtered, adaptation, pre };
  }
}
