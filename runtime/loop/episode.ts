import { raise } from '../errors.ts';
import { randomStream } from '../exact.ts';
import type { EnvironmentState, TimeStep } from './environment.ts';

/** What every world needs beside its dynamics: the one TimeStep object, the count of steps, the limit, and refusals out of turn. */
export interface Episode {
  /** of the TimeStep object; the world writes here before `began` and `went` */
  readonly observation: Float64Array;
  /** steps since the reset */
  readonly steps: number;
  /** an episode has begun: the step of a reset */
  began(): TimeStep;
  /** raises ERR_ENVIRONMENT_USE unless an episode runs; to be called before the world changes */
  demand(): void;
  /** a step was taken; truncated at the limit, unless the world ended there */
  went(reward: number, terminated: boolean): TimeStep;
  state(): EnvironmentState;
  restore(state: EnvironmentState): TimeStep;
  /** no episode from here on */
  close(): void;
}

const NONE = -1;

/** The episodes of world `name`, whose observations are `size` numbers, of at most `limit` steps. */
export function createEpisode(name: string, size: number, limit: number): Episode {
  const step = { observation: new Float64Array(size), reward: 0, terminated: false, truncated: false };
  let steps = NONE;
  let closed = false;
  const refuse = (call: string, state: string, remedy: string): never => raise('ERR_ENVIRONMENT_USE', { name, call, state, remedy });
  const demandOpen = (call: string): void => {
    if (closed) refuse(call, 'a world that is not closed', 'make a new one');
  };
  return {
    observation: step.observation,
    get steps() {
      return steps;
    },
    began() {
      demandOpen('reset');
      steps = 0;
      step.reward = 0;
      step.terminated = false;
      step.truncated = false;
      return step;
    },
    demand() {
      demandOpen('step');
      if (steps === NONE) refuse('step', 'an episode', 'call reset first');
      if (step.terminated || step.truncated) refuse('step', 'an episode that has not ended', 'call reset first');
    },
    went(reward, terminated) {
      steps++;
      step.reward = reward;
      step.terminated = terminated;
      step.truncated = !terminated && steps >= limit;
      return step;
    },
    state: () => ({ ...step, observation: step.observation.slice(), steps }),
    restore(state) {
      demandOpen('restore');
      step.observation.set(state['observation'] as Float64Array);
      step.reward = state['reward'] as number;
      step.terminated = state['terminated'] as boolean;
      step.truncated = state['truncated'] as boolean;
      steps = state['steps'] as number;
      return step;
    },
    close() {
      closed = true;
    },
  };
}

/** A world's generator: counter-based, so that its state is a seed and a count. */
export interface Draws {
  seed(seed: number): void;
  /** uniform in [low, high) */
  uniform(low: number, high: number): number;
  /** an integer from 0 to n − 1, each alike */
  integer(n: number): number;
  /** standard normal */
  normal(): number;
  state(): EnvironmentState;
  restore(state: EnvironmentState): void;
}

/** The draws of stream `name` (Philox2x32-10), from seed 0 until they are seeded. */
export function createDraws(name: string): Draws {
  let key = 0;
  let count = 0;
  let stream = randomStream(key, name);
  const seed = (value: number): void => {
    key = value;
    count = 0;
    stream = randomStream(key, name);
  };
  return {
    seed,
    uniform: (low, high) => low + (high - low) * stream.uniform(count++),
    integer: (n) => Math.floor(n * stream.uniform(count++)),
    normal: () => stream.normal(count++),
    state: () => ({ key, count }),
    restore(state) {
      seed(state['key'] as number);
      count = state['count'] as number;
    },
  };
}
