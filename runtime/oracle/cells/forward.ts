import { lossOfTick } from '../loss.ts';
import type { Trial } from '../model.ts';
import { type Memory, rest, type Slopes } from './cell.ts';
import { type CellNetwork, checkNetwork, sizeBelow } from './network.ts';

/** The history of one layer; rows are ticks. */
export interface LayerActivity {
  /** (ticks + 1, neurons): outputs, row 0 being what was there before the first tick */
  readonly outputs: readonly Float64Array[];
  /** (ticks, neurons): the linearization of each tick */
  readonly slopes: readonly (readonly Slopes[])[];
}

/** The whole history of one run: what every gradient of this folder is computed from. */
export interface CellActivity {
  readonly trial: Trial;
  readonly layers: readonly LayerActivity[];
  /** (ticks, outputs) */
  readonly y: Float64Array;
  /** (ticks, outputs): ∂E/∂y of the tick, importance included */
  readonly error: Float64Array;
  readonly loss: number;
  /** by layer and neuron: where the next window starts */
  readonly after: readonly (readonly Memory[])[];
}

/** Runs one trial from the layers' initial memories, or from those that another run left. */
export function cellForward(network: CellNetwork, trial: Trial, from?: CellActivity['after']): CellActivity {
  checkNetwork(network);
  const { outputs: m, weights } = network;
  const memories = network.layers.map(({ cell, size, initial }, l) =>
    Array.from({ length: size }, (_, j): Memory => from?.[l][j] ?? initial ?? rest(cell)),
  );
  const history = memories.map((layer) => ({
    outputs: [Float64Array.from(layer, ({ output }) => output)] as Float64Array[],
    slopes: [] as Slopes[][],
  }));
  const y = new Float64Array(trial.ticks * m);
  const error = new Float64Array(trial.ticks * m);
  let loss = 0;
  for (let t = 0; t < trial.ticks; t++) {
    let below: Float64Array = trial.inputs.subarray(t * network.inputs, (t + 1) * network.inputs);
    for (const [l, layer] of network.layers.entries()) {
      const gates = preActivations(network, l, below, history[l].outputs[t]);
      const { own } = weights.layers[l];
      const ticks = memories[l].map((before, j) =>
        layer.cell.tick(
          before,
          gates.map((I) => I[j]),
          own.map((values) => values[j]),
        ),
      );
      memories[l] = ticks;
      below = Float64Array.from(ticks, ({ output }) => output);
      history[l].outputs.push(below);
      history[l].slopes.push(ticks.map(({ slopes }) => slopes));
    }
    const out = y.subarray(t * m, (t + 1) * m);
    if (weights.readout) addProduct(out, below, weights.readout);
    else out.set(below);
    loss += lossOfTick(network, out, trial.targets, trial.importance ? trial.importance[t] : 1, error, t * m);
  }
  const after = memories.map((layer) => layer.map(({ states, output }) => ({ states, output })));
  return { trial, layers: history, y, error, loss, after };
}

/** I_g = below W_g + before H_g for every gate. */
function preActivations(network: CellNetwork, l: number, below: Float64Array, before: Float64Array): Float64Array[] {
  const { cell, size } = network.layers[l];
  const { input, recurrent } = network.weights.layers[l];
  const gates = cell.gates.map(() => new Float64Array(size));
  input.forEach((W, a) => {
    addProduct(gates[cell.input[a]], below, W);
  });
  recurrent.forEach((H, a) => {
    addProduct(gates[cell.recurrent[a]], before, H);
  });
  return gates;
}

/** What layer `l` reads from below in tick `t`. */
export function readFromBelow(network: CellNetwork, activity: CellActivity, l: number, t: number): Float64Array {
  const width = sizeBelow(network, l);
  return l === 0 ? activity.trial.inputs.subarray(t * width, (t + 1) * width) : activity.layers[l - 1].outputs[t + 1];
}

/** out ← out + x W, W being (x.length, out.length) */
function addProduct(out: Float64Array, x: Float64Array, W: Float64Array): void {
  const width = out.length;
  for (let i = 0; i < x.length; i++) for (let j = 0; j < width; j++) out[j] += x[i] * W[i * width + j];
}
