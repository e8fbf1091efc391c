import test from 'ava';
import { createDraws, createEpisode, type Environment, type EnvironmentState, type GuardOptions, guarded } from '../../../runtime/index.ts';

/** Counts up; `change` spoils what it shows at step 5. */
function counter(change: (observation: Float64Array) => void, limit = 20, ends = true): Environment<number> & { closed: number } {
  const episode = createEpisode('counter', 2, ends ? limit : Number.POSITIVE_INFINITY);
  return {
    closed: 0,
    name: 'counter',
    observation: { kind: 'box', low: [0, 0], high: [100, 100] },
    action: { kind: 'discrete', n: 2 },
    period: 10,
    limit,
    reset() {
      episode.observation.fill(0);
      return episode.began();
    },
    step(action) {
      episode.demand();
      episode.observation[action] = episode.steps;
      if (episode.steps === 5) change(episode.observation);
      return episode.went(1, false);
    },
    state: () => episode.state(),
    restore: (state: EnvironmentState) => episode.restore(state),
    close() {
      this.closed++;
      episode.close();
    },
  };
}

const sound = (): void => undefined;
function playedOut(environment: Environment<number>, steps: number): void {
  environment.reset();
  for (let k = 0; k < steps; k++) environment.step(k % 2);
}

test('a sound environment is unchanged under guard, and shows the same object', (t) => {
  const world = counter(sound);
  const watched = guarded(world);
  const first = watched.reset();
  for (let k = 0; k < 20; k++) t.is(watched.step(0), first);
  t.true(first.truncated);
  watched.reset();
  watched.step(1);
  const saved = watched.state!();
  playedOut(watched, 4);
  t.is(watched.restore!(saved).observation[1], 0);
  t.is(world.closed, 0);
  watched.close();
  t.is(world.closed, 1);
});

const cases: Record<string, readonly [(observation: Float64Array) => void, RegExp, string]> = {
  'a NaN': [
    (o) => o.fill(Number.NaN),
    /^a number between 0 and 100 required at counter\.observation\[0\], got NaN from environment counter at step 6/,
    'counter.observation[0]',
  ],
  'a number out of space': [
    (o) => o.fill(101, 1),
    /^a number between 0 and 100 required at counter\.observation\[1\], got 101/,
    'counter.observation[1]',
  ],
};
for (const [what, [change, message, path]] of Object.entries(cases)) {
  test(`${what} is named and stops the environment for good`, (t) => {
    const world = counter(change);
    const watched = guarded(world);
    const error = t.throws(() => playedOut(watched, 10), { message });
    t.like(error, { code: 'ERR_ENVIRONMENT_VALUE', path, name: 'DescriptionError' });
    t.is(world.closed, 1);
    for (const call of [() => watched.reset(), () => watched.step(0), () => watched.restore!({ steps: 0 })]) t.is(t.throws(call), error);
    t.notThrows(() => playedOut(counter(change), 10), 'without the guard nobody sees it');
  });
}

test('an infinity in an unbounded space is seen', (t) => {
  const world = {
    ...counter((o) => o.fill(Number.POSITIVE_INFINITY)),
    observation: { kind: 'box', low: [0, 0], high: [Infinity, Infinity] } as const,
  };
  t.throws(() => playedOut(guarded(world as Environment<number>), 10), {
    message: /^a finite number required at counter\.observation\[0\], got Infinity/,
  });
});

test('a wrong shape, a missing reward and a step that is no object are named', (t) => {
  const showing = (value: unknown): Environment<number> => ({ ...counter(sound), step: () => value as never });
  const step = { observation: new Float64Array(2), reward: 0, terminated: false, truncated: false };
  for (const [value, message] of [
    [
      { ...step, observation: new Float64Array(3) },
      /^a Float64Array of length 2 .* counter\.observation, got Float64Array\(3\) \[0, 0, 0\]/,
    ],
    [{ ...step, observation: [0, 0] }, /got an object of Array/],
    [{ ...step, reward: undefined }, /^a finite number required at counter\.reward, got undefined/],
    [{ ...step, terminated: 1 }, /counter\.terminated, got 1 and false/],
    [undefined, /^an object required at counter\.step, got undefined/],
    [step, undefined],
  ] as const) {
    const play = (): void => playedOut(guarded(showing(value)), 1);
    if (message === undefined) t.notThrows(play);
    else t.throws(play, { code: 'ERR_ENVIRONMENT_VALUE', message });
  }
});

test('an episode that outlasts the declared limit, or the bound that is given, is stopped', (t) => {
  const play = (limit: number, options?: GuardOptions) => (): void => playedOut(guarded(counter(sound, limit, false), options), 100);
  t.like(t.throws(play(20)), {
    code: 'ERR_ENVIRONMENT_ENDLESS',
    message: 'an episode of environment counter is neither terminated nor truncated after 20 steps',
  });
  t.throws(play(Number.POSITIVE_INFINITY, { steps: 50 }), { message: /after 50 steps$/ });
  t.notThrows(play(Number.POSITIVE_INFINITY), 'what has no limit may go on');
});

test('a declaration that makes no sense is refused at once', (t) => {
  const world = counter(sound);
  const with_ = (change: Partial<Environment<number>>) => (): unknown => guarded({ ...world, ...change });
  t.throws(with_({ action: { kind: 'discrete', n: 0 } }), { code: 'ERR_OUT_OF_RANGE', message: /counter\.action\.n, got 0/ });
  t.throws(with_({ observation: { kind: 'box', low: [0], high: [] } }), {
    code: 'ERR_SHAPE',
    message: /counter\.observation, got 1 and 0/,
  });
  t.throws(with_({ observation: { kind: 'box', low: [0, 2], high: [1, 1] } }), { message: /counter\.observation\[1\], got 2 and 1/ });
  t.throws(with_({ period: 0 }), { message: /counter\.period, got 0/ });
  t.throws(with_({ limit: 1.5 }), { message: /counter\.limit, got 1\.5/ });
});

test('draws are those of the seed and the count, and a state holds both', (t) => {
  const [a, b] = [createDraws('a'), createDraws('a')];
  a.seed(4);
  const first = [a.uniform(2, 3), a.integer(5), a.normal()];
  t.true(first[0]! >= 2 && first[0]! < 3 && Number.isInteger(first[1]) && first[1]! < 5);
  b.restore(a.state());
  t.is(a.normal(), b.normal());
  b.seed(4);
  t.deepEqual([b.uniform(2, 3), b.integer(5), b.normal()], first);
  const other = createDraws('b');
  other.seed(4);
  t.not(other.uniform(2, 3), first[0]);
});
