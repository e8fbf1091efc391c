import { type Alif, eprop, type Lif, lif, type Network, type Projection, source } from '../../runtime/index.ts';
import { CHANNELS } from './front-end.ts';
import { heartbeatNetwork, type Plastic } from './network.ts';

type BitShiftLif = typeof import('../../drivers/index.ts').bitShiftLif;

/** A description for a board that cannot hold the whole network: learned on the host like it, mirrored on the board, scored by itself. */
export interface Variant {
  readonly name: string;
  /** channels of the front end that it has; default all */
  readonly channels?: readonly number[];
  network(seed: number, learn: Plastic): Network;
}

/** The whole network with other neurons, and a gain on its inputs that suits them. */
function withHidden({ populations, projections, ...network }: Network, neuron: Lif | Alif, gain: number): Network {
  return {
    ...network,
    populations: { ...populations, hidden: { ...populations['hidden']!, neuron } },
    projections: { ...projections, sensory: { ...projections['sensory']!, weight: { kind: 'normal', gain } } },
  };
}

/** A network without the constant input of the readout: some chips let nothing of a source reach it, others lack the room. */
function withoutBias({ populations, projections, ...network }: Network): Network {
  const { one: _, ...others } = populations;
  const { bias: __, ...wired } = projections as Readonly<Record<string, Projection>>;
  return { ...network, populations: others, projections: wired };
}

/** ReckOn: no adaptation, one event an input and tick, decays of 0.875 and above: a membrane of 100 ms holds a little of the interval. */
export const slowVariant: Variant = {
  name: 'lif-slow',
  network: (seed, learn) => withHidden(withoutBias(heartbeatNetwork(seed, learn)), lif({ tauMem: 100 }), 1),
};

/** Steps, deflections, the crossings of ±35 %, the R marker. */
const FEW = [0, 1, 2, 3, 4, 7, 8, 13, 14, 17];
/** 10 channels → 11 neurons → 2 classes: 253 synapses of 256, and 440 bytes of 470. */
const FEW_NEURONS = 11;

/** An ATmega328P: what fits into 2 kB of memory. */
export const smallVariant: Variant = {
  name: 'alif-11',
  channels: FEW,
  network(seed, learn) {
    const { populations, ...network } = withoutBias(heartbeatNetwork(seed, learn));
    const hidden = { ...populations['hidden']!, size: FEW_NEURONS };
    return { ...network, populations: { ...populations, input: { size: FEW.length, neuron: source() }, hidden } };
  },
};

/** Loihi: no adaptation, and a spike empties the membrane. What holds the interval between beats is a synaptic current of 300 ms. */
export const lifVariant: Variant = {
  name: 'lif',
  network: (seed, learn) =>
    withHidden(heartbeatNetwork(seed, learn), lif({ tauMem: 25, reset: 'zero', synapse: { tau: 300, inputScale: 'oneMinusDecay' } }), 6),
};

/** The falling crossings of ±15 %: the deflections, which last as long as the signal is out, say most of it. */
const LEFT_OUT = [10, 12];

/**
 * Rates are kept near 5 % of the ticks. Without that the neurons learn to owe several spikes at a time, of which the host makes one a tick and the chip all at
 * once: then the host scores 0.81 and the chip 0.17; with it 0.82 and 0.54 (seed 1).
 */
function withRates({ plasticity, ...projection }: Projection): Projection {
  if (plasticity === undefined) return projection;
  const rate = { target: 0.05, strength: 0.02, average: { tau: 1000 } } as const;
  return { ...projection, plasticity: eprop({ from: 'readout', optimizer: plasticity.optimizer, rate }) };
}

/** Xylo: 16 inputs, of which none reaches the readout, and the neuron of the chip, whose decay of 1 − 2^−1 is 12 ms. */
export const bitShiftVariant = (bitShiftLif: BitShiftLif): Variant => {
  const channels = Array.from({ length: CHANNELS }, (_, channel) => channel).filter((channel) => !LEFT_OUT.includes(channel));
  return {
    name: 'bit-shift-16',
    channels,
    network(seed, learn) {
      const { populations, projections: wired, ...network } = withoutBias(heartbeatNetwork(seed, learn));
      const narrow = {
        ...network,
        populations: { ...populations, input: { size: channels.length, neuron: source() } },
        projections: { ...wired, sensory: withRates(wired['sensory']!), recurrent: withRates(wired['recurrent']!) },
      };
      return withHidden(narrow, bitShiftLif({ dash: 1, dt: network.dt }), 3);
    },
  };
};
