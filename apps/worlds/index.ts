export { cartpole, cartpoleVersions } from './cartpole.ts';
