/** Small networks for a chip in real time. */
import { alif, integrator, lif, type Network, source } from '../../runtime/index.ts';
import { random } from '../drivers/support.ts';

/** 6 inputs, 10 adaptive neurons, a readout: a tick takes the chip a third of its time. */
export const network: Network = {
  dt: 5,
  seed: 5,
  populations: {
    input: { size: 6, neuron: source() },
    neurons: { size: 10, neuron: alif({ tauMem: 20, tauAdapt: 150, beta: 0.3 }) },
    readout: { size: 1, neuron: integrator({ tau: 40 }) },
  },
  projections: {
    sensory: { pre: 'input', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2.5 }, delay: 0 },
    recurrent: { pre: 'neurons', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.6 }, delay: 1 },
    output: { pre: 'neurons', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0.2 }, delay: 0 },
  },
};

/**
 * A random network that the chip holds and keeps up with: sources, neurons of either kind with any reset, threshold, rest and delays, and a readout.
 */
export function drawn(seed: number): Network {
  const draw = random(seed);
  const between = (low: number, high: number): number => low + draw() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
  const common = {
    tauMem: between(5, 60),
    threshold: between(0.3, 3),
    reset: draw() < 0.5 ? ('subtract' as const) : ('zero' as const),
    refractory: whole(0, 3),
  };
  const neuron = draw() < 0.5 ? lif(common) : alif({ ...common, tauAdapt: between(50, 400), beta: between(0, 1) });
  return {
    dt: 5,
    seed,
    populations: {
      input: { size: whole(2, 6), neuron: source() },
      neurons: { size: whole(3, 9), neuron },
      readout: { size: whole(1, 2), neuron: integrator({ tau: between(10, 80) }) },
    },
    projections: {
      sensory: {
        pre: 'input',
        post: 'neurons',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: between(1, 4) },
        delay: whole(0, 2),
      },
      recurrent: {
        pre: 'neurons',
        post: 'neurons',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: between(0.3, 1.5) },
        delay: whole(1, 3),
      },
      output: { pre: 'neurons', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    },
  };
}

const TAU_MS = 285;
const WEIGHT = 2 ** -6;
/** Of a membrane, as fractions of a threshold between 1/2 and 1: 20 bits. */
const LSB = 2 ** -20;
const decay = Math.round(65536 * Math.exp(-network.dt / TAU_MS)) / 65536;

/**
 * A neuron that tells rounding from cutting: under a constant current I its membrane stops where the decay takes as much as I brings, at (I − 1/2)/(1 − α)
 * counts if products are rounded and at (I − 1)/(1 − α) if they are cut. The threshold lies between.
 */
export const edge: Network = {
  dt: network.dt,
  seed: 1,
  populations: {
    input: { size: 1, neuron: source() },
    neurons: { size: 1, neuron: lif({ tauMem: TAU_MS, threshold: ((WEIGHT / LSB - 0.75) / (1 - decay)) * LSB, reset: 'zero' }) },
  },
  projections: {
    one: { pre: 'input', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: WEIGHT }, delay: 0 },
  },
};
