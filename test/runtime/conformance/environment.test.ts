import test from 'ava';
import { environmentChecks } from '../../../runtime/conformance/index.ts';
import { ControllerError } from '../../../runtime/errors.ts';
import {
  checkAction,
  createDraws,
  createEpisode,
  type Environment,
  type EnvironmentState,
  guarded,
  type TimeStep,
} from '../../../runtime/index.ts';

/** A sound walk on a line: a box action moves, noise is drawn at every step. */
function walk(): Environment<Float64Array> {
  const draws = createDraws('walk');
  const episode = createEpisode('walk', 2, 30);
  const [s, action] = [episode.observation, { kind: 'box', low: [-1], high: [1] } as const];
  let speed = 0;
  return {
    name: 'walk',
    observation: { kind: 'box', low: [-10, Number.NEGATIVE_INFINITY], high: [10, Number.POSITIVE_INFINITY] },
    action,
    period: 20,
    limit: 30,
    reset({ seed } = {}) {
      if (seed !== undefined) draws.seed(seed);
      speed = 0;
      s[0] = draws.uniform(-1, 1);
      s[1] = 0;
      return episode.began();
    },
    step(force) {
      episode.demand();
      checkAction('walk', action, force);
      speed += 0.3 * force[0]! + 0.05 * draws.normal();
      s[0] = Math.max(-10, Math.min(10, s[0]! + speed));
      s[1] = s[0] ** 2;
      return episode.went(-Math.abs(s[0]), Math.abs(s[0]) > 4);
    },
    state: () => ({ episode: episode.state(), draws: draws.state(), speed }),
    restore(state) {
      draws.restore(state['draws'] as EnvironmentState);
      speed = state['speed'] as number;
      return episode.restore(state['episode'] as EnvironmentState);
    },
    close: () => episode.close(),
  };
}

type Walk = Environment<Float64Array>;
/** The walk with some of its methods replaced; `this` stays the sound one. */
const broken = (change: (sound: Walk) => Partial<Walk>) => (): Walk => {
  const sound = walk();
  return { ...sound, ...change(sound) };
};
const shows = (change: (step: TimeStep, count: number) => TimeStep) =>
  broken((sound) => {
    let count = 0;
    return { step: (action) => change(sound.step(action), ++count) };
  });

const CHECKS = {
  declares: 'it declares a name, spaces, a period and a limit that make sense',
  resets: 'a reset shows a finite observation of the declared space, reward 0 and a running episode',
  steps: 'every step shows a finite observation of the declared space, a finite reward, and not two ends at once',
  ends: 'an episode ends within the declared limit',
  repeats: 'the same seed and actions show the same to the bit',
  restores: 'a restored state goes on as the first did, to the bit',
  oneObject: 'all steps are shown in one object, which changes at a reset, step or restore only',
  refuses: 'an action outside of the space is refused, and changes nothing',
  turns: 'a step is refused before the first reset, after the end, and after close, which may come twice',
} as const;

async function failures(make: () => Environment<never>): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of environmentChecks(make)) await run().catch(() => failed.push(name));
  return failed;
}

test('a sound environment passes every check, guarded or not', async (t) => {
  t.deepEqual(await failures(walk), []);
  t.deepEqual(await failures(() => guarded(walk())), []);
  t.deepEqual(
    environmentChecks(walk).map(({ name }) => name),
    Object.values(CHECKS),
  );
});

const spoil = (step: TimeStep, values: Partial<TimeStep>): TimeStep =>
  Object.assign(step as { -readonly [K in keyof TimeStep]: TimeStep[K] }, values);
let unseeded = 1;

