import {
  alif,
  constant,
  deltaRule,
  integrator,
  type Learning,
  type LearningRule,
  type Network,
  type Optimizer,
  type Projection,
  type Schedule,
  source,
} from '../../../../runtime/index.ts';
import { CHANNELS, WAVES } from './sequences.ts';

const SIZE = 36;
/** γ = 0.5 times normal densities of σ = 0.5. */
const SIGMA = 0.5;
const HEIGHT = 0.5 / (SIGMA * Math.sqrt(2 * Math.PI));

export interface SrnnDesign {
  readonly rule: (options: { readonly from: string; readonly optimizer: Optimizer }) => LearningRule;
  readonly rate: Schedule;
  readonly learning: Learning;
}

/**
 * The adaptive SRNN of Yin et al. (2020, 2021): 4 spiking inputs → 36 neurons, recurrent → 6 waves; every neuron has a membrane and an adaptation time
 * constant of its own, drawn from N(20, 5) and N(150, 10) steps, and learns them. Threshold 0.01 + 1.8 b, which a spike takes off; multi-Gaussian surrogate.
 */
export function srnnNetwork(seed: number, { rule, rate, learning }: SrnnDesign): Network {
  const optimizer: Optimizer = { kind: 'adam', rate, transforms: [{ kind: 'average', window: 2000 }] };
  const plasticity = rule({ from: 'out', optimizer });
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  // A time constant must stay above 0, and a step of the optimizer is far below one tick.
  const times = (std: number, most: number) => ({
    weight: { kind: 'normal', std } as const,
    plasticity: {
      ...plasticity,
      optimizer: {
        ...optimizer,
        rate: faster(rate),
        transforms: [{ kind: 'bounds', min: -most, max: most } as const, { kind: 'average', window: 2000 } as const],
      },
    },
  });
  const projections: Record<string, Projection> = {
    input: { pre: 'in', post: 'hidden', connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0, plasticity },
    offset: { pre: 'one', post: 'hidden', connectivity: dense, weight: { kind: 'normal', std: 0.02 }, delay: 0, plasticity },
    recurrent: { pre: 'hidden', post: 'hidden', connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 1, plasticity },
    membranes: { pre: 'one', post: 'hidden', gate: 'tauMem', connectivity: dense, delay: 0, ...times(5, 19) },
    adaptations: { pre: 'one', post: 'hidden', gate: 'tauAdapt', connectivity: dense, delay: 0, ...times(10, 149) },
    output: { pre: 'hidden', post: 'out', connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0, ...output },
    bias: { pre: 'one', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0, ...output },
  };
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: CHANNELS, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: {
        size: SIZE,
        neuron: alif({
          tauMem: 20,
          tauAdapt: 150,
          threshold: 0.01,
          beta: 1.8,
          inputScale: 'oneMinusDecay',
          adaptScale: 'oneMinusDecay',
          reset: 'level',
          surrogate: { shape: 'multiGaussian', height: HEIGHT, width: SIGMA },
        }),
      },
      out: { size: WAVES.length, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'crossEntropy' }) },
    },
    projections,
    learning,
  };
}

/** Time constants are tens of steps, weights tenths: ten times the rate. */
const faster = (rate: Schedule): Schedule => (typeof rate === 'number' ? 10 * rate : { ...rate, initial: 10 * rate.initial });
