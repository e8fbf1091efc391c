import { raise } from '../errors.ts';
import type { Ms } from '../units.ts';

/** What an observation or an action may be: a vector between bounds (which may be infinite), or one of the integers 0 to n − 1. */
export type Space = BoxSpace | DiscreteSpace;
export interface BoxSpace {
  readonly kind: 'box';
  readonly low: readonly number[];
  readonly high: readonly number[];
}
export interface DiscreteSpace {
  readonly kind: 'discrete';
  readonly n: number;
}

/** An action: an integer of a discrete space, or a vector in a box. */
export type Action = number | Float64Array;

/** What the world shows after a reset or a step. One object for all steps, valid until the next reset, step or restore. */
export interface TimeStep {
  /** finite, of the length and within the bounds of the declared space */
  readonly observation: Float64Array;
  /** of the step before; 0 after a reset */
  readonly reward: number;
  /** the world has ended: what comes after is worth nothing */
  readonly terminated: boolean;
  /** the episode was cut, the world would have gone on: its value is bootstrapped. Never beside `terminated` */
  readonly truncated: boolean;
  /** why it was truncated, where that was not the time limit: a missed deadline, a lost link */
  readonly reason?: string | undefined;
}

/** Plain data, for checkpoints. */
export interface EnvironmentState {
  readonly [field: string]: number | boolean | string | Float64Array | EnvironmentState;
}

/**
 * A world that is acted upon, with the meaning of Gymnasium: `reset`, then `step` until the episode is `terminated` or `truncated`.
 * Everything is determined by the seed and the actions. A step outside an episode raises ERR_ENVIRONMENT_USE, an action outside its
 * space ERR_OUT_OF_RANGE; neither changes the world. The conformance suite (`ganglion/conformance`) holds an environment to all this.
 */
export interface Environment<A extends Action = Action> {
  readonly name: string;
  readonly observation: BoxSpace;
  readonly action: Space;
  /** time of the world that one step takes */
  readonly period: Ms;
  /** an episode is truncated after this many steps at the latest; Infinity where nothing limits it */
  readonly limit: number;
  /** Begins an episode. A seed re-seeds the generator; without one it goes on, the first time from seed 0. */
  reset(options?: { readonly seed?: number }): TimeStep;
  step(action: A): TimeStep;
  /** what a renderer draws */
  scene?(): Scene;
  state?(): EnvironmentState;
  /** goes back to a state; the answer is the step that was shown there */
  restore?(state: EnvironmentState): TimeStep;
  /** releases what the world holds; no step afterwards. Closing twice does nothing more */
  close(): void;
}

/** Plain shapes in units of the world, drawn in their order; y points up. */
export interface Scene {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly shapes: readonly Shape[];
}
export type Shape =
  /** a line through the points x0, y0, x1, y1 … */
  | { readonly kind: 'line'; readonly points: readonly number[] }
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number; readonly filled?: boolean }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string };

/** How many numbers an action or an observation of the space is. */
export const sizeOf = (space: Space): number => (space.kind === 'box' ? space.low.length : 1);

/** Whether the space has this value. */
export function contains(space: Space, value: unknown): boolean {
  if (space.kind === 'discrete') return Number.isInteger(value) && (value as number) >= 0 && (value as number) < space.n;
  if (!(value instanceof Float64Array) || value.length !== space.low.length) return false;
  for (let i = 0; i < value.length; i++) if (!(value[i] >= space.low[i]! && value[i] <= space.high[i]!)) return false;
  return true;
}

/** The space in words, for errors. */
export const describeSpace = (space: Space): string =>
  space.kind === 'discrete'
    ? `an integer from 0 to ${space.n - 1}`
    : `a Float64Array of length ${space.low.length} between [${space.low}] and [${space.high}]`;

/** What was found, in few words, for errors. */
export function describeValue(value: unknown): string {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = Array.from(value as Float64Array);
    const shown = numbers.slice(0, 8).join(', ');
    return `${value.constructor.name}(${numbers.length}) [${shown}${numbers.length > 8 ? ', …' : ''}]`;
  }
  return typeof value === 'object' && value !== null ? `an object of ${value.constructor?.name ?? 'no class'}` : String(value);
}

/** Raises ERR_OUT_OF_RANGE unless the action is one of the environment's. */
export function checkAction(name: string, space: Space, action: unknown): void {
  if (contains(space, action)) return;
  raise('ERR_OUT_OF_RANGE', {
    bound: describeSpace(space),
    path: `${name}.action`,
    value: describeValue(action),
    remedy: 'choose an action of the space; what a policy proposes is clipped by whoever drives the environment',
  });
}
