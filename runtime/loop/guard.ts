import { controllerError, raise } from '../errors.ts';
import {
  type Action,
  contains,
  describeSpace,
  describeValue,
  type Environment,
  type EnvironmentState,
  type TimeStep,
} from './environment.ts';

/** Raises an error of the table unless the declarations of the environment make sense. */
export function checkDeclaration({ name, observation, action, period, limit }: Environment): void {
  for (const [field, space] of Object.entries({ observation, action })) {
    const path = `${name}.${field}`;
    if (space.kind === 'discrete') {
      if (!(Number.isInteger(space.n) && space.n > 0)) {
        raise('ERR_OUT_OF_RANGE', {
          bound: 'a positive integer',
          path: `${path}.n`,
          value: space.n,
          remedy: 'declare how many actions there are',
        });
      }
      continue;
    }
    if (space.low.length === 0 || space.low.length !== space.high.length) {
      const value = `${space.low.length} and ${space.high.length}`;
      raise('ERR_SHAPE', {
        what: 'as many low as high bounds',
        expected: 'at least 1',
        path,
        value,
        remedy: 'declare both for each number',
      });
    }
    const wrong = space.low.findIndex((low, i) => !(low <= space.high[i]!));
    if (wrong >= 0) {
      const value = `${space.low[wrong]} and ${space.high[wrong]}`;
      raise('ERR_OUT_OF_RANGE', { bound: 'low ≤ high', path: `${path}[${wrong}]`, value, remedy: 'exchange the bounds' });
    }
  }
  if (!(period > 0 && period < Number.POSITIVE_INFINITY)) {
    raise('ERR_OUT_OF_RANGE', { bound: 'a positive number', path: `${name}.period`, value: period, remedy: 'declare the ms of one step' });
  }
  if (!(limit > 0 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY))) {
    const remedy = 'declare the most steps of an episode, or Infinity';
    raise('ERR_OUT_OF_RANGE', { bound: 'a positive integer or Infinity', path: `${name}.limit`, value: limit, remedy });
  }
}

/** What is wrong with a step, as the values of ERR_ENVIRONMENT_VALUE; undefined where nothing is. */
export function faultOf(environment: Environment, step: TimeStep): { path: string; expected: string; value: string } | undefined {
  const { name, observation: space } = environment;
  if (typeof step !== 'object' || step === null) return { path: `${name}.step`, expected: 'an object', value: describeValue(step) };
  const { observation, reward, terminated, truncated } = step;
  if (!contains(space, observation)) {
    const expected = describeSpace(space);
    if (!(observation instanceof Float64Array) || observation.length !== space.low.length) {
      return { path: `${name}.observation`, expected, value: describeValue(observation) };
    }
    const at = observation.findIndex((x, i) => !(x >= space.low[i]! && x <= space.high[i]!));
    const bounds = `a number between ${space.low[at]} and ${space.high[at]}`;
    return { path: `${name}.observation[${at}]`, expected: bounds, value: String(observation[at]) };
  }
  for (let i = 0; i < observation.length; i++) {
    if (Number.isFinite(observation[i])) continue;
    return { path: `${name}.observation[${i}]`, expected: 'a finite number', value: String(observation[i]) };
  }
  if (!Number.isFinite(reward)) return { path: `${name}.reward`, expected: 'a finite number', value: describeValue(reward) };
  if (typeof terminated !== 'boolean' || typeof truncated !== 'boolean' || (terminated && truncated)) {
    const value = `${describeValue(terminated)} and ${describeValue(truncated)}`;
    return { path: `${name}.terminated`, expected: 'one of terminated and truncated, or neither,', value };
  }
  return undefined;
}

export interface GuardOptions {
  /** an episode longer than this is stopped; default the environment's own `limit` */
  readonly steps?: number;
}

/**
 * The same environment under watch: what it declares is checked once, what it shows at every reset and step. An observation that is
 * not finite, has the wrong shape or leaves its space, a reward that is no number, and an episode that outlasts its bound raise an
 * error that names it (ERR_ENVIRONMENT_VALUE, ERR_ENVIRONMENT_ENDLESS). It is then closed, and every further call raises that error again.
 * Nothing is allocated in a step.
 */
export function guarded<A extends Action>(
  environment: Environment<A>,
  { steps: bound = environment.limit }: GuardOptions = {},
): Environment<A> {
  const watched = environment as unknown as Environment;
  checkDeclaration(watched);
  const { name } = environment;
  let steps = 0;
  let fault: Error | undefined;
  const stop = (error: Error): never => {
    fault = error;
    environment.close();
    throw error;
  };
  const checked = (step: TimeStep): TimeStep => {
    const values = faultOf(watched, step);
    if (values !== undefined) stop(controllerError('ERR_ENVIRONMENT_VALUE', { ...values, name, step: steps }));
    return step;
  };
  const { scene, state, restore } = environment;
  return {
    name,
    observation: environment.observation,
    action: environment.action,
    period: environment.period,
    limit: environment.limit,
    reset(options) {
      if (fault !== undefined) throw fault;
      steps = 0;
      return checked(environment.reset(options));
    },
    step(action) {
      if (fault !== undefined) throw fault;
      const step = environment.step(action);
      steps++;
      checked(step);
      if (steps >= bound && !step.terminated && !step.truncated) stop(controllerError('ERR_ENVIRONMENT_ENDLESS', { name, steps }));
      return step;
    },
    ...(scene === undefined ? {} : { scene: () => scene.call(environment) }),
    ...(state === undefined || restore === undefined
      ? {}
      : {
          state: () => ({ steps, world: state.call(environment) }),
          restore(saved) {
            if (fault !== undefined) throw fault;
            steps = saved['steps'] as number;
            return checked(restore.call(environment, saved['world'] as EnvironmentState));
          },
        }),
    close: () => environment.close(),
  };
}
