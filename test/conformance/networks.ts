import type { Network } from '../../runtime/network/network.ts';
import { convolved } from './convolved.ts';
import { layered } from './layered.ts';
import { turningNetworks } from './turning.ts';
import { network, variants } from './variants.ts';

/** A network whose bits are compared, and the ticks after which they are. */
export interface Compared {
  readonly network: Network;
  readonly ticks: number;
}

/** Long enough for adaptation, schedules and ends of episodes. */
export const VARIANT_TICKS = 2048;
/** Traces of these keep up to a hundred times as much, and the reference is slow. */
const LAYERED_TICKS = 320;

/** Every network whose bits are compared between backends, instruction sets and machines. */
export const networks: Readonly<Record<string, Compared>> = {
  ...Object.fromEntries(Object.entries(variants).map(([name, variant]) => [name, { network: network(variant), ticks: VARIANT_TICKS }])),
  ...Object.fromEntries(
    Object.entries({ ...layered, ...convolved, ...turningNetworks }).map(([name, description]) => [
      name,
      { network: description, ticks: LAYERED_TICKS },
    ]),
  ),
};
