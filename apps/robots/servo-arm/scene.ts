import type { Scene } from '../../../runtime/index.ts';

/** of an arm, in units of its own length */
const [LENGTH, PLAN] = [1, 1.15];

/** From the axis outward, at an angle in degrees that is 0 where it hangs. */
function ray(degrees: number, from: number, to: number): readonly number[] {
  const radians = (degrees * Math.PI) / 180;
  const [x, y] = [Math.sin(radians), -Math.cos(radians)];
  return [from * x, from * y, to * x, to * y];
}

/** Arms as they are (the control's is the shorter one), and a mark where they are to be. */
export function servoScene({ setpoint, angles }: { readonly setpoint: number; readonly angles: Float64Array }): Scene {
  const shapes = Array.from(angles).flatMap((angle, arm) =>
    Number.isNaN(angle) ? [] : [{ kind: 'line', points: ray(angle, 0, arm === 0 ? LENGTH : 0.7 * LENGTH) } as const],
  );
  const text = Number.isNaN(angles[0]!) ? 'no angle' : `${angles[0]!.toFixed(0)}°, to be ${setpoint.toFixed(0)}°`;
  return {
    left: -0.4,
    right: 1.4,
    bottom: -1.2,
    top: 1.2,
    shapes: [
      { kind: 'circle', x: 0, y: 0, radius: 0.05, filled: true },
      ...shapes,
      { kind: 'line', points: ray(setpoint, LENGTH, PLAN) },
      { kind: 'text', x: -0.4, y: 1.15, text },
    ],
  };
}
