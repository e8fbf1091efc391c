import { type CellActivity, readFromBelow } from './forward.ts';
import { type CellNetwork, type CellWeights, maskAbsent, sizeBelow, zeroWeights } from './network.ts';

/** What the backward pass carries from tick t + 1 to tick t. */
export interface CellAdjoint {
  /** by layer and neuron, (d): A ds, what the states of the tick before are charged with */
  readonly states: readonly (readonly (readonly number[])[])[];
  /** by layer, (neurons): R ds + H dI, what the outputs of the tick before are charged with */
  readonly outputs: readonly Float64Array[];
}

export interface CellBackward {
  readonly gradient: CellWeights;
  /** dE/d(memory before the first tick) */
  readonly border: CellAdjoint;
}

export interface CellBpttOptions {
  /** dE/d(memory after the last tick), from the window that follows; default 0 */
  readonly border?: CellAdjoint;
}

/**
 * Backpropagation through time over any cells (Werbos 1990), the transpose of {@link Slopes}, top layer first in every tick:
 *   dy = [W_above dI_above]^t + [H dI + R ds]^{t+1} + err^t of the top,  ds = C dy + [A ds]^{t+1}
 *   dI_g = B_g ds + E_g dy,  G_Wg = Σ below ⊗ dI_g,  G_Hg = Σ y^{t−1} ⊗ dI_g,  G_p = Σ S_p ds + Y_p dy
 */
export function cellBptt(network: CellNetwork, activity: CellActivity, options: CellBpttOptions = {}): CellBackward {
  const { layers, outputs: m, weights } = network;
  const { trial, error } = activity;
  const gradient = zeroWeights(weights);
  const states = layers.map(({ cell, size }, l) =>
    Array.from({ length: size }, (_, j): readonly number[] => options.border?.states[l][j] ?? new Array<number>(cell.states).fill(0)),
  );
  const outputs = layers.map(({ size }, l) => options.border?.outputs[l].slice() ?? new Float64Array(size));

  for (let t = trial.ticks - 1; t >= 0; t--) {
    const err = error.subarray(t * m, (t + 1) * m);
    const top = activity.layers[layers.length - 1].outputs[t + 1];
    if (gradient.readout) addOuter(gradient.readout, top, err);
    let arriving = weights.readout ? transposed(weights.readout, err, top.length) : Float64Array.from(err);
    for (let l = layers.length - 1; l >= 0; l--) {
      const { cell, size } = layers[l];
      const d = cell.states;
      const dI = cell.gates.map(() => new Float64Array(size));
      const slopes = activity.layers[l].slopes[t];
      const reset = new Float64Array(size);
      for (let j = 0; j < size; j++) {
        const { A, R, B, C, E, S, Y } = slopes[j];
        const dy = arriving[j] + outputs[l][j];
        const ds = states[l][j].map((carried, s) => carried + C[s] * dy);
        for (const [g, I] of dI.entries()) I[j] = dotAt(B, g * d, ds) + E[g] * dy;
        gradient.layers[l].own.forEach((G, p) => {
          G[j] += dotAt(S, p * d, ds) + Y[p] * dy;
        });
        reset[j] = dotAt(R, 0, ds);
        states[l][j] = ds.map((_, s) => dotAt(A, s * d, ds));
      }
      const { input, recurrent } = gradient.layers[l];
      const below = readFromBelow(network, activity, l, t);
      const before = activity.layers[l].outputs[t];
      outputs[l] = reset;
      recurrent.forEach((G, a) => {
        addOuter(G, before, dI[cell.recurrent[a]]);
        addTo(outputs[l], transposed(weights.layers[l].recurrent[a], dI[cell.recurrent[a]], size));
      });
      const down = new Float64Array(sizeBelow(network, l));
      input.forEach((G, a) => {
        addOuter(G, below, dI[cell.input[a]]);
        addTo(down, transposed(weights.layers[l].input[a], dI[cell.input[a]], down.length));
      });
      arriving = down;
    }
  }
  maskAbsent(network, gradient);
  return { gradient, border: { states, outputs } };
}

/** Σ_k x[at + k] y[k] */
function dotAt(x: readonly number[], at: number, y: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < y.length; k++) sum += x[at + k] * y[k];
  return sum;
}

/** W d, (rows): what the gradient d of the columns sends back */
export function transposed(W: Float64Array, d: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d.length; j++) out[i] += W[i * d.length + j] * d[j];
  return out;
}

/** G ← G + x ⊗ d */
export function addOuter(G: Float64Array, x: Float64Array, d: Float64Array): void {
  for (let i = 0; i < x.length; i++) for (let j = 0; j < d.length; j++) G[i * d.length + j] += x[i] * d[j];
}

function addTo(out: Float64Array, x: Float64Array): void {
  for (let s = 0; s < out.length; s++) out[s] += x[s];
}
