import { raise } from '../errors.ts';
import { type Action, contains, describeValue, type Environment, type EnvironmentState, type TimeStep } from '../loop/environment.ts';
import type { Draws } from '../loop/episode.ts';
import { checkDeclaration, faultOf } from '../loop/guard.ts';
import { anyAction, ended, foreignActions, kept, plain, type Shown, same, seeded, text, throws } from './played.ts';

/** One property of an environment; `run` rejects with ERR_CONFORMANCE, or with the environment's own error, where it does not hold. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

export interface ConformanceOptions {
  /** steps that a check drives, over as many episodes as they fill; default 400 */
  readonly steps?: number;
  /** seeds the actions that are tried; default 1 */
  readonly seed?: number;
}

/**
 * The checks that an environment has to pass, as a list for any test runner. `make` makes a fresh environment of the same world every time;
 * each check closes those it made. Actions are drawn from the declared space; nothing depends on time.
 */
export function environmentChecks(
  make: () => Environment<never> | Promise<Environment<never>>,
  { steps: budget = 400, seed = 1 }: ConformanceOptions = {},
): Check[] {
  const checks: Check[] = [];
  const check = (name: string, remedy: string, body: (tools: Tools) => void | Promise<void>): void => {
    checks.push({
      name,
      async run() {
        const made: Environment[] = [];
        const fresh = async (): Promise<Environment> => {
          const environment = (await make()) as unknown as Environment;
          made.push(environment);
          return environment;
        };
        const environment = await fresh();
        const demand = (holds: boolean, value: unknown): void => {
          if (!holds) raise('ERR_CONFORMANCE', { name: String(environment.name), invariant: name, value: String(value), remedy });
        };
        try {
          await body({ environment, fresh, demand, draws: seeded(seed) });
        } finally {
          for (const one of made) one.close();
        }
      },
    });
  };

  /** Drives `count` steps, through the ends of episodes (which are reset without a seed), and keeps what was shown. */
  const drive = (environment: Environment, draws: Draws, count: number): Shown[] => {
    const shown: Shown[] = [];
    for (let k = 0; k < count; k++) {
      const step = environment.step(anyAction(environment.action, draws));
      shown.push(kept(step));
      if (ended(step)) shown.push(kept(environment.reset()));
    }
    return shown;
  };
  const alike = (a: readonly Shown[], b: readonly Shown[], demand: Tools['demand'], what: string): void => {
    demand(a.length === b.length, `${what}: ${a.length} and ${b.length} of them`);
    const at = a.findIndex((shown, k) => !same(shown, b[k]!));
    demand(at < 0, `${what}: number ${at} shows ${text(a[at])} and ${text(b[at])}`);
  };

  check('it declares a name, spaces, a period and a limit that make sense', 'correct the declaration', ({ environment, demand }) => {
    demand(typeof environment.name === 'string' && environment.name !== '', describeValue(environment.name));
    demand((environment.observation.kind as string) === 'box', environment.observation.kind);
    checkDeclaration(environment);
  });

  check(
    'a reset shows a finite observation of the declared space, reward 0 and a running episode',
    'let reset fill the whole TimeStep',
    ({ environment, demand }) => {
      for (let k = 0; k < 5; k++) {
        const step = environment.reset({ seed: k });
        const fault = faultOf(environment, step);
        demand(fault === undefined, `${fault?.path} ${fault?.value}`);
        demand(step.reward === 0 && !ended(step), text(kept(step)));
      }
    },
  );

  check(
    'every step shows a finite observation of the declared space, a finite reward, and not two ends at once',
    'correct the step, or declare the space as it is',
    ({ environment, demand, draws }) => {
      environment.reset({ seed });
      for (let k = 0; k < budget; k++) {
        const step = environment.step(anyAction(environment.action, draws));
        const fault = faultOf(environment, step);
        demand(fault === undefined, `${fault?.path} ${fault?.value} at step ${k + 1}`);
        if (ended(step)) environment.reset();
      }
    },
  );

  check('an episode ends within the declared limit', 'truncate it at the limit, or declare Infinity', ({ environment, demand, draws }) => {
    if (environment.limit === Number.POSITIVE_INFINITY) return;
    for (let episode = 0; episode < 2; episode++) {
      let step = environment.reset({ seed: seed + episode });
      let steps = 0;
      while (!ended(step)) {
        demand(steps < environment.limit, `none of both after ${steps} steps of at most ${environment.limit}`);
        step = environment.step(anyAction(environment.action, draws));
        steps++;
      }
    }
  });

  check('the same seed and actions show the same to the bit', 'draw everything from a generator that reset seeds', async (tools) => {
    const { environment, fresh, demand } = tools;
    const play = (one: Environment, from: number): Shown[] => [kept(one.reset({ seed: from })), ...drive(one, seeded(seed), budget)];
    const first = play(environment, seed);
    alike(first, play(environment, seed), demand, 'played again');
    alike(first, play(await fresh(), seed), demand, 'another of the kind');
    alike(play(environment, seed + 1), play(await fresh(), seed + 1), demand, 'with another seed');
  });

  check('a restored state goes on as the first did, to the bit', 'let state hold everything that a step or a reset uses', async (tools) => {
    const { environment, fresh, demand, draws } = tools;
    const { state, restore } = environment;
    demand((state === undefined) === (restore === undefined), 'one of state and restore');
    if (state === undefined) return;
    const stateOf = (one: Environment): EnvironmentState => one.state!();
    const other = await fresh();
    other.reset({ seed: seed + 7 });
    drive(other, draws, 3);
    let now = kept(environment.reset({ seed }));
    for (let k = 0; k < 4; k++) {
      now = drive(environment, draws, 1 + 5 * k).at(-1) ?? now;
      const saved = stateOf(environment);
      demand(plain(saved), 'a state that holds more than numbers, strings, booleans, Float64Arrays and plain objects of them');
      const first = drive(environment, seeded(k), Math.ceil(budget / 4));
      for (const one of [environment, other]) {
        const back = kept(one.restore!(saved));
        demand(same(now, back), `restore shows ${text(back)} for ${text(now)}`);
        alike(first, drive(one, seeded(k), Math.ceil(budget / 4)), demand, one === other ? 'restored elsewhere' : 'restored');
      }
      environment.restore!(saved);
    }
  });

  check('all steps are shown in one object, which changes at a reset, step or restore only', 'write into one TimeStep', async (tools) => {
    const { environment, demand, draws } = tools;
    const first = environment.reset({ seed });
    const { observation } = first;
    for (let k = 0; k < 20; k++) {
      const action = anyAction(environment.action, draws);
      const copy = typeof action === 'number' ? action : action.slice();
      const step = environment.step(action);
      demand(step === first && step.observation === observation, 'a new object');
      demand(
        typeof action === 'number' || action.every((x, i) => Object.is(x, (copy as Float64Array)[i])),
        'an action that the step has changed',
      );
      const shown = kept(step);
      if (typeof action !== 'number') action.fill(0);
      environment.state?.();
      environment.scene?.();
      await new Promise((resolve) => setTimeout(resolve, 1));
      demand(same(shown, kept(step)), `${text(kept(step))} where it was ${text(shown)}`);
      if (ended(step)) demand(environment.reset() === first, 'a new object from reset');
    }
  });

  check('an action outside of the space is refused, and changes nothing', 'raise an error before the world changes', async (tools) => {
    const { environment, fresh, demand, draws } = tools;
    const undisturbed = await fresh();
    for (const one of [environment, undisturbed]) one.reset({ seed });
    for (const action of foreignActions(environment.action)) {
      demand(!contains(environment.action, action), describeValue(action));
      demand(
        throws(() => environment.step(action as Action)),
        `silence at ${describeValue(action)}`,
      );
      const wanted = anyAction(environment.action, draws);
      const copy = typeof wanted === 'number' ? wanted : wanted.slice();
      const [step, other] = [environment.step(wanted), undisturbed.step(copy)];
      demand(same(kept(step), kept(other)), `${text(kept(step))} for ${text(kept(other))} after ${describeValue(action)}`);
      if (ended(step)) for (const one of [environment, undisturbed]) one.reset({ seed });
    }
  });

  check('a step is refused before the first reset, after the end, and after close, which may come twice', 'raise an error', (tools) => {
    const { environment, demand, draws } = tools;
    const step = (): TimeStep => environment.step(anyAction(environment.action, draws));
    demand(throws(step), 'a step before the first reset');
    let last = environment.reset({ seed });
    for (let k = 0; k < Math.min(environment.limit, 100 * budget) && !ended(last); k++) last = step();
    if (ended(last)) {
      const shown = kept(last);
      demand(throws(step), 'a step after the end');
      demand(same(shown, kept(last)), `${text(kept(last))} where the end was ${text(shown)}`);
      environment.reset();
    }
    environment.close();
    environment.close();
    demand(throws(step), 'a step after close');
  });

  return checks;
}

interface Tools {
  readonly environment: Environment;
  fresh(): Promise<Environment>;
  demand(holds: boolean, value: unknown): void;
  readonly draws: Draws;
}
