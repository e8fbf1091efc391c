/** Lockstep with an environment: what the last tick of a frame brings and draws, and how episodes end. */
import test from 'ava';
import { CARTPOLE_TICKS, cartpole, cartpoleEncoder, cartpoleSettings } from '../../../apps/robots/cartpole.ts';
import { bestMean, playEpisodes } from '../../../apps/robots/episodes.ts';
import { agentNetwork } from '../../../apps/robots/network.ts';
import { compile, type Environment, fingerprint, referenceBackend } from '../../../runtime/index.ts';

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

test('a world that shows NaN is named, and the run ends with that error', async (t) => {
  const world = cartpole('v0');
  const broken: Environment<number> = {
    ...world,
    step(action) {
      const step = world.step(action);
      step.observation[2] = Number.NaN;
      return step;
    },
  };
  await t.throwsAsync(playEpisodes({ ...options, executable: load(1), environment: broken, episodes: 3 }), {
    message: /cartpole-v0\.observation\[2\]/,
  });
});

test('the best mean is that of a window, and is reached where it first is', (t) => {
  t.deepEqual(bestMean([1, 1, 4, 4, 4, 0], 4, 3), { best: 4, reached: 5 });
  t.deepEqual(bestMean([1, 2], 1, 3), { best: null, reached: null });
});
