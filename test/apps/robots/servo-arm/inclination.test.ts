/** The angle by gravity and rotation, against an arm whose angle is known. */
import test from 'ava';
import { createInclination } from '../../../../apps/robots/servo-arm/inclination.ts';

/** The filter's worst error from 10 s on, over a sweep of ±40 degrees; what it is shown may be spoiled. */
function worst({ bias = 0, gravity = 1, rotation = 1 }: { bias?: number; gravity?: number; rotation?: number } = {}): number {
  const inclination = createInclination(90);
  let off = 0;
  for (let ms = 0; ms <= 20_000; ms += 20) {
    const turn = (2 * Math.PI * ms) / 3000;
    const angle = 90 + 40 * Math.sin(turn);
    const rate = (40 * Math.cos(turn) * 2 * Math.PI) / 3;
    const [x, y] = [-Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    const reading = {
      acceleration: Float64Array.of(gravity * x, gravity * y, 0.3),
      rotation: Float64Array.of(7, -9, rotation * rate + bias),
    };
    const shown = inclination.add(reading, ms);
    if (ms > 10_000) off = Math.max(off, Math.abs(shown - angle));
  }
  return off;
}

test('it follows the arm, whatever the gyroscope takes for rest', (t) => {
  t.true(worst() < 1, `${worst()}`);
  t.true(Math.abs(worst({ bias: 20 }) - worst()) < 0.1, `${worst({ bias: 20 })}`);
});

test('control: without rotation it lags, without gravity it drifts, and the wrong way round it is lost', (t) => {
  t.true(worst({ rotation: 0 }) > 10);
  t.true(worst({ gravity: 0, bias: 1 }) > 9);
  t.true(worst({ gravity: -1 }) > 60);
});
