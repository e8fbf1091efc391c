import type { Network } from '../../runtime/network/network.ts';
import { layered } from './layered.ts';
import { local } from './local.ts';
import { network, variants } from './variants.ts';

/** Every network whose bits are compared between backends, instruction sets and machines. */
export const networks: Readonly<Record<string, Network>> = {
  ...Object.fromEntries(Object.entries(variants).map(([name, variant]) => [name, network(variant)])),
  ...layered,
  ...local,
};
