/** Lockstep with an environment: what the last tick of a frame brings and draws, and how episodes end. */
import type { ChildProcess } from 'node:child_process';
import test from 'ava';

import { bestMean, playEpisodes } from '../../../apps/robots/episodes.ts';
import { agentNetwork } from '../../../apps/robots/network.ts';
import { cartpoleEncoder, cartpoleSettings } from '../../../apps/robots/tasks/cartpole.ts';
import { cartpole } from '../../../apps/worlds/index.ts';
import {
  advance,
  compile,
  type Environment,
  type EpisodeEnd,
  fingerprint,
  frames,
  inhibit,
  inhibitedEpisode,
  missedDeadline,
  realTimeClock,
  referenceBackend,
  simulate,
  stage,
  type TimeStep,
  updatesOf,
  virtualClock,
} from '../../../runtime/index.ts';
import { handTime } from '../../runtime/loop/hand-time.ts';
import { main, node } from '../command.ts';

const CARTPOLE_TICKS = 5;
const small = { ...cartpoleSettings, neurons: 12 };
const load = (seed: number, settings = small) => referenceBackend.load(compile(agentNetwork(settings, seed), { maxTicks: CARTPOLE_TICKS }));
const options = { encoder: cartpoleEncoder(), ticks: CARTPOLE_TICKS, discount: 0.99, seed: 1 };

test('one seed plays one run, another seed another; every step has a frame, and so has the end of each episode', async (t) => {
  const play = async (seed: number) => {
    const executable = load(seed);
    const played = await playEpisodes({ ...options, executable, environment: cartpole('v0'), seed, episodes: 6 });
    return { ...played, bits: fingerprint(executable) };
  };
  const [first, again, other] = [await play(1), await play(1), await play(2)];
  t.is(first.bits, again.bits);
  t.deepEqual(first.returns, again.returns);
  t.not(first.bits, other.bits);
  t.is(first.returns.length, 6);
  t.is(first.ticks, CARTPOLE_TICKS * (first.steps + 6));
  t.is(
    first.steps,
    first.returns.reduce((a, b) => a + b, 0),
  );
  t.true(first.events.inference.spikes > 0 && first.events.inference.products > 0 && first.events.learning.weightUpdates > 0);
});

test('weights move by rewards, and stand still where learning is off', async (t) => {
  const executable = load(1);
  const before = executable.arena.copy('input_lif.weights');
  await playEpisodes({ ...options, executable, environment: cartpole('v0'), episodes: 3 });
  t.notDeepEqual(executable.arena.copy('input_lif.weights'), before);
  const still = load(1);
  still.arena.words[2] = 0;
  await playEpisodes({ ...options, executable: still, environment: cartpole('v0'), episodes: 3 });
  t.deepEqual(still.arena.copy('input_lif.weights'), before);
});

test('noise of the weights is judged by the return of its episode, and weights move at no other time', async (t) => {
  const executable = referenceBackend.load(compile(agentNetwork(small, 1, 'weight-perturbation'), { maxTicks: CARTPOLE_TICKS }));
  const { arena, program } = executable;
  const [reward, learned] = [program.regions.get('reward')!, () => arena.copy('input_lif.weights')];
  const seen: { score: number; weights: Float32Array }[] = [];
  const before = learned();
  const { returns, steps } = await playEpisodes({
    ...{ ...options, executable, environment: cartpole('v0'), episodes: 3, greedy: true, judged: 'episode', rewardScale: 0.5 },
    onEpisode: () => seen.push({ score: arena.view('reward')[(CARTPOLE_TICKS - 1) * reward.stride]!, weights: learned() }),
  });
  t.true(steps > 3);
  t.deepEqual(
    seen.map(({ score }) => score),
    returns.map((total) => total / 2),
  );
  for (const [k, { weights }] of seen.entries()) t.notDeepEqual(weights, k === 0 ? before : seen[k - 1]!.weights);
  // The running mean of scores has moved once an episode.
  t.is(arena.words[program.regions.get('perturbation.trial')!.offset], 3);
});

/** CartPole that never ends by itself, and what it shows at the third step of an episode. */
function spoiled(spoil: (step: TimeStep) => TimeStep): Environment<number> {
  const world = cartpole('v0');
  let steps = 0;
  return {
    ...world,
    reset(options) {
      steps = 0;
      return world.reset(options);
    },
    step(action) {
      const step = world.step(action);
      return ++steps === 3 ? spoil(step) : step;
    },
  };
}
const faults: Readonly<Record<string, readonly [Environment<number>, RegExp]>> = {
  NaN: [spoiled((step) => Object.assign(step, { observation: step.observation.fill(Number.NaN, 2, 3) })), /cartpole-v0\.observation\[2\]/],
  'the wrong shape': [
    spoiled((step) => ({ ...step, observation: new Float64Array(3) })),
    /cartpole-v0\.observation, got Float64Array\(3\)/,
  ],
  'a reward that is no number': [spoiled((step) => ({ ...step, reward: Number.NaN })), /cartpole-v0\.reward/],
};
for (const [what, [environment, message]] of Object.entries(faults))
  test(`a world that shows ${what} is named, and the run ends with that error`, async (t) => {
    await t.throwsAsync(playEpisodes({ ...options, executable: load(1), environment, episodes: 30 }), {
      code: 'ERR_ENVIRONMENT_VALUE',
      message,
    });
  });

