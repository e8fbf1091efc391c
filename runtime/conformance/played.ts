import type { Action, Space, TimeStep } from '../loop/environment.ts';
import { createDraws, type Draws } from '../loop/episode.ts';

/** What a step showed, kept after the step. */
export type Shown = Pick<TimeStep, 'reward' | 'terminated' | 'truncated'> & { readonly observation: readonly number[] };

export const kept = ({ observation, reward, terminated, truncated }: TimeStep): Shown => ({
  observation: [...observation],
  reward,
  terminated,
  truncated,
});
export const ended = ({ terminated, truncated }: TimeStep): boolean => terminated || truncated;

/** Same to the bit (−0 is not 0). */
export const same = (a: Shown, b: Shown): boolean =>
  Object.is(a.reward, b.reward) &&
  a.terminated === b.terminated &&
  a.truncated === b.truncated &&
  a.observation.length === b.observation.length &&
  a.observation.every((x, i) => Object.is(x, b.observation[i]));

export const text = (shown: Shown | undefined): string => (shown === undefined ? 'nothing' : JSON.stringify(shown));

/** An action of the space, the same for the same draws; where a bound is infinite, within ±1 of the finite one or of 0. */
export function anyAction(space: Space, draws: Draws): Action {
  if (space.kind === 'discrete') return draws.integer(space.n);
  return Float64Array.from(space.low, (low, i) => {
    const high = space.high[i]!;
    const from = Number.isFinite(low) ? low : Number.isFinite(high) ? high - 1 : -1;
    return draws.uniform(from, Number.isFinite(high) ? high : from + 2);
  });
}

/** Actions that the space does not have. */
export function foreignActions(space: Space): unknown[] {
  if (space.kind === 'discrete') return [-1, space.n, 0.5, Number.NaN, Number.POSITIVE_INFINITY, undefined, '0', Float64Array.of(0)];
  const inside = anyAction(space, createDraws('inside')) as Float64Array;
  const changed = (value: number): Float64Array => inside.with(inside.length - 1, value);
  const [low, high] = [space.low.at(-1)!, space.high.at(-1)!];
  const beyond = [low - 1 - Math.abs(low), high + 1 + Math.abs(high)].filter(Number.isFinite);
  return [
    new Float64Array(inside.length + 1),
    new Float64Array(inside.length - 1),
    changed(Number.NaN),
    ...beyond.map(changed),
    0,
    undefined,
    [...inside],
  ];
}

const plainLeaf = (value: unknown): boolean => ['number', 'boolean', 'string'].includes(typeof value) || value instanceof Float64Array;
export const plain = (value: unknown): boolean =>
  plainLeaf(value) ||
  (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(plain));

export function seeded(seed: number): Draws {
  const draws = createDraws('conformance');
  draws.seed(seed);
  return draws;
}

export function throws(call: () => unknown): boolean {
  try {
    call();
  } catch {
    return true;
  }
  return false;
}
