/** A cart learns from reward alone to stand under a light: network.json says what learns and by which rule, world.js what it acts on. */
import { readFileSync } from 'node:fs';
import { advance, compile, fingerprint, frames, run, simulate, virtualClock } from 'ganglion';
import { fastestBackend } from 'ganglion/native';
import { cart } from './world.js';

const EPISODES = Number(process.argv[2] ?? 400);
const TICKS = 5; // of the network, in each step of the world

/** The observation as a bump over sixteen neurons, each of which has a distance that it likes best. */
const encoder = {
  size: 16,
  encode(observation, into) {
    for (let k = 0; k < 16; k++) into[k] = Math.exp(-((observation[0] - (k - 7.5) / 5) ** 2) / 0.08);
  },
};

const network = JSON.parse(readFileSync(new URL('network.json', import.meta.url), 'utf8'));
// The reference gives the same bits where there is no addon, slower.
const executable = fastestBackend().load(compile(network, { maxTicks: TICKS }));

// Every step of the world is a frame: look, let the network run its ticks and learn, act.
const clock = virtualClock({ dt: network.dt, frameTicks: TICKS });
const returns = [];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const { sense, act } = simulate(cart(), {
  source: 'input',
  encoder,
  policy: 'policy',
  discount: 0.9,
  seed: 1,
  onEpisode({ index, return: total }) {
    returns.push(total);
    if ((index + 1) % 50 === 0) console.log(`episodes ${index - 48} to ${index + 1}: mean return ${mean(returns.slice(-50)).toFixed(2)}`);
    if (returns.length === EPISODES) clock.stop();
  },
});
await run(frames(clock, executable).pipe(sense, advance(), act));
console.log(`learned on the ${executable.backend} backend, fingerprint ${fingerprint(executable)}`);
