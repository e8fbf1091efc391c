import { bptt } from './bptt.ts';
import { centralDifferences } from './differences.ts';
import { type EpropOptions, eprop } from './eprop.ts';
import { f1With } from './fixtures/f1.ts';
import { type Activity, forward } from './forward.ts';
import { type Gradient, gradientError, norm } from './gradient.ts';
import { familyRows } from './links/index.ts';
import type { Model, Trial } from './model.ts';
import { agree, differ, outside, type VerifyRow } from './rows.ts';
import { keepAll, keepEprop, keepSnap, rtrl } from './rtrl.ts';
import { tableRows } from './table.ts';
import { trainingRows } from './training.ts';

/** Tolerances of the links, relative. (sheet 4) */
const DIFFERENCES = 1e-6;
const ALGEBRA = 1e-12;
/** Spikes of one neuron in the 60 ticks of F1: neither silent nor firing as fast as its refractory period allows (20). */
const BAND = [1, 19] as const;

/** F1 with one kind of neuron, or with both. */
interface Bench {
  readonly neuron: string;
  readonly model: Model;
  readonly trial: Trial;
  readonly activity: Activity;
}

function bench(neuron: string, { model, trial }: { model: Model; trial: Trial }): Bench {
  return { neuron, model, trial, activity: forward(model, trial) };
}

/**
 * The chain of evidence in float64, each link with a negative control:
 *   finite differences → BPTT → RTRL → RTRL masked by a rule's `keep` → the local rule → printed numbers of independent programs.
 * A link proves its successor; a control proves that the link would have noticed.
 */
export function verifyChain(): VerifyRow[] {
  const benches = [bench('LIF', f1With(0)), bench('ALIF', f1With(0.05)), bench('LIF+ALIF', f1With())];
  return [
    ...benches.flatMap(vacuityRows),
    ...benches.flatMap(differencesRows),
    ...benches.flatMap(influenceRows),
    ...benches.flatMap(factorizationRows),
    ...benches.flatMap(epropRows),
    ...tableRows(),
    ...trainingRows(),
    ...familyRows(),
  ];
}

/** Equalities between zeros prove nothing: the benches spike, within bounds, and their gradients are not 0. */
function vacuityRows({ neuron, model, trial, activity }: Bench): VerifyRow[] {
  const subject = { rule: 'forward', neuron, feedback: '-', oracle: 'F1' };
  const worstCount = (run: Activity) => Math.max(...run.spikeCounts.map((count) => outside(count, ...BAND)));
  const vanished = (run: Activity) => {
    const gradient = bptt(model, run).gradient;
    return norm(gradient.wRec) > 0 && norm(gradient.wIn) > 0 && norm(gradient.wOut) > 0 ? 0 : 1;
  };
  const deaf = forward(model, { ...trial, inputs: new Float64Array(trial.inputs.length) });
  return [
    agree({ ...subject, claim: `every neuron spikes ${BAND[0]} to ${BAND[1]} times` }, worstCount(activity), 0),
    differ({ ...subject, claim: 'a network without input is noticed as silent' }, worstCount(deaf), 0),
    agree({ ...subject, rule: 'BPTT', claim: 'every gradient is greater than 0' }, vanished(activity), 0),
    differ({ ...subject, rule: 'BPTT', claim: 'a network without input is noticed as having no gradient' }, vanished(deaf), 0),
  ];
}

/** Link 1: finite differences → BPTT, smooth spikes. */
function differencesRows({ neuron, model, trial }: Bench): VerifyRow[] {
  const subject = { rule: 'BPTT', neuron, feedback: 'symmetric', oracle: 'central differences' };
  const activity = forward(model, trial, { spike: 'smooth' });
  const oracle = centralDifferences(model, trial);
  const error = (gradient: Gradient) => gradientError(gradient, oracle);
  return [
    agree({ ...subject, claim: 'is the derivative of the loss (smooth spikes)' }, error(bptt(model, activity).gradient), DIFFERENCES),
    differ(
      { ...subject, claim: 'with the reset detached it is not' },
      error(bptt(model, activity, { reset: 'detached' }).gradient),
      DIFFERENCES,
    ),
  ];
}

