import test from 'ava';
import {
  actorCritic,
  againstPrinted,
  alignFeedback,
  bptt,
  decolle,
  eligibilities,
  eprop,
  eprop3,
  etlp,
  exactBorders,
  f1,
  f4,
  f4Published,
  f5,
  f6,
  forward,
  forwardInWindows,
  gradientError,
  misalignment,
  norm,
  relativeDifference,
  spikingModule,
  superSpike,
} from '../../../runtime/oracle/index.ts';
import { moduleOf } from '../../../runtime/oracle/links/learned-signals.ts';
import { denseNetwork } from './networks.ts';

for (const [name, build] of [
  ['F1', f1],
  ['a dense network', () => denseNetwork('squared')],
] as const) {
  test(`the traces by themselves are those of e-prop on ${name}`, (t) => {
    const { model, trial } = build();
    const activity = forward(model, trial);
    const { inputs, neurons: n } = model;
    const sources = inputs + n;
    const signal = activity.psi.map((_, s) => Math.sin(s));
    const sum = { wIn: new Float64Array(inputs * n), wRec: new Float64Array(n * n) };
    let t0 = 0;
    for (const { filtered } of eligibilities(model, activity)) {
      for (let j = 0; j < n; j++) {
        for (let i = 0; i < inputs; i++) sum.wIn[i * n + j] += signal[t0 * n + j] * filtered[j * sources + i];
        for (let i = 0; i < n; i++)
          sum.wRec[i * n + j] += signal[t0 * n + j] * filtered[j * sources + inputs + i] * model.connected[i * n + j];
      }
      t0++;
    }
    const oracle = eprop(model, activity, { signal });
    t.true(norm(oracle.wRec) > 0);
    t.true(relativeDifference(sum.wIn, oracle.wIn) < 1e-12);
    t.true(relativeDifference(sum.wRec, oracle.wRec) < 1e-12);
  });

  test(`e-prop 3 with the exact synthetic gradient is BPTT in windows of any length on ${name}`, (t) => {
    const { model, trial } = build();
    const exact = bptt(model, forward(model, trial)).gradient;
    for (const length of [1, 7, 30, 60]) {
      const windows = forwardInWindows(model, trial, length);
      t.is(windows.length, Math.ceil(60 / length));
      const borders = exactBorders(model, windows);
      t.true(gradientError(eprop3(model, windows, borders), exact) < 1e-12, `carried, ${length}`);
      t.true(gradientError(eprop3(model, windows, borders, { traces: 'fresh' }), exact) < 1e-12, `fresh, ${length}`);
      const blind = gradientError(
        eprop3(
          model,
          windows,
          windows.map(() => undefined),
        ),
        exact,
      );
      t.true(length === 60 ? blind < 1e-12 : blind > 1e-2, 'without it, only the whole trial is');
    }
  });
}

test('an error module hears nothing of the future', (t) => {
  const { model, trial } = f1();
  const module = spikingModule(moduleOf(model));
  const later = trial.targets.map((target, s) => (s >= 40 * model.outputs ? -target : target));
  const [one, two] = [trial, { ...trial, targets: later }].map((shown) => module(model, forward(model, shown)));
  t.deepEqual(one.slice(0, 40 * model.neurons), two.slice(0, 40 * model.neurons));
  t.notDeepEqual(one, two);
  t.true(norm(one) > 0);
});

test('ETLP learns at labels only, and nothing from a label of zeros', (t) => {
  const { model, trial } = f1();
  const never = etlp(model, forward(model, trial), () => false);
  t.is(norm(never.wIn) + norm(never.wRec) + norm(never.wOut), 0);
  const dark = { ...trial, targets: trial.targets.map(() => 0) };
  const silent = etlp(model, forward(model, dark), () => true);
  t.is(norm(silent.wIn) + norm(silent.wRec), 0);
  t.true(norm(etlp(model, forward(model, trial), () => true).wRec) > 0);
});

test('B follows W_out: aligned stays aligned, and without decay the distance stays what it was', (t) => {
  const { model } = f1();
  const gradient = model.weights.wOut.map((_, s) => Math.sin(s));
  const kept = alignFeedback(model, gradient, { rate: 1, decay: 0 });
  t.true(Math.abs(misalignment(kept) / misalignment(model) - 1) < 1e-12);
  t.notDeepEqual(kept.weights.wOut, model.weights.wOut);
  const broken = alignFeedback(model, gradient, { rate: 1, decay: 0, updated: 'readout' });
  t.true(Math.abs(misalignment(broken) / misalignment(model) - 1) > 1e-2);
});

test('without reward and value an actor-critic learns nothing, and a decision is needed for the policy', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const setting = f6('symmetric');
  const value = new Float64Array(model.neurons);
  const poor = actorCritic(model, activity, { ...setting, value, reward: () => 0 });
  t.is(norm(poor.wRec) + norm(poor.policy) + norm(poor.value), 0);
  const passive = actorCritic(model, activity, { ...setting, action: () => undefined });
  t.is(norm(passive.policy), 0);
  t.true(norm(passive.wRec) > 0);
});

test('DECOLLE follows its own readout and SuperSpike its own error', (t) => {
  const { layer, trial } = f4();
  const options = { synapse: 'new', readout: 'spikes' } as const;
  const deaf = decolle({ ...layer, readout: layer.readout.map(() => 0) }, trial, options);
  t.is(norm(deaf.weights) + norm(deaf.bias), 0);
  t.is(deaf.spikes, decolle(layer, trial, options).spikes);
  const bench = f5();
  const content = superSpike({ ...bench, target: superSpike(bench).spikes });
  t.is(content.loss, 0);
  t.is(norm(content.ascent), 0);
});

test('F4 is built as printed: sums of its weights and of its input', (t) => {
  const { layer, trial } = f4();
  const sum = (values: Float64Array) => values.reduce((total, x) => total + x, 0);
  for (const [value, text] of [
    [sum(layer.weights), f4Published.sums.weights],
    [sum(trial.inputs), f4Published.sums.inputs],
  ] as const) {
    const { relativeError, tolerance } = againstPrinted(value, text);
    t.true(relativeError <= tolerance, `${value} is printed as ${text}`);
  }
});
