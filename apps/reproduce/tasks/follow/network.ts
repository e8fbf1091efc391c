import {
  type Connectivity,
  constant,
  follow,
  integrator,
  lif,
  type Network,
  type Projection,
  rate,
  source,
} from '../../../../runtime/index.ts';
import { type Ensemble, TAU } from './ensemble.ts';

export interface Follower {
  readonly command: Ensemble;
  readonly state: Ensemble;
  /** k, the gain of the error that comes back; 0: none does */
  readonly feedback: number;
  /** η of a weight, in current, a tick, at the start; 0: nothing is learned. It falls in a straight line to 0 in so many ticks */
  readonly rate: number;
  readonly ticks: number;
  /** τ of the low pass of the error currents that teach, ms */
  readonly tauError: number;
  /** the cell whose error current teaches cell i: i itself, or a control's permutation */
  readonly teacher: (cell: number) => number;
  readonly seed: number;
}

/** Ticks that are folded at once, and after which weights move. */
const BLOCK = 32;
/** What stands above this inhibition says nothing. */
const SILENCE = 1e3;

type Wiring = Pick<Projection, 'connectivity' | 'weight'>;

const dense = { kind: 'dense' } as const;

function list(pairs: Iterable<readonly [pre: number, post: number, weight: number]>): Wiring {
  const sorted = [...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const connectivity: Connectivity = { kind: 'list', pre: sorted.map(([pre]) => pre), post: sorted.map(([, post]) => post) };
  return { connectivity, weight: { kind: 'inline', values: sorted.map(([, , w]) => w) } };
}

/** From dimensions to the cells of an ensemble, [dimension][cell]. */
const encoding = ({ cells, dimensions, encoders, gains }: Ensemble): Wiring => ({
  connectivity: dense,
  weight: {
    kind: 'inline',
    values: Array.from({ length: dimensions * cells }, (_, s) => gains[s % cells]! * encoders[s % cells]![Math.floor(s / cells)]!),
  },
});

/** The error of each dimension stands on two units, one for what lies above 0 and one for what lies below, so that an inhibition silences it: to cells, [unit][cell]. */
const fromError = ({ cells, dimensions, encoders }: Ensemble, factor: (cell: number) => number, as: (cell: number) => number): Wiring => ({
  connectivity: dense,
  weight: {
    kind: 'inline',
    values: Array.from({ length: 2 * dimensions * cells }, (_, s) => {
      const [cell, unit] = [s % cells, Math.floor(s / cells)];
      return (unit < dimensions ? 1 : -1) * factor(cell) * encoders[as(cell)]![unit % dimensions]!;
    }),
  },
});

const toError = (dimensions: number, sign: number): Wiring =>
  list(Array.from({ length: 2 * dimensions }, (_, unit) => [unit % dimensions, unit, unit < dimensions ? sign : -sign] as const));

const biasing = ({ biases }: Ensemble): Wiring => ({ connectivity: dense, weight: { kind: 'inline', values: biases } });

/**
 * ε = reference − decoded stands on `error`, behind κ, and goes to the cells as k gain_j (e_j·ε). Behind a second low pass it is what teaches: Δw_ij = η (e_j·ε) r_i, r the
 * spikes behind κ, which is the trace of the linear units `currents` that hold Σ_i w_ij r_i. Whatever the cells are asked for at a tick, they answer a tick later, and are compared
 * with the reference of the tick that they were asked at. An input to `mute` takes the error away.
 */
export function follower({ command, state, feedback, rate: eta, ticks, tauError, teacher, seed }: Follower): Network {
  const { cells, dimensions } = state;
  const membrane = lif({ tauMem: TAU.membrane, inputScale: 'oneMinusDecay' });
  const plasticity = follow({
    teaching: 'teaching',
    optimizer: { kind: 'sgd', rate: { kind: 'linear', initial: eta, final: 0, updates: ticks / BLOCK } },
  });
  const learned = { connectivity: dense, weight: { kind: 'constant', value: 0 }, ...(eta > 0 && { plasticity }) } as const;
  return {
    dt: 1,
    seed,
    populations: {
      one: { size: 1, neuron: constant() },
      command: { size: command.dimensions, neuron: source() },
      reference: { size: dimensions, neuron: source() },
      mute: { size: 1, neuron: source() },
      commanding: { size: command.cells, neuron: membrane },
      error: { size: 2 * dimensions, neuron: rate({ tau: TAU.synapse, activation: 'relu', discretization: 'exact' }) },
      teaching: { size: cells, neuron: integrator({ tau: tauError, inputScale: 'oneMinusDecay' }) },
      currents: { size: cells, neuron: rate({ tau: TAU.synapse, activation: 'linear', discretization: 'exact' }) },
      cells: { size: cells, neuron: membrane },
      decoded: { size: dimensions, neuron: integrator({ tau: TAU.synapse, inputScale: 'oneMinusDecay' }) },
    },
    projections: {
      commandBias: { pre: 'one', post: 'commanding', ...biasing(command), delay: 0 },
      commandIn: { pre: 'command', post: 'commanding', ...encoding(command), delay: 0 },
      wanted: { pre: 'reference', post: 'error', ...toError(dimensions, 1), delay: 1 },
      found: { pre: 'decoded', post: 'error', ...toError(dimensions, -1), delay: 1 },
      silence: { pre: 'mute', post: 'error', connectivity: dense, weight: { kind: 'constant', value: -SILENCE }, delay: 0 },
      lesson: { pre: 'error', post: 'teaching', ...fromError(state, () => -1, teacher), delay: 0 },
      feedforward: { pre: 'commanding', post: 'currents', ...learned, delay: 0 },
      recurrent: { pre: 'cells', post: 'currents', ...learned, delay: 1 },
      driving: {
        pre: 'currents',
        post: 'cells',
        ...list(Array.from({ length: cells }, (_, j) => [j, j, 1] as const)),
        delay: 0,
      },
      feedback: {
        pre: 'error',
        post: 'cells',
        ...fromError(
          state,
          (j) => feedback * state.gains[j]!,
          (j) => j,
        ),
        delay: 0,
      },
      bias: { pre: 'one', post: 'cells', ...biasing(state), delay: 0 },
      decoding: { pre: 'cells', post: 'decoded', connectivity: dense, weight: { kind: 'inline', values: [...state.decoders] }, delay: 0 },
    },
    ...(eta > 0 && { learning: { update: { ticks: BLOCK }, block: BLOCK, episode: 'carry' } }),
  };
}
