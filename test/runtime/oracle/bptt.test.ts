import test from 'ava';
import {
  againstPrinted,
  bptt,
  centralDifferences,
  eprop,
  f1,
  f1Published,
  forward,
  gradientError,
  norm,
} from '../../../runtime/oracle/index.ts';
import { denseNetwork } from './networks.ts';

for (const [name, build] of [
  ['F1', f1],
  ['a dense network with squared loss', () => denseNetwork('squared')],
  ['a dense network with cross-entropy', () => denseNetwork('crossEntropy')],
] as const) {
  test(`with smooth spikes BPTT is the derivative of the loss on ${name}, and only with the reset differentiated`, (t) => {
    const { model, trial } = build();
    const smooth = forward(model, trial, { spike: 'smooth' });
    const oracle = centralDifferences(model, trial);
    t.true(norm(oracle.wRec) > 0);
    t.true(gradientError(bptt(model, smooth).gradient, oracle) < 1e-6);
    t.true(gradientError(bptt(model, smooth, { reset: 'detached' }).gradient, oracle) > 1e-2);
  });

  test(`the local trace times the exact dE/dz is BPTT on ${name}`, (t) => {
    const { model, trial } = build();
    const activity = forward(model, trial);
    const { gradient, signal } = bptt(model, activity);
    t.true(gradientError(eprop(model, activity, { signal, filter: 'none' }), gradient) < 1e-12);
    const detached = bptt(model, activity, { reset: 'detached' });
    t.true(gradientError(eprop(model, activity, { signal: detached.signal, filter: 'none' }), gradient) > 1e-2);
    t.true(gradientError(eprop(model, activity, { signal }), gradient) > 1e-2, 'dE/dz contains the readout filter already');
  });
}

test('the smooth twin of F1 has the published loss and gradient', (t) => {
  const { model, trial } = f1();
  const smooth = forward(model, trial, { spike: 'smooth' });
  for (const [value, text] of [
    [smooth.loss, f1Published.smooth.loss],
    [norm(bptt(model, smooth).gradient.wRec), f1Published.smooth.norm],
  ] as const) {
    const { relativeError, tolerance } = againstPrinted(value, text);
    t.true(relativeError <= tolerance, `${value} is printed as ${text}`);
  }
});

test('absent synapses have no gradient', (t) => {
  const { model, trial } = f1();
  const { wRec } = bptt(model, forward(model, trial)).gradient;
  t.true(wRec.every((g, s) => model.connected[s] === 1 || g === 0));
});
