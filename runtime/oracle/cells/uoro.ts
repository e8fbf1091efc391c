import { addOuter } from './bptt.ts';
import type { CellActivity } from './forward.ts';
import { arrivals, scatter } from './influence.ts';
import { type CellNetwork, type CellWeights, zeroWeights } from './network.ts';
import { layerSignals } from './rtrl.ts';

export interface UoroOptions {
  readonly seed: number;
  /** 'same' (default): both factors see the same ν, so that E[ν νᵀ] = 1 · 'other': one is turned by a sign of its own each tick, so nothing is left */
  readonly signs?: 'same' | 'other';
}

/** By layer: what a perturbation does to states (neurons, d) and outputs (neurons). */
interface Tangent {
  readonly states: readonly Float64Array[];
  readonly outputs: readonly Float64Array[];
}

/** A sign that depends on its four counters and on nothing else: one seed gives one sequence, in any order of asking. */
export function sign(seed: number, tick: number, layer: number, index: number): 1 | -1 {
  let x = (seed ^ Math.imul(tick + 1, 0x9e3779b1) ^ Math.imul(layer + 1, 0x85ebca77) ^ Math.imul(index + 1, 0xc2b2ae3d)) | 0;
  for (const factor of [0x7feb352d, 0x846ca68b, 0x9e3779b1]) {
    x = Math.imul(x ^ (x >>> 16), factor);
    x ^= x >>> 15;
  }
  return (x ^ (x >>> 16)) & 1 ? 1 : -1;
}

/**
 * Unbiased online recurrent optimization: the influence as one outer product a ⊗ b whose expectation over random signs ν is RTRL's
 * (Tallec & Ollivier 2018; sheet 6.11):
 *   a ← p₀ D a + p₁ ν,  b ← b/p₀ + (νᵀF)/p₁,  p₀ = √(‖b‖/‖D a‖),  p₁ = √(‖νᵀF‖/‖ν‖),  G = Σ_t (∂E^t/∂y · a) b
 * D is the Jacobian of all states and outputs of a tick with respect to those of the tick before, F what parameters do immediately.
 */
export function uoro(network: CellNetwork, activity: CellActivity, { seed, signs = 'same' }: UoroOptions): CellWeights {
  const top = network.layers.length - 1;
  const b = network.layers.map(({ cell, size }, l) => {
    const { input, recurrent } = network.weights.layers[l];
    const synapses = [...input, ...recurrent].reduce((sum, { length }) => sum + length, 0);
    return new Float64Array(synapses + cell.own.length * size);
  });
  const nothing: Tangent = {
    states: network.layers.map(({ cell, size }) => new Float64Array(cell.states * size)),
    outputs: network.layers.map(({ size }) => new Float64Array(size)),
  };
  const gradient = zeroWeights(network.weights);
  let a = nothing;
  for (let t = 0; t < activity.trial.ticks; t++) {
    const nu = nothing.states.map((layer, l) => layer.map((_, s) => sign(seed, t, l, s)));
    const nuOutputs = nothing.outputs.map((layer, l) => layer.map((_, j) => sign(seed, t, l, layer.length * 16 + j)));
    const immediate = network.layers.map((_, l) => noiseTimesF(network, activity, l, t, nu[l], nuOutputs[l]));
    const Da = push(network, activity, t, a, nothing);
    const seen = signs === 'same' ? 1 : sign(~seed, t, 0, 0);
    const ahead = push(network, activity, t, nothing, {
      states: nu.map((x) => x.map((v) => seen * v)),
      outputs: nuOutputs.map((x) => x.map((v) => seen * v)),
    });
    const [lengthB, lengthDa] = [length(b), length([...Da.states, ...Da.outputs])];
    const p0 = lengthB > 0 && lengthDa > 0 ? Math.sqrt(lengthB / lengthDa) : 1;
    // Signs can cancel in νᵀF; any p₁ > 0 will then do.
    const p1 = Math.sqrt(length(immediate) / length([...nu, ...nuOutputs])) || 1;
    const mix = (x: Float64Array, y: Float64Array) => x.map((value, s) => p0 * value + p1 * y[s]);
    a = {
      states: Da.states.map((x, l) => mix(x, ahead.states[l])),
      outputs: Da.outputs.map((x, l) => mix(x, ahead.outputs[l])),
    };
    for (const [l, layer] of b.entries()) layer.set(layer.map((value, s) => value / p0 + immediate[l][s] / p1));
    const m = network.outputs;
    if (gradient.readout) addOuter(gradient.readout, activity.layers[top].outputs[t + 1], activity.error.subarray(t * m, (t + 1) * m));
    const c = layerSignals(network, activity, t)[top];
    const felt = a.outputs[top].reduce((sum, value, j) => sum + c[j] * value, 0);
    for (const [l, { size }] of network.layers.entries()) {
      const each = b[l].length / size;
      for (let j = 0; j < size; j++)
        scatter(
          network,
          gradient,
          l,
          j,
          b[l].subarray(j * each, (j + 1) * each).map((x) => felt * x),
        );
    }
  }
  return gradient;
}

