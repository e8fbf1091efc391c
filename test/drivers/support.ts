import type { Capabilities } from '../../runtime/index.ts';

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
