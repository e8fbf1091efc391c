import test from 'ava';
import { createArm, type Wear, wearBetween, whole, worn } from '../../../../apps/robots/servo-arm/arm.ts';

const ideal: Wear = { gain: 1, offset: 0, backlash: 0, load: 0 };

function settled(pulseUs: number, wear: Wear, from = createArm(1, 'arm')) {
  for (let ms = 0; ms < 2000; ms++) from.step(pulseUs, 1, wear);
  return from;
}

test('an arm without wear comes to the angle of its pulse', (t) => {
  for (const degrees of [10, 90, 170]) {
    const { angle, potentiometer } = settled(600 + 10 * degrees, ideal);
    // The deadband, and five standard deviations of the potentiometer.
    t.true(Math.abs(angle - degrees) <= 0.3 + 1e-9, `${degrees}: ${angle}`);
    t.true(Math.abs(180 * potentiometer - angle) < 1);
  }
});

test('gain, offset and load act where they should', (t) => {
  const at = (wear: Partial<Wear>, degrees = 130): number => settled(600 + 10 * degrees, { ...ideal, ...wear }).angle;
  t.true(Math.abs(at({ gain: 0.5 }) - 110) < 0.4);
  t.true(Math.abs(at({ offset: -7 }) - 123) < 0.4);
  // Where the arm is level its weight holds it back by the load, at the ends by nothing.
  t.true(Math.abs(at({ load: 6 }, 96) - 90) < 0.4);
  t.true(Math.abs(at({ load: 6 }, 0)) < 0.4);
});

test('backlash: the arm waits until the other flank touches', (t) => {
  const wear = { ...ideal, backlash: 4 };
  const arm = settled(600 + 10 * 120, wear);
  t.true(Math.abs(arm.angle - 118) < 0.4);
  settled(600 + 10 * 117, wear, arm);
  t.true(Math.abs(arm.angle - 118) < 0.4);
  settled(600 + 10 * 110, wear, arm);
  t.true(Math.abs(arm.angle - 112) < 0.4);
});

test('it slews at no more than 400 degrees a second, and without pulses it stays where it is', (t) => {
  const arm = createArm(1, 'arm');
  for (let ms = 0; ms < 100; ms++) {
    const before = arm.angle;
    arm.step(2400, 1, ideal);
    t.true(arm.angle - before <= 0.4 + 1e-9);
  }
  const { angle } = arm;
  t.true(angle > 120);
  settled(0, ideal, arm);
  t.is(arm.angle, angle);
});

test('wear comes about evenly', (t) => {
  t.deepEqual(wearBetween(whole, worn, 0), whole);
  const half = wearBetween(whole, worn, 0.5);
  t.true(Math.abs(half.gain - (whole.gain + worn.gain) / 2) < 1e-12);
  t.true(Math.abs(half.load - (whole.load + worn.load) / 2) < 1e-12);
});
