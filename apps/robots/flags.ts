import { UsageError } from '../cli/usage.ts';
import { type FlagSet, type Given, textOf, WATCHED_SPEED } from '../flags.ts';

/** What every robot is asked. */
export interface RobotFlags {
  /** most episodes; undefined: as many as the task is given to be solved */
  readonly episodes: number | undefined;
  /** control agents beside the learner */
  readonly baselines: boolean;
  /** the world is shown in the terminal */
  readonly render: boolean;
  /** file of the recording of the learner's play */
  readonly record: string | undefined;
}

export interface CartpoleFlags extends RobotFlags {
  readonly version: 'v0' | 'v1';
  /** the agent sees position and angle alone */
  readonly hiddenVelocities: boolean;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new UsageError(`--${name} needs a whole number from 1 to 9999999, got '${text}'`, `for example --${name} 300`);
  return value;
}

export const robotFlags: FlagSet<RobotFlags> = {
  saves: true,
  watched: WATCHED_SPEED,
  flags: [
    { flags: '--episodes <n>', description: 'episodes to learn in; by default until the task is solved, or its time is up' },
    {
      flags: '--baselines',
      description: 'control agents beside it, among them one without recurrence and one that learns its readout alone',
    },
    {
      flags: '--render',
      description: 'show the world in the terminal: while it learns, then the frozen policy at the pace of the world',
      local: true,
    },
    { flags: '--record <file>', description: 'write down how it learns (MCAP), so that it can be replayed to the bit', local: true },
  ],
  parse: (given: Given) => ({
    episodes: wholeNumber('episodes', textOf(given, 'episodes')),
    baselines: given['baselines'] === true,
    render: given['render'] === true,
    record: textOf(given, 'record'),
  }),
};

export const cartpoleFlags: FlagSet<CartpoleFlags> = {
  saves: true,
  watched: WATCHED_SPEED,
  flags: [
    ...robotFlags.flags,
    { flags: '--v0', description: 'episodes of at most 200 steps (CartPole-v0) in the place of 500 (CartPole-v1)' },
    { flags: '--hidden-velocities', description: 'show position and angle alone, so that memory is needed' },
  ],
  parse: (given: Given) => ({
    ...robotFlags.parse(given),
    version: given['v0'] === true ? 'v0' : 'v1',
    hiddenVelocities: given['hiddenVelocities'] === true,
  }),
};