/** Broken environments → the check that has to see it. */
const wrong: Record<string, readonly [keyof typeof CHECKS, () => Walk]> = {
  'a NaN in the observation': [
    'steps',
    shows((step, count) => (count === 50 ? spoil(step, { observation: step.observation.fill(Number.NaN) }) : step)),
  ],
  'an infinity in the observation': [
    'steps',
    shows((step, count) => (count === 50 ? spoil(step, { observation: step.observation.fill(Number.POSITIVE_INFINITY, 1) }) : step)),
  ],
  'a NaN at reset': ['resets', broken((sound) => ({ reset: (options) => spoil(sound.reset(options), { reward: Number.NaN }) }))],
  'a wrong shape': ['steps', shows((step) => ({ ...step, observation: step.observation.slice(1) }))],
  'a plain array': ['steps', shows((step) => ({ ...step, observation: [...step.observation] as unknown as Float64Array }))],
  'an observation out of its space': ['steps', broken(() => ({ observation: { kind: 'box', low: [-0.5, 0], high: [0.5, 1] } }))],
  'a reward that is no number': ['steps', shows((step) => ({ ...step, reward: undefined as unknown as number }))],
  'two ends at once': ['steps', shows((step) => (step.terminated ? spoil(step, { truncated: true }) : step))],
  'no end in spite of a limit': [
    'ends',
    broken((sound) => ({
      step: () => spoil(sound.reset(), { reward: 1 }),
    })),
  ],
  'a generator that no seed reaches': ['repeats', broken((sound) => ({ reset: () => sound.reset({ seed: unseeded++ }) }))],
  'noise from elsewhere': [
    'repeats',
    shows((step) => {
      step.observation[1]! += 1e-12 * unseeded++;
      return step;
    }),
  ],
  'a state that forgets the speed': ['restores', broken((sound) => ({ restore: (state) => sound.restore!({ ...state, speed: 0 }) }))],
  'a state that forgets the generator': [
    'restores',
    broken((sound) => ({ restore: (state) => sound.restore!({ ...state, draws: { key: 0, count: 0 } }) })),
  ],
  'a state that is not plain': [
    'restores',
    broken((sound) => ({ state: () => ({ ...sound.state!(), more: new Map() as unknown as number }) })),
  ],
  'a new step object every time': ['oneObject', shows((step) => ({ ...step }))],
  'a step object that changes later': [
    'oneObject',
    shows((step) => {
      setTimeout(() => spoil(step, { reward: 7 }));
      return step;
    }),
  ],
  'an action that it overwrites': [
    'oneObject',
    broken((sound) => ({
      step(action) {
        const step = sound.step(action);
        action.fill(0);
        return step;
      },
    })),
  ],
  'an action out of space, clipped in silence': [
    'refuses',
    broken((sound) => ({
      step: (action) => sound.step(Float64Array.of(Math.max(-1, Math.min(1, Number(action?.[0]) || 0)))),
    })),
  ],
  'a refusal that has already moved the world': [
    'refuses',
    broken((sound) => ({
      step(action) {
        if (!(action instanceof Float64Array)) sound.step(Float64Array.of(1));
        return sound.step(action);
      },
    })),
  ],
  'steps without a reset': [
    'turns',
    broken((sound) => {
      let begun = false;
      return {
        reset(options) {
          begun = true;
          return sound.reset(options);
        },
        step(action) {
          if (!begun) sound.reset();
          begun = true;
          return sound.step(action);
        },
      };
    }),
  ],
  'steps after the end': [
    'turns',
    broken((sound) => {
      let last: TimeStep | undefined;
      return {
        reset(options) {
          last = sound.reset(options);
          return last;
        },
        step(action) {
          if (!last?.terminated && !last?.truncated) last = sound.step(action);
          return last!;
        },
      };
    }),
  ],
  'steps after close': ['turns', broken(() => ({ close: () => undefined }))],
  'bounds that cross': ['declares', broken(() => ({ action: { kind: 'box', low: [1], high: [-1] } }))],
  'no period': ['declares', broken(() => ({ period: 0 }))],
  'a limit that is none': ['declares', broken(() => ({ limit: Number.NaN }))],
};

for (const [what, [check, make]] of Object.entries(wrong)) {
  test(`${what} fails the suite`, async (t) => {
    const failed = await failures(make);
    t.true(failed.includes(CHECKS[check]), failed.join('; '));
  });
}

test('a check names the environment, what must hold and what it found', async (t) => {
  const [, make] = wrong['a new step object every time']!;
  const check = environmentChecks(make).find(({ name }) => name === CHECKS.oneObject)!;
  const error = await t.throwsAsync(check.run(), { instanceOf: ControllerError });
  t.like(error, { code: 'ERR_CONFORMANCE', message: `walk is no environment: ${CHECKS.oneObject}, got a new object` });
});
