import type { Motion } from '../../../drivers/index.ts';
import { exact, type Ms } from '../../../runtime/index.ts';

/** What wears: from the horn of the servo to the arm. */
export interface Wear {
  /** degrees of the arm for one of the servo */
  readonly gain: number;
  /** the horn sits askew by so many degrees */
  readonly offset: number;
  /** play of the gear, degrees from flank to flank */
  readonly backlash: number;
  /** degrees by which the weight of the arm holds the servo back where it is level */
  readonly load: number;
}

/** As it leaves the workshop, and after years. */
export const whole: Wear = { gain: 1, offset: 0, backlash: 1, load: 3 };
export const worn: Wear = { gain: 0.85, offset: 10, backlash: 1.2, load: 5 };

/** Between two states of wear; `share` 0 is the first. */
export function wearBetween(from: Wear, to: Wear, share: number): Wear {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return {
    gain: mix(from.gain, to.gain),
    offset: mix(from.offset, to.offset),
    backlash: mix(from.backlash, to.backlash),
    load: mix(from.load, to.load),
  };
}

/** The middle: where a gain turns about. */
export const MIDDLE = 90;
/** A common servo: 600 µs is 0 degrees, 10 µs one more. */
const SHORTEST = 600;
const US_PER_DEGREE = 10;
/** Time constant of its position loop. */
const TAU: Ms = 40;
/** 0.15 s for 60 degrees. */
const SLEW = 0.4;
/** Below so many degrees it does not move. */
const DEADBAND = 0.3;
/** Standard deviation of what the potentiometer adds, degrees, about one step of ten bits. */
const NOISE = 0.2;
/** Of an MPU-6050, per axis: 400 µg/√Hz and 0.005 °/s/√Hz over its 260 Hz; and where its zero of rotation lies, at most, °/s (it may be 20). */
const SHAKE = 0.0065;
const HISS = 0.08;
const ZERO = 5;
/** Turn of a common potentiometer. */
export const TURN = 180;

/** sin of 0…180 degrees by arithmetic alone, within 0.0017 (Bhaskara I). */
const sine = (degrees: number): number => {
  const product = degrees * (TURN - degrees);
  return (4 * product) / (40500 - product);
};
const limit = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** An arm on a servo. */
export interface Arm {
  /** degrees of the arm */
  readonly angle: number;
  /** what its potentiometer says, as a share of the supply's voltage */
  readonly potentiometer: number;
  /** what an MPU-6050 on its axis feels, z along the axis and x along the arm, which hangs down at 0 degrees */
  readonly motion: Motion;
  /** lets `ms` pass with this pulse at the servo; a servo without pulses (0) is limp, and its gear holds it where it is */
  step(pulseUs: number, ms: Ms, wear: Wear): void;
}

/**
 * horn′ = limit((command − load·sin(arm) − horn)/τ, slew), gear = 90 + gain (horn − 90) + offset; the arm follows the gear when a flank of the backlash
 * touches it (play operator). τ = 40 ms, slew 400 degrees a second, command = (pulse − 600 µs)/10.
 */
export function createArm(seed: number, name: string): Arm {
  const noise = exact.randomStream(seed, `potentiometer ${name}`);
  const hiss = exact.randomStream(seed, `motion ${name}`);
  const zero = ZERO * (2 * hiss.uniform(0) - 1);
  /** °/s */
  let rate = 0;
  let horn = MIDDLE;
  let angle = MIDDLE;
  let potentiometer = angle / TURN;
  let steps = 0;
  return {
    get angle() {
      return angle;
    },
    get potentiometer() {
      return potentiometer;
    },
    get motion(): Motion {
      const at = 3 * steps;
      const radians = (angle * Math.PI) / 180;
      return {
        acceleration: [SHAKE * hiss.normal(at) - exact.cos(radians), SHAKE * hiss.normal(at + 1) + exact.sin(radians), 0],
        rotation: [0, 0, rate + zero + HISS * hiss.normal(at + 2)],
      };
    },
    step(pulseUs, ms, { gain, offset, backlash, load }) {
      if (pulseUs > 0) {
        const command = limit((pulseUs - SHORTEST) / US_PER_DEGREE, 0, TURN);
        const lack = command - load * sine(limit(angle, 0, TURN)) - horn;
        if (Math.abs(lack) > DEADBAND) horn += ms * limit(lack / TAU, -SLEW, SLEW);
      }
      const gear = MIDDLE + gain * (horn - MIDDLE) + offset;
      const before = angle;
      angle = limit(angle, gear - backlash / 2, gear + backlash / 2);
      rate = ((angle - before) * 1000) / ms;
      potentiometer = limit((angle + NOISE * noise.normal(steps++)) / TURN, 0, 1);
    },
  };
}
