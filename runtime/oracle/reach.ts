import type { Model } from './model.ts';

/**
 * The neurons that a neuron's state can influence within `hops` recurrent synapses, itself first, by breadth: the sparsity
 * pattern of SnAp-n is hops = n − 1. It follows the connections that exist, not the weights that happen to differ from 0.
 * (Menick et al. 2021; sheet 6.11)
 */
export function reachable(model: Pick<Model, 'neurons' | 'connected'>, from: number, hops: number): number[] {
  const n = model.neurons;
  const found = [from];
  let start = 0;
  for (let hop = 0; hop < hops && start < found.length; hop++) {
    const end = found.length;
    for (let at = start; at < end; at++) {
      for (let l = 0; l < n; l++) if (model.connected[found[at] * n + l] === 1 && !found.includes(l)) found.push(l);
    }
    start = end;
  }
  return found;
}
