export { cartpole, cartpoleVersions } from './cartpole.ts';
export { type AcrobotOptions, acrobot } from './acrobot.ts';
export { doublePendulum } from './double-pendulum.ts';
