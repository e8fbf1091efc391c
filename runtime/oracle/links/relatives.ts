import { bptt } from '../bptt.ts';
import { cellBptt, cellError, cellForward, cellRtrl, keepStates, keepWithoutH } from '../cells/index.ts';
import { eprop } from '../eprop.ts';
import { OTTT_DECAY, otttBench } from '../fixtures/cells.ts';
import { f1 } from '../fixtures/f1.ts';
import { type Activity, forward } from '../forward.ts';
import { gradientError } from '../gradient.ts';
import type { Model } from '../model.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';
import { keepEprop, rtrl } from '../rtrl.ts';
import { etlp } from '../rules/etlp.ts';
import { ottt } from '../rules/ottt.ts';

const ALGEBRA = 1e-12;

/** OTTT as a local rule against its restricted Jacobian; where nothing but the leak goes through time, it is BPTT. */
export function otttRows(): VerifyRow[] {
  const subject = { rule: 'OTTT', neuron: 'LIF', feedback: 'symmetric' };
  const restricted = 'RTRL keeping the own state, signals of the same tick';
  const [one, two] = ([1, 2] as const).map((layers) => {
    const { network, trial } = otttBench(layers);
    const activity = cellForward(network, trial);
    return { network, activity, exact: cellBptt(network, activity).gradient };
  });
  const error = ({ network, activity }: typeof one, decay = OTTT_DECAY) =>
    cellError(network, ottt(network, activity, decay), cellRtrl(network, activity, { keep: keepStates, depth: 'sameTick' }));
  const toExact = ({ network, activity, exact }: typeof one) => cellError(network, ottt(network, activity, OTTT_DECAY), exact);
  const exactToRestricted = cellError(two.network, two.exact, cellRtrl(two.network, two.activity, { keep: keepStates, depth: 'sameTick' }));
  return [
    agree({ ...subject, claim: 'two layers: equals its restricted Jacobian', oracle: restricted }, error(two), ALGEBRA),
    differ({ ...subject, claim: 'two layers: with another λ it does not', oracle: restricted }, error(two, 0.7), ALGEBRA),
    differ({ ...subject, rule: 'BPTT', claim: 'two layers: is not that', oracle: restricted }, exactToRestricted, ALGEBRA),
    agree({ ...subject, claim: 'one layer without reset or recurrence: equals BPTT', oracle: 'BPTT' }, toExact(one), ALGEBRA),
    differ({ ...subject, claim: 'two layers: the leak of the upper one is not followed', oracle: 'BPTT' }, toExact(two), ALGEBRA),
  ];
}

/** When labels arrive on F1: every sixth tick. */
export const labeled = (t: number): boolean => t % 6 === 5;

/** An activity whose error is the label itself, at the ticks of the labels. */
function withLabels(model: Model, activity: Activity, at: (t: number) => boolean): Activity {
  const error = activity.trial.targets.map((target, s) => (at(Math.floor(s / model.outputs)) ? target : 0));
  return { ...activity, error };
}

/** ETLP against e-prop and its masked RTRL, both without filter and with the label as signal at its ticks. */
export function etlpRows(): VerifyRow[] {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const subject = { rule: 'ETLP', neuron: 'LIF+ALIF', feedback: 'random' };
  const found = etlp(model, activity, labeled);
  const local = (at: (t: number) => boolean, filter: 'none' | 'readout' = 'none') =>
    eprop(model, withLabels(model, activity, at), { feedback: 'random', filter });
  const masked = rtrl(model, withLabels(model, activity, labeled), { keep: keepEprop, feedback: 'random', filter: 'none' });
  const error = (oracle: typeof found) => gradientError(found, oracle, ['wIn', 'wRec']);
  const [unfiltered, adaptation] = [
    'e-prop at the ticks of labels, unfiltered',
    'RTRL keeping the adaptation only, at the ticks of labels',
  ];
  const lif = rtrl(model, withLabels(model, activity, labeled), {
    keep: { ...keepEprop, adaptation: false },
    feedback: 'random',
    filter: 'none',
  });
  return [
    agree({ ...subject, claim: 'equals e-prop whose signal is the label', oracle: unfiltered }, error(local(labeled)), ALGEBRA),
    differ({ ...subject, claim: 'labels a tick later, it does not', oracle: unfiltered }, error(local((t) => labeled(t - 1))), ALGEBRA),
    differ({ ...subject, claim: 'filtered, it does not', oracle: unfiltered }, error(local(labeled, 'readout')), ALGEBRA),
    agree({ ...subject, claim: 'equals its masked RTRL', oracle: adaptation }, error(masked), ALGEBRA),
    differ({ ...subject, claim: 'with the adaptation dropped it does not', oracle: adaptation }, error(lif), ALGEBRA),
  ];
}

/** OSTTP on a layer under a readout: its hidden signal is B y*, which no error enters. */
export function osttpRows(): VerifyRow[] {
  const { network, trial } = otttBench(2);
  const hidden = network.layers[0].size;
  const B = Float64Array.from({ length: network.outputs * hidden }, (_, s) => Math.cos(1.3 * s + 0.2));
  const subject = { rule: 'OSTTP', neuron: 'LIF', feedback: 'random', oracle: 'the same targets, other errors' };
  const gradient = (of: 'error' | 'target', readout: number) => {
    const weights = { ...network.weights, readout: network.weights.readout!.map((w) => readout * w) };
    const moved = { ...network, weights };
    const broadcast = { of, matrices: [B, undefined] };
    return cellRtrl(moved, cellForward(moved, trial), { keep: keepWithoutH, depth: 'sameTick', broadcast });
  };
  const lower = (name: string) => name === 'W1';
  return [
    agree(
      { ...subject, claim: 'the hidden layer learns from targets alone' },
      cellError(network, gradient('target', 2), gradient('target', 1), lower),
      ALGEBRA,
    ),
    differ(
      { ...subject, rule: 'OSTL without H', claim: 'with the error broadcast it does not' },
      cellError(network, gradient('error', 2), gradient('error', 1), lower),
      ALGEBRA,
    ),
  ];
}

/** The exact gradient of F1: what e-prop 2 and 3 reach with exact learned parts. */
export function exactF1() {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  return { model, trial, activity, exact: bptt(model, activity) };
}
