import { raise } from '../../errors.ts';
import type { ReadoutLoss } from '../loss.ts';
import type { Cell, Memory } from './cell.ts';

/** The parameters of a layer; a gradient has the same shape. Matrices are row-major [pre][post]. */
export interface LayerWeights {
  /** W: for each gate of `cell.input` (layer below, neurons) */
  readonly input: readonly Float64Array[];
  /** H: for each gate of `cell.recurrent` (neurons, neurons); none at all makes the layer feedforward */
  readonly recurrent: readonly Float64Array[];
  /** for each parameter of `cell.own` (neurons) */
  readonly own: readonly Float64Array[];
}

export interface CellWeights {
  readonly layers: readonly LayerWeights[];
  /** (neurons of the last layer, outputs): a linear readout without memory; absent where the last layer is the output itself */
  readonly readout?: Float64Array;
}

export interface Layer {
  readonly cell: Cell;
  readonly size: number;
  /** (neurons, neurons): 1 where a recurrent synapse exists, in every gate; default everywhere */
  readonly connected?: Uint8Array;
  /** what every neuron remembers before the first tick; default rest */
  readonly initial?: Memory;
}

/** Layers in sequence. Each reads the layer below in the same tick and itself in the tick before. */
export interface CellNetwork {
  readonly inputs: number;
  readonly layers: readonly Layer[];
  readonly outputs: number;
  readonly weights: CellWeights;
  readonly loss: ReadoutLoss;
}

/** Neurons below layer `l`, or input channels. */
export function sizeBelow(network: Pick<CellNetwork, 'inputs' | 'layers'>, l: number): number {
  return l === 0 ? network.inputs : network.layers[l - 1].size;
}

/** Every array of the parameters with its name: W for synapses from below, H for those of the layer itself, counted from 1. */
export function named(network: CellNetwork, weights: CellWeights): [name: string, values: Float64Array][] {
  const arrays = network.layers.flatMap(({ cell }, l): [string, Float64Array][] => {
    const { input, recurrent, own } = weights.layers[l];
    const gate = (g: number) => (cell.gates.length > 1 ? `.${cell.gates[g]}` : '');
    return [
      ...input.map((values, a): [string, Float64Array] => [`W${l + 1}${gate(cell.input[a])}`, values]),
      ...recurrent.map((values, a): [string, Float64Array] => [`H${l + 1}${gate(cell.recurrent[a])}`, values]),
      ...own.map((values, p): [string, Float64Array] => [`${cell.own[p]}${l + 1}`, values]),
    ];
  });
  return weights.readout ? [...arrays, ['readout', weights.readout]] : arrays;
}

/** Parameters of the same shape, each made from its counterpart and the name of its array. */
export function mapWeights(weights: CellWeights, operation: (values: Float64Array) => Float64Array): CellWeights {
  const layers = weights.layers.map(({ input, recurrent, own }) => ({
    input: input.map(operation),
    recurrent: recurrent.map(operation),
    own: own.map(operation),
  }));
  return weights.readout ? { layers, readout: operation(weights.readout) } : { layers };
}

export function zeroWeights(weights: CellWeights): CellWeights {
  return mapWeights(weights, (values) => new Float64Array(values.length));
}

/** Clears what absent synapses would have learned. */
export function maskAbsent(network: CellNetwork, gradient: CellWeights): void {
  network.layers.forEach(({ connected }, l) => {
    if (connected) for (const H of gradient.layers[l].recurrent) for (let s = 0; s < H.length; s++) if (connected[s] === 0) H[s] = 0;
  });
}

/** Throws unless every array has its shape: typed arrays read past their end give NaN, not an error. */
export function checkNetwork(network: CellNetwork): void {
  network.layers.forEach(({ cell, size, connected }, l) => {
    const { input, recurrent, own } = network.weights.layers[l];
    demand(`layers[${l}].input`, input, cell.input.length, sizeBelow(network, l) * size);
    if (recurrent.length > 0) demand(`layers[${l}].recurrent`, recurrent, cell.recurrent.length, size * size);
    demand(`layers[${l}].own`, own, cell.own.length, size);
    if (connected) demand(`layers[${l}].connected`, [connected], 1, size * size);
  });
  const { readout } = network.weights;
  const top = network.layers[network.layers.length - 1].size;
  if (readout) demand('readout', [readout], 1, top * network.outputs);
  else if (top !== network.outputs) demand('outputs', [new Float64Array(network.outputs)], 1, top);
}

function demand(path: string, arrays: readonly ArrayLike<number>[], count: number, expected: number): void {
  const remedy = 'lay the matrices out row by row, [pre][post], one for each gate';
  if (arrays.length !== count) raise('ERR_SHAPE', { path, what: 'a list', expected: count, value: arrays.length, remedy });
  for (const { length } of arrays) if (length !== expected) raise('ERR_SHAPE', { path, what: 'an array', expected, value: length, remedy });
}
