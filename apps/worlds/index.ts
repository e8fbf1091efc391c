export { type AcrobotOptions, acrobot } from './acrobot.ts';
export { cartpole, cartpoleVersions } from './cartpole.ts';
export { doublePendulum } from './double-pendulum.ts';
export { pong, pongCourt, pongPoints } from './pong.ts';
export { type ReachOptions, reach, reachRadius } from './reach.ts';
export { type TmazeOptions, tmaze } from './tmaze.ts';
