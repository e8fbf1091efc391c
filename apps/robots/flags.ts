import { UsageError } from '../cli/usage.ts';
import { type FlagSet, type Given, textOf } from '../flags.ts';

/** What every robot is asked. */
export interface RobotFlags {
  /** most episodes; undefined: as many as the task is given to be solved */
  readonly episodes: number | undefined;
  /** control agents beside the learner */
  readonly baselines: boolean;
}

export interface CartpoleFlags extends RobotFlags {
  readonly version: 'v0' | 'v1';
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new UsageError(`--${name} needs a whole number from 1 to 9999999, got '${text}'`, `for example --${name} 300`);
  return value;
}

const robotFlags = [
  { flags: '--episodes <n>', description: 'episodes to learn in; by default until the task is solved, or its time is up' },
  { flags: '--baselines', description: 'also learn without recurrence, with the readout alone, and linearly, beside it' },
] as const;

export const cartpoleFlags: FlagSet<CartpoleFlags> = {
  flags: [...robotFlags, { flags: '--v0', description: 'episodes of at most 200 steps (CartPole-v0) in the place of 500 (CartPole-v1)' }],
  parse: (given: Given) => ({
    episodes: wholeNumber('episodes', textOf(given, 'episodes')),
    baselines: given['baselines'] === true,
    version: given['v0'] === true ? 'v0' : 'v1',
  }),
};
