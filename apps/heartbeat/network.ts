import { alif, deltaRule, eprop, integrator, type Network, type Optimizer, source } from '../../runtime/index.ts';
import { CHANNELS } from './front-end.ts';
import { TICK_RATE_HZ } from './stream.ts';

/** Adam, one step a beat, η(n) = η₀/(1 + n/5000). The readout alone has the best of 3e-3, 5e-3, 1e-2 and 2e-2. */
const adam = (initial: number): Optimizer => ({ kind: 'adam', rate: { kind: 'inverse', initial, halfAt: 5000 } });
const RATE = { all: 3e-3, readout: 2e-2 };

/** What is plastic. */
export type Plastic = 'all' | 'readout';

/**
 * 18 input channels → 100 adaptive neurons, densely recurrent → 2 classes. The adaptation (700 ms) holds the interval since
 * the last beat, which no input gives. Labels arrive when the window of a beat has closed. `learn` says what is plastic.
 */
export function heartbeatNetwork(seed: number, learn: Plastic = 'all'): Network {
  const optimizer = adam(learn === 'readout' ? RATE.readout : RATE.all);
  const hidden = learn === 'all' ? { plasticity: eprop({ from: 'readout', optimizer }) } : {};
  const output = { plasticity: deltaRule({ from: 'readout', optimizer }) };
  return {
    dt: 1000 / TICK_RATE_HZ,
    seed,
    populations: {
      input: { size: CHANNELS, neuron: source() },
      one: { size: 1, neuron: source() },
      hidden: { size: 100, neuron: alif({ tauMem: 25, tauAdapt: 700, beta: 0.5 }) },
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
