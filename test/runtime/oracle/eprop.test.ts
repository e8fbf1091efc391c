import test from 'ava';
import {
  againstPrinted,
  combine,
  type EpropOptions,
  eprop,
  f1,
  f1Published,
  f1With,
  forward,
  gradientError,
  keepAll,
  keepEprop,
  norm,
  relativeDifference,
  rtrl,
  zeroTraces,
} from '../../../runtime/oracle/index.ts';
import { denseNetwork, halves } from './networks.ts';

const networks = [
  ['F1', f1],
  ['F1 with LIF neurons', () => f1With(0)],
  ['F1 with ALIF neurons', () => f1With(0.05)],
  ['a dense network with squared loss', () => denseNetwork('squared')],
  ['a dense network with cross-entropy', () => denseNetwork('crossEntropy')],
] as const;

for (const [name, build] of networks) {
  for (const feedback of ['symmetric', 'random'] as const) {
    test(`e-prop with ${feedback} feedback equals RTRL keeping the adaptation only, to 1e-12 on ${name}`, (t) => {
      const { model, trial } = build();
      const activity = forward(model, trial);
      const masked = rtrl(model, activity, { keep: keepEprop, feedback });
      const error = (options: EpropOptions) => gradientError(eprop(model, activity, { feedback, ...options }), masked);
      t.true(error({}) < 1e-12);
      t.true(error({ filter: 'none' }) > 1e-2);
      t.true(error({ reset: 'kept' }) > 1e-2);
      t.true(error({ feedback: feedback === 'random' ? 'symmetric' : 'random' }) > 1e-2);
      if (model.beta.some((beta) => beta > 0)) {
        t.true(error({ adaptation: 'dropped' }) > 1e-2);
        t.true(error({ adaptation: 'leakOnly' }) > 1e-4);
      }
    });
  }

  test(`e-prop with the reset kept equals RTRL keeping the neuron's own states on ${name}`, (t) => {
    const { model, trial } = build();
    const activity = forward(model, trial);
    const own = rtrl(model, activity, { keep: { ...keepAll, recurrence: 'none' } });
    t.true(gradientError(eprop(model, activity, { reset: 'kept' }), own) < 1e-12);
  });

  test(`two windows of e-prop with the traces carried over are one run on ${name}`, (t) => {
    const { model, trial } = build();
    const whole = eprop(model, forward(model, trial));
    const [first, second] = halves(model, trial);
    const one = forward(model, first);
    const two = forward(model, second, { state: one.after });
    const traces = zeroTraces(model);
    const before = eprop(model, one, { traces });
    t.true(
      gradientError(
        combine((a, b) => a + b, before, eprop(model, two, { traces })),
        whole,
      ) < 1e-12,
    );
    t.true(
      gradientError(
        combine((a, b) => a + b, before, eprop(model, two)),
        whole,
      ) > 1e-3,
      'reset at the border, they are not',
    );
  });
}

test('unit filter gain is the gain of the readout, undone', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const scaled = eprop(model, activity).wRec.map((g) => g / model.readoutGain);
  t.true(relativeDifference(eprop(model, activity, { filter: 'unitGain' }).wRec, scaled) < 1e-12);
});

test('β = 0 is exactly the LIF rule: dropping the adaptation changes no bit', (t) => {
  const { model, trial } = f1With(0);
  const activity = forward(model, trial);
  t.deepEqual(eprop(model, activity), eprop(model, activity, { adaptation: 'dropped' }));
});

test('rate regularization pulls along Σ e, with the published length on F1, and vanishes at its target', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const direction = (strength: number, target: number, trace: 'unfiltered' | 'filtered' = 'unfiltered') => {
    const regularization = { strength, target, trace };
    return combine((g, base) => g - base, eprop(model, activity, { regularization }), eprop(model, activity));
  };
  const { relativeError, tolerance } = againstPrinted(norm(direction(1, 0.1).wRec), f1Published.regularizationNorm);
  t.true(relativeError <= tolerance);
  t.true(
    relativeDifference(
      direction(2, 0.1).wRec,
      direction(1, 0.1).wRec.map((g) => 2 * g),
    ) < 1e-12,
    'linear in its strength',
  );
  t.true(relativeDifference(direction(1, 0.1, 'filtered').wRec, direction(1, 0.1).wRec) > 1e-2, 'the filter is visible');
  t.true(norm(direction(1, 0.1).wOut) === 0, 'readouts are not regularized');
  const rate = activity.spikeCounts[0] / 60;
  const atTarget = direction(1, rate).wRec;
  for (let i = 0; i < 6; i++) t.true(Math.abs(atTarget[i * 6]) < 1e-12, 'neuron 0 fires at the target');
});

test('without error there is nothing to learn', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const content = eprop(model, { ...activity, error: new Float64Array(activity.error.length) });
  t.is(norm(content.wRec) + norm(content.wIn) + norm(content.wOut), 0);
});
