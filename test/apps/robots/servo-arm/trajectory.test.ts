import test from 'ava';
import { reaches } from '../../../../apps/robots/servo-arm/trajectory.ts';

test('reaches repeat themselves, stay in their range, and rest at their points', (t) => {
  const trajectory = reaches({ seed: 3, points: 6, move: 500, range: [30, 150] });
  t.is(trajectory.period, 3000);
  const halves: boolean[] = [];
  for (let ms = 0; ms < 3000; ms++) {
    const at = trajectory.at(ms);
    t.true(at >= 30 && at <= 150);
    t.true(Math.abs(trajectory.at(ms + 3000) - at) < 1e-9);
    if (ms % 500 !== 0) continue;
    halves.push(at > 90);
    // 10·s³ of the way: the first millisecond of 500 is below 1e-7 of it.
    t.true(Math.abs(trajectory.at(ms + 1) - at) < 1e-5);
    // Half the way in half the time.
    t.true(Math.abs(trajectory.at(ms + 250) - (at + trajectory.at(ms + 500)) / 2) < 1e-9);
  }
  t.deepEqual(halves, [false, true, false, true, false, true]);
});

test('the seed makes the points; an odd number of them is refused', (t) => {
  t.not(reaches({ seed: 1 }).at(800), reaches({ seed: 2 }).at(800));
  t.is(reaches({ seed: 1 }).at(800), reaches({ seed: 1 }).at(800));
  t.throws(() => reaches({ seed: 1, points: 3 }), { code: 'ERR_OUT_OF_RANGE', message: /even/ });
});
