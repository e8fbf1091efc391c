import type { MotionReading } from '../../../drivers/index.ts';
import { exact, type Ms } from '../../../runtime/index.ts';

/** 1/s: how fast the filter comes to what gravity says, and 1/s²: how fast to the sensor's own zero of rotation. */
const TO_GRAVITY = 2;
const TO_ZERO = 1;
/** No reading bridges more than this. */
const LONGEST: Ms = 100;
const RADIANS = Math.PI / 180;

/** The angle of an arm that turns about a level axis, by the inertial sensor on it. */
export interface Inclination {
  /** takes a reading of time `now`; the angle, degrees: 0 hanging, 90 level */
  add(reading: MotionReading, now: Ms): number;
}

/**
 * The passive complementary filter with the bias of the gyroscope, about one axis (Mahony, Hamel & Pflimlin 2008, IEEE Trans Autom Control 53:1203, eq. 32):
 * e = |a|⁻¹(a_y cos q + a_x sin q), the sine of what q lacks; q′ = ω_z − b + k_P e, b′ = −k_I e. The sensor sits on the axis of the arm, z along it, x outward
 * along the arm: at rest a = (−cos q, sin q, 0) g. Arithmetic alone, the same on every machine.
 */
export function createInclination(start: number): Inclination {
  let angle = start;
  /** °/s */
  let bias = 0;
  let last = Number.NaN;
  return {
    add({ acceleration, rotation }, now) {
      const [x, y] = [acceleration[0]!, acceleration[1]!];
      const seconds = Number.isNaN(last) ? 0 : Math.min(LONGEST, now - last) / 1000;
      last = now;
      angle += seconds * (rotation[2]! - bias);
      const size = Math.sqrt(x * x + y * y);
      if (size === 0) return angle;
      const lack = (y * exact.cos(angle * RADIANS) + x * exact.sin(angle * RADIANS)) / size / RADIANS;
      angle += seconds * TO_GRAVITY * lack;
      bias -= seconds * TO_ZERO * lack;
      return angle;
    },
  };
}
