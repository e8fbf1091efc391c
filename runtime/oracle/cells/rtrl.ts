import { addOuter, transposed } from './bptt.ts';
import type { Slopes } from './cell.ts';
import type { CellActivity } from './forward.ts';
import { advanceInfluence, type CellInfluence, type InfluenceOptions, scatter, zeroCellInfluence } from './influence.ts';
import { type CellNetwork, type CellWeights, maskAbsent, sizeBelow, zeroWeights } from './network.ts';

/** A learning signal that skips the layers between: c_j = Σ_k x_k B_kj, with x the error or the target itself. */
export interface Broadcast {
  readonly of: 'error' | 'target';
  /** by layer, (outputs, neurons): B; undefined where the layer gets the signal of the same tick from above */
  readonly matrices: readonly (Float64Array | undefined)[];
}

export interface CellRtrlOptions extends InfluenceOptions {
  /** with 'sameTick' */
  readonly broadcast?: Broadcast;
  /** continue from here and advance it in place, for trials run in windows */
  readonly influence?: CellInfluence;
}

/**
 * Real-time recurrent learning over any cells, with a mask: RTRL, SnAp-n, OSTL, OSTTP and RFLO are its options. The influence P of
 * the parameters of a neuron on the states of the kept neurons, and Q on their outputs, obey (sheet 1.2, 6.10, 6.13)
 *   P^t = A P^{t−1} + R Q_own^{t−1} + Σ_g B_g J_g + S,  Q^t = C P^t + Σ_g E_g J_g + Y,
 *   J_g = Σ_m H_g,m Q_m^{t−1} + Σ_m W_g,m Q_m^t of the layer below + the synapse's own input
 * and the gradient is Σ_t c^t · Q^t with c the sensitivity of the tick's loss to the outputs.
 */
export function cellRtrl(network: CellNetwork, activity: CellActivity, options: CellRtrlOptions = {}): CellWeights {
  const { outputs: m, weights } = network;
  const { trial, error } = activity;
  const influence = options.influence ?? zeroCellInfluence(network, options);
  const gradient = zeroWeights(weights);
  const top = network.layers.length - 1;
  for (let t = 0; t < trial.ticks; t++) {
    const err = error.subarray(t * m, (t + 1) * m);
    if (gradient.readout) addOuter(gradient.readout, activity.layers[top].outputs[t + 1], err);
    const signals = layerSignals(network, activity, t, options.broadcast);
    for (const block of influence) {
      advanceInfluence(network, activity, block, t);
      const level = block.levels.length - 1;
      const signal = signals[block.layer + level];
      const { neurons, outputs } = block.levels[level];
      const learned = new Float64Array(block.sources);
      for (const [a, neuron] of neurons.entries()) {
        for (let s = 0; s < block.sources; s++) learned[s] += signal[neuron] * outputs[a * block.sources + s];
      }
      scatter(network, gradient, block.layer, block.neuron, learned);
    }
  }
  maskAbsent(network, gradient);
  return gradient;
}

/** By layer: the sensitivity of the tick's loss to its outputs, from the top down through the same tick, or broadcast. */
export function layerSignals(network: CellNetwork, activity: CellActivity, t: number, broadcast?: Broadcast): Float64Array[] {
  const { layers, outputs: m, weights } = network;
  const err = activity.error.subarray(t * m, (t + 1) * m);
  const signals: Float64Array[] = [];
  let arriving = weights.readout ? transposed(weights.readout, err, layers[layers.length - 1].size) : Float64Array.from(err);
  for (let l = layers.length - 1; l >= 0; l--) {
    const B = broadcast?.matrices[l];
    if (B) {
      const sent = broadcast.of === 'error' ? err : activity.trial.targets.subarray(t * m, (t + 1) * m);
      arriving = new Float64Array(layers[l].size);
      for (let k = 0; k < m; k++) for (let j = 0; j < arriving.length; j++) arriving[j] += sent[k] * B[k * arriving.length + j];
    }
    signals[l] = arriving;
    const dI = gateSignals(activity.layers[l].slopes[t], layers[l].cell.states, layers[l].cell.gates.length, arriving);
    const down = new Float64Array(sizeBelow(network, l));
    weights.layers[l].input.forEach((W, a) => {
      transposed(W, dI[layers[l].cell.input[a]], down.length).forEach((x, i) => {
        down[i] += x;
      });
    });
    arriving = down;
  }
  return signals;
}

/** ∂y/∂I_g of the same tick times the signal: (B_g C + E_g) c for every gate, (gates)(neurons). */
export function gateSignals(slopes: readonly Slopes[], d: number, gates: number, signal: Float64Array): Float64Array[] {
  return Array.from({ length: gates }, (_, g) =>
    Float64Array.from(slopes, ({ B, C, E }, j) => signal[j] * C.reduce((sum, c, s) => sum + c * B[g * d + s], E[g])),
  );
}
