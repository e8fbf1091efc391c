import { type CellActivity, type CellNetwork, type CellWeights, zeroWeights } from '../cells/index.ts';

/**
 * Online training through time (Xiao et al. 2022; sheet 6.26), for feedforward layers of leaky spiking neurons with a linear readout,
 * as a rule of its own: a = λ a + s per presynaptic neuron, the error of the tick backpropagated through the layers of that tick,
 *   δ_l = (δ_{l+1} W_{l+1}ᵀ) ∘ ψ_l,  G_l = Σ_t a_{l−1}^t ⊗ δ_l^t
 * Neither the reset nor anything recurrent is followed through time. `decay` is λ, that of the membranes.
 */
export function ottt(network: CellNetwork, activity: CellActivity, decay: number): CellWeights {
  const { layers, outputs: m, weights } = network;
  const { trial, error } = activity;
  const gradient = zeroWeights(weights);
  const traces = layers.map((_, l) => new Float64Array(l === 0 ? network.inputs : layers[l - 1].size));
  for (let t = 0; t < trial.ticks; t++) {
    for (const [l, trace] of traces.entries()) {
      for (let i = 0; i < trace.length; i++) {
        const s = l === 0 ? trial.inputs[t * network.inputs + i] : activity.layers[l - 1].outputs[t + 1][i];
        trace[i] = decay * trace[i] + s;
      }
    }
    const err = error.subarray(t * m, (t + 1) * m);
    let above = err;
    let W = weights.readout!;
    for (let l = layers.length - 1; l >= 0; l--) {
      const n = layers[l].size;
      const delta = new Float64Array(n);
      const spikes = activity.layers[l].outputs[t + 1];
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < above.length; k++) {
          delta[j] += W[j * above.length + k] * above[k];
          if (l === layers.length - 1) gradient.readout![j * m + k] += spikes[j] * err[k];
        }
        delta[j] *= activity.layers[l].slopes[t][j].C[0];
        for (let i = 0; i < traces[l].length; i++) gradient.layers[l].input[0][i * n + j] += traces[l][i] * delta[j];
      }
      above = delta;
      W = weights.layers[l].input[0];
    }
  }
  return gradient;
}
