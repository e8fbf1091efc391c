import type { CellNetwork, CellWeights } from '../cells/index.ts';
import type { Trial } from '../model.ts';

/**
 * Random feedback local online learning (Murray 2019; sheet 6.12), written from its own equations: it shares no line with the cells.
 *   u = W h + W_in x,  h ← h + (tanh u − h)/τ,  p_ij ← (1 − 1/τ) p_ij + (1 − tanh² u_i) pre_j /τ,  L = B err
 * The gradient is ∂E/∂W; the rule descends. The network is one layer of rate cells with a readout; B is (outputs, neurons).
 */
export function rflo(network: CellNetwork, trial: Trial, tau: number, feedback: Float64Array): CellWeights {
  const { inputs, outputs: m } = network;
  const { size: n, initial } = network.layers[0];
  const [[W_in], [W]] = [network.weights.layers[0].input, network.weights.layers[0].recurrent];
  const W_out = network.weights.readout!;
  let h = new Float64Array(n).fill(initial?.output ?? 0);
  const trace = new Float64Array((inputs + n) * n);
  const [dIn, dRec, dOut] = [new Float64Array(inputs * n), new Float64Array(n * n), new Float64Array(n * m)];
  for (let t = 0; t < trial.ticks; t++) {
    const pre = Float64Array.of(...trial.inputs.subarray(t * inputs, (t + 1) * inputs), ...h);
    const next = h.slice();
    for (let i = 0; i < n; i++) {
      let u = 0;
      for (let s = 0; s < inputs; s++) u += W_in[s * n + i] * pre[s];
      for (let j = 0; j < n; j++) u += W[j * n + i] * h[j];
      const phi = Math.tanh(u);
      next[i] += (phi - h[i]) / tau;
      for (let s = 0; s < inputs + n; s++) trace[s * n + i] = (1 - 1 / tau) * trace[s * n + i] + ((1 - phi * phi) * pre[s]) / tau;
    }
    h = next;
    for (let k = 0; k < m; k++) {
      const y = h.reduce((sum, value, i) => sum + W_out[i * m + k] * value, 0);
      const err = (trial.importance?.[t] ?? 1) * (y - trial.targets[t * m + k]);
      for (let i = 0; i < n; i++) {
        dOut[i * m + k] += err * h[i];
        const L = feedback[k * n + i] * err;
        for (let s = 0; s < inputs; s++) dIn[s * n + i] += L * trace[s * n + i];
        for (let j = 0; j < n; j++) dRec[j * n + i] += L * trace[(inputs + j) * n + i];
      }
    }
  }
  return { layers: [{ input: [dIn], recurrent: [dRec], own: [] }], readout: dOut };
}
