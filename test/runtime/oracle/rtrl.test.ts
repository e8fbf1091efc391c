import test from 'ava';
import {
  bptt,
  combine,
  eprop,
  f1,
  forward,
  gradientError,
  type Keep,
  keepAll,
  keepEprop,
  keepSnap,
  rtrl,
  zeroInfluence,
} from '../../../runtime/oracle/index.ts';
import { reachable } from '../../../runtime/oracle/reach.ts';
import { denseNetwork, halves } from './networks.ts';

const networks = [
  ['F1', f1],
  ['a dense network with autapses and squared loss', () => denseNetwork('squared')],
  ['a dense network with autapses and cross-entropy', () => denseNetwork('crossEntropy')],
] as const;

for (const [name, build] of networks) {
  test(`RTRL equals BPTT to 1e-12 on ${name}, and each part of the influence is needed`, (t) => {
    const { model, trial } = build();
    const activity = forward(model, trial);
    const oracle = bptt(model, activity).gradient;
    t.true(gradientError(rtrl(model, activity), oracle) < 1e-12);
    const without = (part: Partial<Keep>) => gradientError(rtrl(model, activity, { keep: { ...keepAll, ...part } }), oracle);
    t.true(without({ adaptation: false }) > 1e-2);
    t.true(without({ reset: false }) > 1e-2);
    t.true(without({ recurrence: 'self' }) > 1e-2);
    t.true(without({ recurrence: 'none' }) > 1e-2);
    t.true(without({ hops: 0 }) > 1e-2);
  });

  test(`RTRL with the reset dropped equals BPTT with the reset detached on ${name}`, (t) => {
    const { model, trial } = build();
    const activity = forward(model, trial);
    const keep = { ...keepAll, reset: false };
    t.true(gradientError(rtrl(model, activity, { keep }), bptt(model, activity, { reset: 'detached' }).gradient) < 1e-12);
  });

  test(`two windows of RTRL with the influence carried over are one run on ${name}`, (t) => {
    const { model, trial } = build();
    const [first, second] = halves(model, trial);
    const whole = rtrl(model, forward(model, trial));
    const influence = zeroInfluence(model);
    const one = forward(model, first);
    const two = forward(model, second, { state: one.after });
    const early = rtrl(model, one, { influence });
    t.true(
      gradientError(
        combine((a, b) => a + b, early, rtrl(model, two, { influence })),
        whole,
      ) < 1e-12,
    );
    t.true(
      gradientError(
        combine((a, b) => a + b, early, rtrl(model, two)),
        whole,
      ) > 1e-3,
      'dropped at the border, it is not',
    );
  });
}

test('SnAp-n comes to equal RTRL on F1 at n = 4, when its pattern is closed, and not before', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const full = rtrl(model, activity);
  const errors = [1, 2, 3, 4, 5].map((n) => gradientError(rtrl(model, activity, { keep: keepSnap(n) }), full));
  t.true(errors[0] > errors[1] && errors[1] > errors[2] && errors[2] > 1e-3);
  t.true(errors[3] < 1e-12 && errors[4] < 1e-12);
});

test('on a dense network SnAp-2 is RTRL already, and keeping autapses only is SnAp-1', (t) => {
  const { model, trial } = denseNetwork('squared');
  const activity = forward(model, trial);
  t.true(gradientError(rtrl(model, activity, { keep: keepSnap(2) }), rtrl(model, activity)) < 1e-12);
  const self = rtrl(model, activity, { keep: { ...keepAll, recurrence: 'self' } });
  t.true(gradientError(rtrl(model, activity, { keep: keepSnap(1) }), self) < 1e-12);
  const none = rtrl(model, activity, { keep: { ...keepAll, recurrence: 'none' } });
  t.true(gradientError(none, self) > 1e-3, 'the autapse is visible');
});

test('the pattern follows the connections, not the weights', (t) => {
  const { model } = f1();
  t.deepEqual(reachable(model, 0, 0), [0]);
  t.deepEqual(reachable(model, 0, 1), [0, 1, 2]);
  t.deepEqual(reachable(model, 0, 2), [0, 1, 2, 3, 4]);
  t.deepEqual(reachable(model, 5, 1), [5, 0, 1]);
  t.is(reachable(model, 0, 6).length, 6);
  const silent = { ...model, weights: { ...model.weights, wRec: new Float64Array(36) } };
  t.deepEqual(reachable(silent, 0, 1), [0, 1, 2]);
});

test('SnAp-1 keeps the reset and so is not e-prop', (t) => {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  t.true(gradientError(rtrl(model, activity, { keep: keepSnap(1) }), eprop(model, activity)) > 0.1);
  t.true(gradientError(rtrl(model, activity, { keep: keepEprop }), eprop(model, activity)) < 1e-12);
});
