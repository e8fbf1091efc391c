import type { Optimizer } from '../learning/rule.ts';
import { deltaRule, eprop } from '../learning/rules/eprop.ts';
import type { Ms } from '../units.ts';
import type { Alif, Lif, Loss, Network } from './network.ts';
import { alif, integrator, source } from './neurons.ts';

/** What `recurrent` is told; everything but the three sizes has a default. */
export interface RecurrentOptions {
  /** values that an encoder writes */
  readonly inputs: number;
  /** spiking neurons, each connected to every other one */
  readonly hidden: number;
  /** values that the readout gives, and is taught */
  readonly outputs: number;
  /** default `alif({ tauMem: 20, tauAdapt: 200, beta: 0.05 })` */
  readonly neuron?: Lif | Alif;
  /** default 'squared' */
  readonly loss?: Exclude<Loss, 'none'>;
  /** default Adam at 1e-3 */
  readonly optimizer?: Optimizer;
  /** ticks between two updates of the weights; default 10 */
  readonly update?: number;
  /** length of a tick, ms; default 1 */
  readonly dt?: Ms;
  /** default 1 */
  readonly seed?: number;
}

/**
 * The network to begin with: `input` → `hidden` ⟲ → `readout`, where both projections to the hidden layer learn by e-prop with the readout's own weights as feedback
 * and the readout by the delta rule (Bellec et al. 2020, eq. 4, 21 and 28). Weights are normal with gains 2 (input), 0.7 (recurrent) and 0.5 (readout); the readout
 * leaks over 20 ms. Plain data, to be spread, changed and printed; what is out of range in it is told by `compile`.
 */
export function recurrent(options: RecurrentOptions): Network {
  const { inputs, hidden, outputs, loss = 'squared', optimizer = { kind: 'adam', rate: 1e-3 }, update = 10, dt = 1, seed = 1 } = options;
  const plasticity = eprop({ from: 'readout', optimizer });
  const weight = (gain: number) => ({ kind: 'normal', gain }) as const;
  const connectivity = { kind: 'dense' } as const;
  return {
    dt,
    seed,
    populations: {
      input: { size: inputs, neuron: source() },
      hidden: { size: hidden, neuron: options.neuron ?? alif({ tauMem: 20, tauAdapt: 200, beta: 0.05 }) },
      readout: { size: outputs, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity, weight: weight(2), delay: 0, plasticity },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { ...connectivity, autapses: false },
        weight: weight(0.7),
        delay: 1,
        plasticity,
      },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity,
        weight: weight(0.5),
        delay: 0,
        plasticity: deltaRule({ from: 'readout', optimizer }),
      },
    },
    learning: { update: { ticks: update } },
  };
}
