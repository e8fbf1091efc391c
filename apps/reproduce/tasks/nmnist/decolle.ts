import {
  alif,
  type Connectivity,
  type Convolution,
  constant,
  decolle,
  integrator,
  type Network,
  type Population,
  type Projection,
  source,
} from '../../../../runtime/index.ts';
import { adam } from './network.ts';
import { DIGITS, INPUTS, MAPS, TICK_MS } from './recordings.ts';

/** The neuron of DECOLLE: synapse of 10 ms, membrane of 20 ms, and a refractory trace of 10 ms instead of a reset. */
const neuron = alif({
  tauMem: 20,
  threshold: 0,
  reset: 'none',
  inputScale: 'oneMinusDecay',
  synapse: { tau: 10, inputScale: 'oneMinusDecay', order: 'sameTick' },
  tauAdapt: 10,
  beta: 0.35,
  surrogate: { shape: 'fastSigmoid', height: 1, width: 0.3 },
});

/** Neurons, what connects them to the layer below, and their biases: as many constants, and how they are shared. */
interface Layer {
  readonly size: number;
  readonly connectivity: Connectivity;
  /** of the initial weights */
  readonly gain: number;
  readonly biases: { readonly size: number; readonly connectivity: Connectivity };
}

const dense = { kind: 'dense' } as const;
const denseLayer = (size: number): Layer => ({ size, connectivity: dense, gain: 3, biases: { size: 1, connectivity: dense } });

/** Square maps, half as wide as those below; a bias for each channel. */
function convolution(
  input: readonly [channels: number, side: number],
  channels: number,
  kernel: number,
): Layer & { readonly side: number } {
  const [inputs, from] = input;
  const side = Math.ceil(from / 2);
  const around = Math.floor(kernel / 2);
  const connectivity: Convolution = {
    kind: 'convolution',
    input: [inputs, from, from],
    channels,
    kernel: [kernel, kernel],
    stride: [2, 2],
    padding: [around, around],
  };
  const one: Convolution = { kind: 'convolution', input: [1, side, side], channels, kernel: [1, 1] };
  return { size: channels * side * side, side, connectivity, gain: 1, biases: { size: side * side, connectivity: one } };
}

/** Layers without recurrence; each has a random readout of the digit that stays as it is, and learns from its error alone. The last one answers. */
function stack(seed: number, rate: number, layers: readonly Layer[]): Network {
  const populations: Record<string, Population> = { in: { size: INPUTS, neuron: source() } };
  const projections: Record<string, Projection> = {};
  let below = 'in';
  layers.forEach(({ size, connectivity, gain, biases }, k) => {
    const [layer, ones] = [`layer${k}`, `ones${k}`];
    const readout = k === layers.length - 1 ? 'out' : `out${k}`;
    const plasticity = decolle({ readout, optimizer: adam(rate) });
    populations[ones] = { size: biases.size, neuron: constant() };
    populations[layer] = { size, neuron };
    populations[readout] = { size: DIGITS, neuron: integrator({ tau: 0, loss: 'smoothL1' }) };
    projections[`input${k}`] = { pre: below, post: layer, connectivity, weight: { kind: 'normal', gain }, delay: 0, plasticity };
    projections[`bias${k}`] = {
      pre: ones,
      post: layer,
      gate: 'output',
      connectivity: biases.connectivity,
      weight: { kind: 'normal', std: 0.1 },
      delay: 0,
      plasticity,
    };
    projections[`readout${k}`] = { pre: layer, post: readout, connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0 };
    below = layer;
  });
  return { dt: TICK_MS, seed, populations, projections, learning: { update: 'episode', episode: 'reset' } };
}

/** 578 counts → 300 → 200. */
export const decolleNetwork = (seed: number, rate: number): Network => stack(seed, rate, [denseLayer(300), denseLayer(200)]);

/** 2 × 17 × 17 counts → 32 × 9 × 9 → 64 × 5 × 5, by kernels of 7 × 7 and 5 × 5 that move by two places. */
export function convolutionalNetwork(seed: number, rate: number): Network {
  const [inputs, side] = MAPS;
  const first = convolution([inputs, side], 32, 7);
  return stack(seed, rate, [first, convolution([32, first.side], 64, 5)]);
}
