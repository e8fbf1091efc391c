import type { EventCounts } from './events.ts';

/** Joules an operation. */
export interface EnergyTable {
  readonly name: string;
  readonly add: number;
  readonly multiplyAdd: number;
}

/**
 * Arithmetic on 32-bit floats in a 45 nm process at 0.9 V: an addition 0.9 pJ, a multiplication 3.7 pJ (M. Horowitz, "Computing's energy problem (and what
 * we can do about it)", ISSCC 2014, figure 1.1.9). Memory, which costs more than arithmetic where it is not near, is not in it.
 */
export const float32At45nm: EnergyTable = {
  name: '45 nm, 32-bit float, arithmetic alone (Horowitz 2014)',
  add: 0.9e-12,
  multiplyAdd: 4.6e-12,
};

/** An estimate from counts: not a measurement of the machine that ran. */
export interface EstimatedEnergy {
  readonly table: string;
  readonly joules: {
    readonly inference: number;
    /** of it, without the updates of neurons: what papers on spikes compare */
    readonly synapses: number;
    readonly learning: number;
    readonly total: number;
  };
}

/**
 * E = Σ count × table entry. A delivery is an addition; a product, the update of a neuron, of a trace, of a sum of gradients, of a weight and of a moment
 * of its optimizer is a multiply-add each. (Some of these take several: the estimate is of the order, and alike for all rules.)
 */
export function estimateEnergy({ inference, learning }: EventCounts, table: EnergyTable = float32At45nm): EstimatedEnergy {
  const synapses = inference.deliveries * table.add + inference.products * table.multiplyAdd;
  const acting = synapses + inference.neuronUpdates * table.multiplyAdd;
  const { ticks: _, ...updates } = learning;
  const taught = Object.values(updates).reduce((sum, count) => sum + count, 0) * table.multiplyAdd;
  return { table: table.name, joules: { inference: acting, synapses, learning: taught, total: acting + taught } };
}
