import { exact, type Ms, raise } from '../../../runtime/index.ts';

/** Where the arm is to be, degrees, at any time; it repeats itself every `period`. */
export interface Trajectory {
  readonly period: Ms;
  at(ms: Ms): number;
}

export interface TrajectoryOptions {
  readonly seed: number;
  /** points of one period; default 10 */
  readonly points?: number;
  /** time from one point to the next; default 800 ms */
  readonly move?: Ms;
  /** angles of all points, degrees; default 45 to 135 */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Reaches from point to point, each of least jerk: r = a + (b − a)(10 s³ − 15 s⁴ + 6 s⁵), s the time from 0 to 1 (Flash & Hogan 1985, J Neurosci 5:1688, eq. 3).
 * The points alternate between the lower and the upper half of the range, drawn from the seed; arithmetic alone, the same on every machine.
 */
export function reaches({ seed, points = 10, move = 800, range: [low, high] = [45, 135] }: TrajectoryOptions): Trajectory {
  if (!(Number.isInteger(points) && points >= 2 && points % 2 === 0))
    raise('ERR_OUT_OF_RANGE', {
      path: 'reaches.points',
      bound: 'an even number ≥ 2',
      value: points,
      remedy: 'halves of the range alternate',
    });
  const stream = exact.randomStream(seed, 'reaches');
  const half = (high - low) / 2;
  const angles = Array.from({ length: points }, (_, point) => low + half * ((point % 2) + stream.uniform(point)));
  return {
    period: points * move,
    at(ms) {
      const place = Math.max(0, ms) / move;
      const point = Math.floor(place);
      const s = place - point;
      const from = angles[point % points]!;
      const to = angles[(point + 1) % points]!;
      return from + (to - from) * s * s * s * (10 + s * (6 * s - 15));
    },
  };
}
