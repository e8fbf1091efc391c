import { reachable } from '../reach.ts';
import type { Keep } from '../rtrl.ts';
import { type CellActivity, readFromBelow } from './forward.ts';
import { type CellNetwork, type CellWeights, sizeBelow } from './network.ts';

/** What the influence keeps within a layer: the neuron's own output through its reset, and outputs through recurrent synapses. */
export type CellKeep = Omit<Keep, 'adaptation'>;

/** RTRL, and OSTL in each of its layers: everything. */
export const keepLayer: CellKeep = { reset: true, recurrence: 'all' };
/** OSTL without H: the neuron's own states and reset. */
export const keepWithoutH: CellKeep = { reset: true, recurrence: 'none' };
/** RFLO, OTTT: the neuron's own states. */
export const keepStates: CellKeep = { reset: false, recurrence: 'none' };
/** SnAp-n of each layer. */
export const keepHops = (n: number): CellKeep => ({ ...keepLayer, hops: n - 1 });

export interface InfluenceOptions {
  /** for all layers, or one for each; default {@link keepLayer} */
  readonly keep?: CellKeep | readonly CellKeep[];
  /**
   * 'exact' (default): the influence of a layer's parameters is carried through all layers above ·
   * 'sameTick': it stays in its layer, and the error comes down through the layers of the same tick (OSTL)
   */
  readonly depth?: 'exact' | 'sameTick';
}

/** The influence on the kept neurons of one layer. */
interface Level {
  readonly keep: CellKeep;
  readonly neurons: readonly number[];
  /** (kept neurons, d, sources): P = ∂s/∂p */
  readonly states: Float64Array;
  /** (kept neurons, sources): Q = ∂y/∂p of the last tick */
  readonly outputs: Float64Array;
}

/** The influence of the parameters of one neuron: its own layer first, then the layers above that it is carried through. */
interface CellBlock {
  readonly layer: number;
  readonly neuron: number;
  /** synapses from below by gate, then recurrent ones by gate, then the neuron's own parameters */
  readonly sources: number;
  readonly levels: readonly Level[];
}

/** The state of real-time recurrent learning: what a window hands to the next. */
export type CellInfluence = readonly CellBlock[];

/** P = 0, laid out for what the options keep. */
export function zeroCellInfluence(network: CellNetwork, options: InfluenceOptions = {}): CellInfluence {
  const { layers } = network;
  const { keep = keepLayer } = options;
  const keepOf = (l: number): CellKeep => ('recurrence' in keep ? keep : keep[l]);
  const last = options.depth === 'sameTick' ? undefined : layers.length - 1;
  return layers.flatMap(({ size, connected = new Uint8Array(size * size).fill(1) }, l) => {
    const { input, recurrent, own } = network.weights.layers[l];
    const sources = input.length * sizeBelow(network, l) + recurrent.length * size + own.length;
    return Array.from({ length: size }, (_, j) => {
      const kept = keepOf(l).recurrence === 'all' ? reachable({ neurons: size, connected }, j, keepOf(l).hops ?? size) : [j];
      const above = layers.slice(l + 1, (last ?? l) + 1).map((layer) => Array.from({ length: layer.size }, (_, a) => a));
      return {
        layer: l,
        neuron: j,
        sources,
        levels: [kept, ...above].map((neurons, up) => ({
          keep: keepOf(l + up),
          neurons,
          states: new Float64Array(neurons.length * layers[l + up].cell.states * sources),
          outputs: new Float64Array(neurons.length * sources),
        })),
      };
    });
  });
}

/** One tick of the recursion of P and Q, in place, the layers bottom-up: an upper layer reads the Q of this tick from below. */
export function advanceInfluence(network: CellNetwork, activity: CellActivity, block: CellBlock, t: number): void {
  const { sources } = block;
  for (const [up, level] of block.levels.entries()) {
    const l = block.layer + up;
    const { cell, size } = network.layers[l];
    const { input, recurrent } = network.weights.layers[l];
    const d = cell.states;
    const before = level.outputs.slice();
    const lower = up > 0 ? block.levels[up - 1] : undefined;
    for (const [at, neuron] of level.neurons.entries()) {
      const { A, R, B, C, E, S, Y } = activity.layers[l].slopes[t][neuron];
      const J = cell.gates.map(() => new Float64Array(sources));
      if (level.keep.recurrence !== 'none') {
        for (const [from, pre] of level.neurons.entries()) {
          if (level.keep.recurrence === 'self' && from !== at) continue;
          recurrent.forEach((H, a) => {
            addScaled(J[cell.recurrent[a]], 0, before, from * sources, H[pre * size + neuron], sources);
          });
        }
      }
      for (const [from, pre] of lower?.neurons.entries() ?? []) {
        input.forEach((W, a) => {
          addScaled(J[cell.input[a]], 0, lower!.outputs, from * sources, W[pre * size + neuron], sources);
        });
      }
      const own = up === 0 && neuron === block.neuron;
      let source = 0;
      if (own) for (const [gate, values] of arrivals(network, activity, l, t)) for (const x of values) J[gate][source++] += x;
      const P = level.states.slice(at * d * sources, (at + 1) * d * sources);
      const row = at * sources;
      level.outputs.fill(0, row, row + sources);
      for (let s = 0; s < d; s++) {
        const to = (at * d + s) * sources;
        level.states.fill(0, to, to + sources);
        for (let from = 0; from < d; from++) addScaled(level.states, to, P, from * sources, A[from * d + s], sources);
        if (level.keep.reset) addScaled(level.states, to, before, row, R[s], sources);
        for (const [g, drive] of J.entries()) addScaled(level.states, to, drive, 0, B[g * d + s], sources);
        if (own) for (let p = 0; p < cell.own.length; p++) level.states[to + source + p] += S[p * d + s];
        addScaled(level.outputs, row, level.states, to, C[s], sources);
      }
      for (const [g, drive] of J.entries()) addScaled(level.outputs, row, drive, 0, E[g], sources);
      if (own) for (let p = 0; p < cell.own.length; p++) level.outputs[row + source + p] += Y[p];
    }
  }
}

/** out ← out + factor · x */
function addScaled(out: Float64Array, outAt: number, x: Float64Array, xAt: number, factor: number, length: number): void {
  if (factor === 0) return;
  for (let s = 0; s < length; s++) out[outAt + s] += factor * x[xAt + s];
}

/** Adds what the parameters of one neuron have learned, in the order of {@link CellBlock}, to the gradient of its layer. */
export function scatter(network: CellNetwork, gradient: CellWeights, l: number, j: number, learned: Float64Array): void {
  const { size } = network.layers[l];
  const { input, recurrent, own } = gradient.layers[l];
  let s = 0;
  for (const G of [...input, ...recurrent]) for (let i = j; i < G.length; i += size) G[i] += learned[s++];
  for (const G of own) G[j] += learned[s++];
}

/** What arrives at the synapses onto any neuron of a layer in tick t, in the order of the sources of {@link CellBlock}. */
export function arrivals(network: CellNetwork, activity: CellActivity, l: number, t: number): [gate: number, values: Float64Array][] {
  const { cell } = network.layers[l];
  const { input, recurrent } = network.weights.layers[l];
  const below = readFromBelow(network, activity, l, t);
  const before = activity.layers[l].outputs[t];
  return [
    ...input.map((_, a): [number, Float64Array] => [cell.input[a], below]),
    ...recurrent.map((_, a): [number, Float64Array] => [cell.recurrent[a], before]),
  ];
}
