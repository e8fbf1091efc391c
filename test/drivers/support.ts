import { alif, type Capabilities, deltaRule, eprop, integrator, type Network, type Optimizer, source } from '../../runtime/index.ts';

/** A board of the size of the tests' networks. */
export const capabilities: Capabilities = {
  model: 'test board',
  protocol: 1,
  inputs: 64,
  neurons: 256,
  outputs: 8,
  synapses: 1 << 16,
  neuronKinds: ['source', 'lif', 'alif', 'integrator'],
  maxDelay: 15,
  weightBits: 8,
  maxGrade: 15,
  tickUs: 1000,
  learns: false,
};

/** Numbers from 0 to 1, the same in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A network like that of the heartbeat app: 19 graded inputs and a constant, 100 adaptive neurons, densely recurrent, 2 readouts. */
export function heartbeatLike(learn: boolean): Network {
  const optimizer: Optimizer = { kind: 'adam', rate: 3e-3 };
  const hidden = learn ? { plasticity: eprop({ from: 'readout', optimizer }) } : {};
  const output = learn ? { plasticity: deltaRule({ from: 'readout', optimizer }) } : {};
  return {
    dt: 1000 / 120,
    seed: 3,
    populations: {
      input: { size: 19, neuron: source() },
      one: { size: 1, neuron: source() },
      hidden: { size: 100, neuron: alif({ tauMem: 25, tauAdapt: 700, beta: 0.5, refractory: 2 }) },
      readout: { size: 2, neuron: integrator({ tau: 100, loss: 'crossEntropy' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, delay: 0, ...hidden },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'normal', gain: 0.7 },
        delay: 1,
        ...hidden,
      },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 0,
        ...output,
      },
      bias: { pre: 'one', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0 }, delay: 0, ...output },
    },
    learning: { update: 'label', target: 'label', episode: 'carry' },
  };
}
