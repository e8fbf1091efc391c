import { alif, constant, decolle, integrator, type Network, type Population, type Projection, source } from '../../../../runtime/index.ts';
import { adam } from './network.ts';
import { DIGITS, INPUTS, TICK_MS } from './recordings.ts';

const LAYERS = [300, 200];
const dense = { kind: 'dense' } as const;

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

/** 578 counts → 300 → 200, without recurrence; each layer has a random readout of the digit that stays as it is, and learns from its error alone. The last one answers. */
export function decolleNetwork(seed: number, rate: number): Network {
  const populations: Record<string, Population> = {
    in: { size: INPUTS, neuron: source() },
    one: { size: 1, neuron: constant() },
  };
  const projections: Record<string, Projection> = {};
  let below = 'in';
  LAYERS.forEach((size, k) => {
    const layer = `layer${k}`;
    const readout = k === LAYERS.length - 1 ? 'out' : `out${k}`;
    const plasticity = decolle({ readout, optimizer: adam(rate) });
    populations[layer] = { size, neuron };
    populations[readout] = { size: DIGITS, neuron: integrator({ tau: 0, loss: 'smoothL1' }) };
    projections[`input${k}`] = {
      pre: below,
      post: layer,
      connectivity: dense,
      weight: { kind: 'normal', gain: 3 },
      delay: 0,
      plasticity,
    };
    projections[`bias${k}`] = {
      pre: 'one',
      post: layer,
      gate: 'output',
      connectivity: dense,
      weight: { kind: 'normal', std: 0.1 },
      delay: 0,
      plasticity,
    };
    projections[`readout${k}`] = { pre: layer, post: readout, connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0 };
    below = layer;
  });
  return { dt: TICK_MS, seed, populations, projections, learning: { update: 'episode', episode: 'reset' } };
}
