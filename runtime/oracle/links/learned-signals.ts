import { eprop } from '../eprop.ts';
import { f1 } from '../fixtures/f1.ts';
import { matrix } from '../fixtures/fixture.ts';
import { forward } from '../forward.ts';
import { gradientError, relativeDifference } from '../gradient.ts';
import type { Model } from '../model.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';
import { eprop2, spikingModule } from '../rules/error-module.ts';
import { alignFeedback, misalignment } from '../rules/kolen-pollack.ts';
import { eprop3, exactBorders, forwardInWindows } from '../rules/windows.ts';
import { exactF1 } from './relatives.ts';

const ALGEBRA = 1e-12;
/** Truncation windows of e-prop 3, in ticks: neither divides the other, and 17 leaves a short last window. */
const WINDOWS = [10, 17] as const;

/** e-prop 2 and 3 with the parts that would be learned replaced by exact ones: then they are BPTT. */
export function learnedSignalRows(): VerifyRow[] {
  const { model, trial, activity, exact } = exactF1();
  const subject = { neuron: 'LIF+ALIF', feedback: 'exact dE/dz', oracle: 'BPTT' };
  const error = (gradient: typeof exact.gradient) => gradientError(gradient, exact.gradient, ['wIn', 'wRec']);
  const rows = [
    agree(
      { ...subject, rule: 'e-prop 2', claim: 'with dE/dz from its error module, equals BPTT' },
      error(eprop2(model, activity, () => exact.signal, 'none')),
      ALGEBRA,
    ),
    differ(
      { ...subject, rule: 'e-prop 2', claim: 'with an untrained spiking error module it does not' },
      error(eprop2(model, activity, spikingModule(moduleOf(model)))),
      ALGEBRA,
    ),
  ];
  for (const length of WINDOWS) {
    const windows = forwardInWindows(model, trial, length);
    const borders = exactBorders(model, windows);
    const nothing = windows.map(() => undefined);
    const about = { ...subject, rule: 'e-prop 3' };
    const fresh = { traces: 'fresh' } as const;
    const truncated = eprop3(model, windows, nothing);
    rows.push(
      agree(
        { ...about, claim: `windows of ${length}, exact synthetic gradient, traces carried: equals BPTT` },
        gradientError(eprop3(model, windows, borders), exact.gradient),
        ALGEBRA,
      ),
      agree(
        { ...about, claim: `windows of ${length}, exact synthetic gradient times ε at the border: equals BPTT` },
        gradientError(eprop3(model, windows, borders, fresh), exact.gradient),
        ALGEBRA,
      ),
      differ({ ...about, claim: `windows of ${length}, synthetic gradient 0: is truncated` }, error(truncated), ALGEBRA),
      differ(
        { ...about, claim: `windows of ${length}, synthetic gradient 0, traces not carried: is truncated` },
        error(eprop3(model, windows, nothing, fresh)),
        ALGEBRA,
      ),
      differ(
        { ...about, claim: `windows of ${length}, synthetic gradient of a window before: does not` },
        error(eprop3(model, windows, [...borders.slice(1), undefined])),
        ALGEBRA,
      ),
    );
  }
  return rows;
}

/** An error module for a learner, in closed form; as many readouts as the learner has neurons. */
export function moduleOf({ inputs, neurons, outputs }: Model): Model {
  const { model } = f1();
  const sources = inputs + neurons + outputs;
  return {
    ...model,
    inputs: sources,
    outputs: neurons,
    weights: {
      wIn: matrix(sources, model.neurons, (i, j) => 0.3 + 0.3 * Math.sin(1.1 * i + 0.7 * j)),
      wRec: model.weights.wRec,
      wOut: matrix(model.neurons, neurons, (j, k) => Math.cos(0.9 * j + 1.7 * k)),
    },
    feedback: matrix(neurons, model.neurons, () => 0),
  };
}

/** Adaptive feedback on F1: e-prop with B for 20 trials; B approaches W_outᵀ by the decay alone, whatever is learned. */
export function alignmentRows(): VerifyRow[] {
  const [updates, decay, rate] = [20, 0.05, 1e-3];
  const subject = { rule: 'e-prop', neuron: 'LIF+ALIF', feedback: 'adaptive', oracle: '(1 − λ)^k' };
  const { model, trial } = f1();
  const train = (updated: 'both' | 'readout') => {
    let current = model;
    for (let k = 0; k < updates; k++) {
      const { wOut, wRec } = eprop(current, forward(current, trial), { feedback: 'random' });
      current = alignFeedback(current, wOut, { rate, decay, updated });
      const weights = { ...current.weights, wRec: current.weights.wRec.map((w, s) => w - rate * wRec[s]) };
      current = { ...current, weights };
    }
    return current;
  };
  const expected = (1 - decay) ** updates * misalignment(model);
  const error = (trained: Model) => Math.abs(misalignment(trained) / expected - 1);
  const learned = train('both');
  return [
    agree({ ...subject, claim: `after ${updates} updates |B − W_outᵀ| has shrunk by the decay alone` }, error(learned), ALGEBRA),
    differ({ ...subject, claim: 'with B not updated it has not' }, error(train('readout')), ALGEBRA),
    differ(
      { ...subject, claim: 'the readout has learned meanwhile', oracle: '(1 − λ)^k' },
      relativeDifference(
        learned.weights.wOut,
        model.weights.wOut.map((w) => (1 - decay) ** updates * w),
      ),
      ALGEBRA,
    ),
  ];
}