/** The tangent one tick on, through reset, recurrence and the layers of the same tick, with an injection into states and outputs. */
function push(network: CellNetwork, activity: CellActivity, t: number, before: Tangent, injected: Tangent): Tangent {
  const states: Float64Array[] = [];
  const outputs: Float64Array[] = [];
  for (const [l, { cell, size }] of network.layers.entries()) {
    const d = cell.states;
    const { input, recurrent } = network.weights.layers[l];
    const J = cell.gates.map(() => new Float64Array(size));
    const project = (gate: number, x: Float64Array, W: Float64Array) => {
      for (let i = 0; i < x.length; i++) for (let j = 0; j < size; j++) J[gate][j] += x[i] * W[i * size + j];
    };
    recurrent.forEach((H, a) => {
      project(cell.recurrent[a], before.outputs[l], H);
    });
    if (l > 0)
      input.forEach((W, a) => {
        project(cell.input[a], outputs[l - 1], W);
      });
    states[l] = new Float64Array(size * d);
    outputs[l] = new Float64Array(size);
    for (const [j, { A, R, B, C, E }] of activity.layers[l].slopes[t].entries()) {
      let y = injected.outputs[l][j];
      for (let s = 0; s < d; s++) {
        let ds = R[s] * before.outputs[l][j];
        for (let from = 0; from < d; from++) ds += A[from * d + s] * before.states[l][j * d + from];
        for (const [g, I] of J.entries()) ds += B[g * d + s] * I[j];
        states[l][j * d + s] = ds + injected.states[l][j * d + s];
        y += C[s] * ds;
      }
      for (const [g, I] of J.entries()) y += E[g] * I[j];
      outputs[l][j] = y;
    }
  }
  return { states, outputs };
}

/** νᵀF of a layer: (neurons, sources) in the order of {@link scatter}. Each parameter acts on one neuron, so no sum is needed. */
function noiseTimesF(
  network: CellNetwork,
  activity: CellActivity,
  l: number,
  t: number,
  nu: Float64Array,
  nuOutputs: Float64Array,
): Float64Array {
  const d = network.layers[l].cell.states;
  const arriving = arrivals(network, activity, l, t);
  return Float64Array.from(
    activity.layers[l].slopes[t].flatMap(({ B, C, E, S, Y }, j) => {
      // F of a state acts on the output through C as well.
      const felt = Array.from({ length: d }, (_, s) => nu[j * d + s] + C[s] * nuOutputs[j]);
      const through = (x: readonly number[], at: number) => felt.reduce((sum, value, s) => sum + value * x[at + s], 0);
      return [
        ...arriving.flatMap(([g, values]) => Array.from(values, (x) => x * (through(B, g * d) + E[g] * nuOutputs[j]))),
        ...network.layers[l].cell.own.map((_, p) => through(S, p * d) + Y[p] * nuOutputs[j]),
      ];
    }),
  );
}

function length(arrays: readonly Float64Array[]): number {
  return Math.sqrt(arrays.reduce((sum, array) => sum + array.reduce((inner, x) => inner + x * x, 0), 0));
}
