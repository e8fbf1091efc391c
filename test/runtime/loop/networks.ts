/** Small networks for the tests of the loop. */
import {
  alif,
  compile,
  deltaRule,
  type Executable,
  eprop,
  integrator,
  lif,
  type Network,
  type Optimizer,
  referenceBackend,
  source,
} from '../../../runtime/index.ts';

const optimizer: Optimizer = { kind: 'sgd', rate: 0.003 };

/** 3 inputs, 8 LIF and 4 ALIF, 2 outputs; learns by e-prop, its weights move as `learning` says. */
export function tinyNetwork(learning: Network['learning'] = { update: { ticks: 7 } }, dt = 1): Network {
  const plasticity = eprop({ from: 'readout', optimizer });
  return {
    dt,
    seed: 11,
    populations: {
      input: { size: 3, neuron: source() },
      hidden: { size: 8, neuron: lif({ tauMem: 10, threshold: 0.5, refractory: 2 }) },
      slow: { size: 4, neuron: alif({ tauMem: 10, tauAdapt: 50, beta: 0.2, threshold: 0.5 }) },
      readout: { size: 2, neuron: integrator({ tau: 10, loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, delay: 0, plasticity },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 1,
        plasticity,
      },
      forward: {
        pre: 'hidden',
        post: 'slow',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 1.5 },
        delay: 0,
        plasticity,
      },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 0,
        plasticity: deltaRule({ from: 'readout', optimizer }),
      },
      outputSlow: {
        pre: 'slow',
        post: 'readout',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 0,
        plasticity: deltaRule({ from: 'readout', optimizer }),
      },
    },
    learning,
  };
}

export const tiny = (learning?: Network['learning'], maxTicks = 16): Executable =>
  referenceBackend.load(compile(tinyNetwork(learning), { maxTicks }));
