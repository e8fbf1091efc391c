import type { Network } from '../../../runtime/network/network.ts';

/** A description that a test may spoil: plain data of its own, every field writable. */
// biome-ignore lint/suspicious/noExplicitAny: its tests write what no type allows
export type Draft = Record<string, any>;

/** Every kind of neuron, connectivity, weight, signal, optimizer and transform once, and valid. */
export function wholeNetwork(): Draft {
  const keep = { adaptation: true, reset: false, recurrence: 'none' };
  const trace = { kind: 'influence', keep };
  const network: Network = {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: 3, neuron: { kind: 'source' } },
      units: { size: 2, neuron: { kind: 'rate', tau: 10, activation: 'tanh', discretization: 'exact' } },
      fast: {
        size: 4,
        neuron: {
          kind: 'lif',
          tauMem: 20,
          threshold: 0.5,
          inputScale: 'oneMinusDecay',
          reset: 'zero',
          refractory: 2,
          surrogate: { shape: 'boxcar', height: 0.3, width: 1 },
          comparison: '>',
        },
      },
      slow: { size: 5, neuron: { kind: 'alif', tauMem: 20, tauAdapt: 200, beta: [0, 0.1, 0.1, 0.2, 0.2], adaptScale: 'oneMinusDecay' } },
      turning: { size: 2, neuron: { kind: 'theta', tau: 100, steps: 4 } },
      cells: {
        size: 2,
        neuron: {
          kind: 'izhikevich',
          ...{ capacitance: 100, k: 0.7, threshold: 20, peak: 95, reset: 10, tauRecovery: 33, b: -2, d: 100, steps: 10 },
        },
      },
      out: { size: 2, neuron: { kind: 'integrator', tau: 20, inputScale: 'one', loss: 'squared' } },
    },
    projections: {
      tonic: {
        pre: 'in',
        post: 'units',
        connectivity: { kind: 'dense' },
        weight: { kind: 'inline', values: [1, 2, 3, 4, 5, 6] },
        delay: 0,
      },
      sensory: {
        pre: 'in',
        post: 'fast',
        connectivity: { kind: 'list', pre: [0, 1, 2, 2], post: [0, 1, 2, 3] },
        weight: { kind: 'constant', value: 0.5 },
        delay: 0,
        plasticity: {
          terms: [
            { trace: trace as never, filter: 'readout', signal: { of: 'error', from: 'out', through: { feedback: 'broadcast' } } },
            { trace: trace as never, signal: { of: 'rate', target: 0.1, strength: 0.5, average: 'episode' } },
          ],
          optimizer: {
            kind: 'sgd',
            rate: { kind: 'inverse', initial: 0.01, halfAt: 100 },
            transforms: [{ kind: 'bounds', min: -1, max: 1 }],
          },
        },
      },
      recurrent: {
        pre: 'slow',
        post: 'slow',
        connectivity: { kind: 'random', density: 0.5, autapses: false },
        weight: { kind: 'normal', gain: 1 },
        delay: 3,
        plasticity: {
          terms: [
            { trace: trace as never, filter: 'readout', signal: { of: 'error', from: 'out', through: 'transpose' } },
            { trace: trace as never, filter: 'readout', signal: { of: 'rate', target: 0.1, strength: 0.5, average: { tau: 100 } } },
          ],
          optimizer: {
            kind: 'adam',
            rate: { kind: 'linear', initial: 0.01, final: 0, updates: 50 },
            beta1: 0.8,
            beta2: 0.99,
            epsilon: 1e-6,
            transforms: [
              { kind: 'decay', rate: 0.01 },
              { kind: 'average', window: 10 },
            ],
          },
        },
      },
      onward: { pre: 'fast', post: 'slow', connectivity: { kind: 'dense' }, weight: { kind: 'uniform', std: 0.3 }, delay: 0 },
      steady: { pre: 'units', post: 'slow', connectivity: { kind: 'dense' }, weight: { kind: 'uniform', gain: 1 }, delay: 0 },
      output: {
        pre: 'slow',
        post: 'out',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', std: 0.1 },
        delay: 0,
        plasticity: {
          terms: [{ trace: trace as never, signal: { of: 'error', from: 'out', through: 'direct' } }],
          optimizer: { kind: 'sgd', rate: 0.01 },
        },
      },
      scan: {
        pre: 'units',
        post: 'units',
        connectivity: { kind: 'convolution', input: [1, 1, 2], channels: 1, kernel: [1, 3], stride: [1, 1], padding: [0, 1] },
        weight: { kind: 'constant', value: 0.1 },
        delay: 1,
      },
    },
    feedbacks: {
      broadcast: { from: 'out', to: 'fast', weight: { kind: 'normal', gain: 1 } },
      mirrored: { from: 'out', to: 'slow', weight: { kind: 'normal', gain: 1 }, follows: 'output' },
    },
    learning: { block: 1, update: { ticks: 3 }, target: 'tick', episode: 'reset' },
  };
  return structuredClone(network) as Draft;
}
