import type { Network } from './network.ts';

/**
 * The same network without its learning: what a second set of weights runs on. Load it beside the learner and take over
 * the learning weights or their running average with `copyWeights`, to act with them, to compare, or to deploy them to a board.
 */
export function frozen({ dt, seed, populations, projections }: Network): Network {
  const still = Object.entries(projections).map(([name, { plasticity: _, ...projection }]) => [name, projection] as const);
  return { dt, seed, populations, projections: Object.fromEntries(still) };
}
