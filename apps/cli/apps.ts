import type { App, RunOptions, RunResult } from '../app.ts';
import type { Flag, FlagSet, Given } from '../flags.ts';
import { heartbeatFlags } from '../heartbeat/flags.ts';
import { cartpoleFlags, robotFlags } from '../robots/flags.ts';
import { servoArmFlags } from '../robots/servo-arm/flags.ts';

/** An app by its flags: its code is loaded only when it is asked for. */
export interface AppEntry {
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly saves: boolean;
  readonly watched: boolean;
  load(): Promise<Pick<App, 'network'>>;
  /** makes its actuators safe from outside, when the thread that ran it is dead; only where a dead thread leaves them on */
  readonly safe?: () => void;
  /** refuses flags that mean nothing, before anything is loaded */
  prepare(given: Given): (options: RunOptions) => Promise<RunResult>;
}

const entry = <Own>(
  summary: string,
  { flags, saves = false, watched = false, parse }: FlagSet<Own>,
  load: () => Promise<App<Own>>,
): AppEntry => ({
  summary,
  flags,
  saves,
  watched,
  load,
  prepare(given) {
    const own = parse(given);
    return async (options) => (await load()).run({ ...options, ...own });
  },
});

export const apps: Readonly<Record<string, AppEntry>> = {
  heartbeat: entry(
    'premature beats in an ECG, learned beat by beat',
    heartbeatFlags,
    async () => (await import('../heartbeat/index.ts')).heartbeat,
  ),
  cartpole: entry(
    'a pole, balanced by an actor and a critic that learn from reward alone',
    cartpoleFlags,
    async () => (await import('../robots/index.ts')).cartpoleApp,
  ),
  acrobot: entry(
    'two links, swung up by a torque at the joint between them',
    robotFlags,
    async () => (await import('../robots/index.ts')).acrobotApp,
  ),
  'double-pendulum': entry(
    'two poles on a cart, in MuJoCo (package mujoco-js): kept standing by reward',
    robotFlags,
    async () => (await import('../robots/index.ts')).doublePendulumApp,
  ),
  pong: entry(
    'a game from pixels that change, against a simple opponent',
    robotFlags,
    async () => (await import('../robots/index.ts')).pongApp,
  ),
  reach: entry(
    'an arm of two joints, that learns to go to its goals',
    robotFlags,
    async () => (await import('../robots/index.ts')).reachApp,
  ),
  tmaze: entry(
    'a corridor with cues, to be counted and remembered up to the junction',
    robotFlags,
    async () => (await import('../robots/index.ts')).tmazeApp,
  ),
  'servo-arm': entry(
    'a servo and a potentiometer on an Uno: the arm learns to follow, and again when its gear is worn',
    servoArmFlags,
    async () => (await import('../robots/servo-arm/index.ts')).servoArm,
  ),
};

/** The app of that name, and nothing that every object inherits. */
export const appNamed = (name: string): AppEntry | undefined => (Object.hasOwn(apps, name) ? apps[name] : undefined);
