/** Apps whose worlds are broken, each in its own way. */
import type { AppEntry } from '../../../apps/cli/apps.ts';
import { robotApp } from '../../../apps/robots/app.ts';
import { robotFlags } from '../../../apps/robots/flags.ts';
import { cartpoleSettings, cartpoleTask } from '../../../apps/robots/tasks/cartpole.ts';
import { cartpole } from '../../../apps/worlds/index.ts';
import type { Environment, TimeStep } from '../../../runtime/index.ts';

/** CartPole, and what it shows at its steps instead. */
function spoiled(spoil: (step: TimeStep) => TimeStep): Environment<number> {
  const world = cartpole('v0');
  return { ...world, step: (action) => spoil(world.step(action)) };
}

const worlds: Readonly<Record<string, () => Environment<number>>> = {
  sound: () => cartpole('v0'),
  nan: () => spoiled((step) => Object.assign(step, { observation: step.observation.fill(Number.NaN, 2, 3) })),
  shape: () => spoiled((step) => ({ ...step, observation: new Float64Array(3) })),
  endless() {
    const world = cartpole('v0');
    const step = { ...world.reset(), observation: new Float64Array(4) };
    return { ...world, limit: 40, reset: () => step, step: () => step };
  },
};

export const appNamed = (name: string): AppEntry => ({
  ...{ summary: 'broken', flags: robotFlags.flags, saves: false, watched: undefined },
  load: () => Promise.reject(new Error('never asked')),
  prepare: (given) => (options) => {
    const task = { ...cartpoleTask('v0'), world: worlds[name]!, settings: { ...cartpoleSettings, neurons: 12 } };
    return robotApp(name, () => task).run({ ...options, ...robotFlags.parse(given) });
  },
});
