import test from 'ava';
import { sign } from '../../../runtime/oracle/cells/uoro.ts';
import { cellError, cellForward, cellRtrl, oneLayerBenches, uoro } from '../../../runtime/oracle/index.ts';

test('signs are a function of their counters, and balanced along each of them', (t) => {
  t.is(sign(7, 3, 1, 2), sign(7, 3, 1, 2));
  for (let along = 0; along < 4; along++) {
    const counters = (k: number) => [5, 4, 3, 2].map((fixed, at) => (at === along ? k : fixed)) as [number, number, number, number];
    let [sum, products] = [0, 0];
    for (let k = 0; k < 4000; k++) {
      sum += sign(...counters(k));
      products += sign(...counters(k)) * sign(...counters(k + 1));
    }
    // Four standard deviations of a fair coin.
    t.true(Math.abs(sum) < 4 * Math.sqrt(4000), `counter ${along}: mean`);
    t.true(Math.abs(products) < 4 * Math.sqrt(4000), `counter ${along}: neighbors`);
  }
});

test('UORO repeats itself from a seed, changes with it, and is no RTRL in one sample', (t) => {
  const [{ network, trial }] = oneLayerBenches();
  const activity = cellForward(network, trial);
  t.deepEqual(uoro(network, activity, { seed: 1 }), uoro(network, activity, { seed: 1 }));
  t.true(cellError(network, uoro(network, activity, { seed: 1 }), uoro(network, activity, { seed: 2 })) > 1e-2);
  t.true(cellError(network, uoro(network, activity, { seed: 1 }), cellRtrl(network, activity), (name) => name !== 'readout') > 1e-2);
});