/** Links 2 and 3: BPTT → RTRL; RTRL → SnAp-n once its pattern is closed (n = 4 on F1). */
function influenceRows({ neuron, model, activity }: Bench): VerifyRow[] {
  const subject = { rule: 'RTRL', neuron, feedback: 'symmetric', oracle: 'BPTT' };
  const oracle = bptt(model, activity).gradient;
  const detached = bptt(model, activity, { reset: 'detached' }).gradient;
  const full = rtrl(model, activity);
  const withoutReset = rtrl(model, activity, { keep: { ...keepAll, reset: false } });
  const snap = (n: number) => gradientError(rtrl(model, activity, { keep: keepSnap(n) }), full);
  const rows = [
    agree({ ...subject, claim: 'everything kept, it equals BPTT' }, gradientError(full, oracle), ALGEBRA),
    differ({ ...subject, claim: 'with the reset dropped it does not' }, gradientError(withoutReset, oracle), ALGEBRA),
    agree({ ...subject, claim: 'reset dropped, it equals BPTT with the reset detached' }, gradientError(withoutReset, detached), ALGEBRA),
    agree({ ...subject, rule: 'SnAp-4', oracle: 'RTRL', claim: 'its pattern closed, it equals RTRL' }, snap(4), ALGEBRA),
    differ({ ...subject, rule: 'SnAp-3', oracle: 'RTRL', claim: 'its pattern open, it does not' }, snap(3), ALGEBRA),
  ];
  if (model.beta.every((beta) => beta === 0)) return rows;
  const withoutAdaptation = rtrl(model, activity, { keep: { ...keepAll, adaptation: false } });
  return [
    ...rows,
    differ({ ...subject, claim: 'with the adaptation dropped it does not' }, gradientError(withoutAdaptation, oracle), ALGEBRA),
  ];
}

/** The factorization theorem: the local trace times the exact dE/dz is the gradient of BPTT. Only L is approximate in e-prop. */
function factorizationRows({ neuron, model, activity }: Bench): VerifyRow[] {
  const subject = { rule: 'e-prop', neuron, feedback: 'exact dE/dz', oracle: 'BPTT' };
  const exact = bptt(model, activity);
  const detached = bptt(model, activity, { reset: 'detached' });
  const error = (signal: Float64Array) => gradientError(eprop(model, activity, { signal, filter: 'none' }), exact.gradient);
  return [
    agree({ ...subject, claim: 'its trace times dE/dz equals BPTT' }, error(exact.signal), ALGEBRA),
    differ({ ...subject, claim: 'with the reset left out of dE/dz it does not' }, error(detached.signal), ALGEBRA),
  ];
}

/** Link 4: RTRL masked by keep = adaptation → e-prop as a local rule, with either feedback; with the reset kept it is SnAp-1. */
function epropRows({ neuron, model, activity }: Bench): VerifyRow[] {
  const masked = 'RTRL keeping the adaptation only';
  const local = (options: EpropOptions) => eprop(model, activity, options);
  const equalities = (['symmetric', 'random'] as const).flatMap((feedback) =>
    (['readout', 'none'] as const).map((filter) => {
      const claim = filter === 'none' ? 'unfiltered, equals its masked RTRL' : 'equals its masked RTRL';
      const oracle = rtrl(model, activity, { keep: keepEprop, feedback, filter });
      return agree(
        { rule: 'e-prop', neuron, feedback, claim, oracle: masked },
        gradientError(local({ feedback, filter }), oracle),
        ALGEBRA,
      );
    }),
  );
  const subject = { rule: 'e-prop', neuron, feedback: 'symmetric', oracle: masked };
  const oracle = rtrl(model, activity, { keep: keepEprop });
  const snap = rtrl(model, activity, { keep: keepSnap(1) });
  const earlyTrace = rtrl(model, early(model, activity), { keep: keepEprop });
  // The readout's gradient is the same for all of them and must not water the difference down.
  const error = (gradient: Gradient, of = oracle) => gradientError(gradient, of, ['wIn', 'wRec']);
  const rows = [
    ...equalities,
    differ({ ...subject, claim: 'with random feedback it does not' }, error(local({ feedback: 'random' })), ALGEBRA),
    differ({ ...subject, claim: 'without the filter it does not' }, error(local({ filter: 'none' })), ALGEBRA),
    differ(
      { ...subject, claim: 'with z^t in place of z^{t−1} in the trace it does not' },
      gradientError(earlyTrace, oracle, ['wRec']),
      ALGEBRA,
    ),
    agree(
      { ...subject, claim: 'with the reset kept in the trace, equals SnAp-1', oracle: 'SnAp-1' },
      error(local({ reset: 'kept' }), snap),
      ALGEBRA,
    ),
    differ({ ...subject, rule: 'SnAp-1', claim: 'keeping the reset, it is not e-prop' }, error(snap), ALGEBRA),
  ];
  if (model.beta.every((beta) => beta === 0)) return rows;
  return [
    ...rows,
    differ({ ...subject, claim: 'without ε_a it does not' }, error(local({ adaptation: 'dropped' })), ALGEBRA),
    differ({ ...subject, claim: 'with ε_a decaying by ρ alone it does not' }, error(local({ adaptation: 'leakOnly' })), ALGEBRA),
  ];
}

/** The activity with every spike one tick early: a recurrent trace that reads z^t where z^{t−1} belongs. */
export function early(model: Model, activity: Activity): Activity {
  const n = model.neurons;
  const z = new Float64Array(activity.z.length);
  z.set(activity.z.subarray(n));
  return { ...activity, z, before: { ...activity.before, z: activity.z.slice(0, n) } };
}