test('a world that never ends is named at its own limit, and closed', async (t) => {
  const world = cartpole('v0');
  let closed = 0;
  const going = { ...world.reset({ seed: 1 }), observation: new Float64Array(4) };
  const environment: Environment<number> = { ...world, limit: 40, reset: () => going, step: () => going, close: () => closed++ };
  await t.throwsAsync(playEpisodes({ ...options, executable: load(1), environment, episodes: 3 }), {
    code: 'ERR_ENVIRONMENT_ENDLESS',
    message: /cartpole-v0.*40/,
  });
  t.true(closed > 0);
});

/** Episodes in real time whose sixth frame takes `ms`. */
function timed(ms: number): readonly EpisodeEnd[] {
  const ends: EpisodeEnd[] = [];
  const time = handTime();
  const { sense, act } = simulate<number>(cartpole('v0'), {
    source: 'input',
    policy: 'policy',
    encoder: cartpoleEncoder(),
    discount: 0.99,
    seed: 1,
    onEpisode: (end) => ends.push({ ...end }),
  });
  let frame = 0;
  const slow = stage(() => ({
    step() {
      if (++frame === 6) time.compute(ms);
    },
  }));
  const clock = realTimeClock({ dt: cartpoleSettings.dt, frameTicks: CARTPOLE_TICKS, time });
  const running = frames(clock, load(1)).pipe(sense, advance(), act, slow).subscribe();
  time.pass(8 * clock.dt * clock.frameTicks);
  running.unsubscribe();
  return ends;
}

test('a missed deadline cuts the episode, with its reason; one that is just met does not', (t) => {
  // The clock is 20 ms a frame: the seventh one begins when the eighth is due.
  t.deepEqual(timed(41), [{ index: 0, return: 6, steps: 6, terminated: false, reason: missedDeadline }]);
  t.deepEqual(timed(38), []);
});

test('frames in which nothing may act cut the episode with their reason; then the world waits, and nothing is taught, until they are free', (t) => {
  const ends: EpisodeEnd[] = [];
  const { sense, act } = simulate<number>(cartpole('v0'), {
    source: 'input',
    policy: 'policy',
    encoder: cartpoleEncoder(),
    discount: 0.99,
    seed: 1,
    onEpisode: (end) => ends.push({ ...end }),
  });
  const executable = load(1);
  const updates: number[] = [];
  let frame = 0;
  const held = stage(() => ({
    step(now) {
      if (++frame > 3 && frame <= 8) inhibit(now, 'rate');
    },
  }));
  const seen = stage(() => ({ step: () => void updates.push(updatesOf(executable)) }));
  const clock = virtualClock({ dt: cartpoleSettings.dt, frameTicks: CARTPOLE_TICKS, stepped: true });
  const running = frames(clock, executable).pipe(held, sense, advance(), act, seen).subscribe();
  clock.advance(10 * CARTPOLE_TICKS);
  running.unsubscribe();
  t.deepEqual(ends, [{ index: 0, return: 3, steps: 3, terminated: false, reason: inhibitedEpisode }]);
  // The fourth frame ends the episode; the next four wait.
  t.deepEqual(updates, [1, 2, 3, 4, 4, 4, 4, 4, 5, 6]);
});

test('run cartpole --realtime, suspended: its rate is too low, and the world waits; with --least-rate 0 nobody minds', async (t) => {
  const suspended = async (...own: string[]) => {
    const when = [/episode \d/, (child: ChildProcess) => suspend(child)] as const;
    const { status, out, err } = await node([main, 'run', 'cartpole', '--realtime', '--episodes', '12', '--json', ...own], { when });
    t.is(status, 0, err);
    return JSON.parse(out);
  };
  const suspend = (child: ChildProcess): void => {
    child.kill('SIGSTOP');
    setTimeout(() => child.kill('SIGCONT'), 1500);
  };
  const { rate, sections, truncations, clock, episodes } = await suspended('--rearm', '0.2');
  t.is(episodes, 12);
  t.true(rate.outs >= 1 && rate.outFrames >= 1 && rate.lowestHz < rate.leastHz, JSON.stringify(rate));
  t.true(clock.skippedTicks > 250);
  for (const reason of Object.keys(truncations)) t.true([missedDeadline, inhibitedEpisode].includes(reason), reason);
  for (const name of ['sense', 'network', 'act', 'frame']) t.true(sections[name].worstUs > 0, name);
  t.is((await suspended('--least-rate', '0')).rate, null);
});

test('run cartpole --realtime: a step takes the time of the world, and deadlines that were missed are counted', async (t) => {
  const { status, out, err } = await node([main, 'run', 'cartpole', '--realtime', '--episodes', '2', '--json']);
  t.is(status, 0, err);
  const report = JSON.parse(out);
  t.is(report.episodes, 2);
  // The first frame is due after its own 20 ms; late ones may be given up, never hurried.
  t.true(report.wallSeconds > 0.02 * report.steps, `${report.wallSeconds} s for ${report.steps} steps`);
  for (const [reason, count] of Object.entries(report.truncations)) t.true(reason === 'missed deadline' && (count as number) <= 2);
});

test('the best mean is that of a window, and is reached where it first is', (t) => {
  t.deepEqual(bestMean([1, 1, 4, 4, 4, 0], 4, 3), { best: 4, reached: 5 });
  t.deepEqual(bestMean([1, 2], 1, 3), { best: null, reached: null });
});
