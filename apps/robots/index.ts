import type { App } from '../app.ts';
import { robotApp } from './app.ts';
import type { CartpoleFlags, RobotFlags } from './flags.ts';
import { acrobotTask } from './tasks/acrobot.ts';
import { cartpoleTask } from './tasks/cartpole.ts';
import { doublePendulumTask } from './tasks/double-pendulum.ts';
import { pongTask } from './tasks/pong.ts';
import { reachTask } from './tasks/reach.ts';
import { tmazeTask } from './tasks/tmaze.ts';

/** A pole is balanced by an actor and a critic that learn from reward alone. */
export const cartpoleApp: App<CartpoleFlags> = robotApp('cartpole', ({ version = 'v1', hiddenVelocities = false }) =>
  cartpoleTask(version, hiddenVelocities),
);
export const acrobotApp: App<RobotFlags> = robotApp('acrobot', () => acrobotTask);
export const doublePendulumApp: App<RobotFlags> = robotApp('double-pendulum', () => doublePendulumTask);
export const pongApp: App<RobotFlags> = robotApp('pong', () => pongTask);
export const reachApp: App<RobotFlags> = robotApp('reach', () => reachTask);
export const tmazeApp: App<RobotFlags> = robotApp('tmaze', () => tmazeTask);
