import { type Alif, type Lif, lif, type Network, type Projection, source } from '../../runtime/index.ts';
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

/** Loihi: no adaptation, and a spike empties the membrane. What holds the interval between beats is a synaptic current of 300 ms. */
export const lifVariant: Variant = {
  name: 'lif',
  network: (seed, learn) =>
    withHidden(heartbeatNetwork(seed, learn), lif({ tauMem: 25, reset: 'zero', synapse: { tau: 300, inputScale: 'oneMinusDecay' } }), 6),
};

/** The falling crossings of ±15 %: the deflections, which last as long as the signal is out, say most of it. */
const LEFT_OUT = [10, 12];

/** Xylo: 16 inputs, of which none reaches the readout, and the neuron of the chip, whose decay of 1 − 2^−2 is 29 ms. */
export const bitShiftVariant = (bitShiftLif: BitShiftLif): Variant => {
  const channels = Array.from({ length: CHANNELS }, (_, channel) => channel).filter((channel) => !LEFT_OUT.includes(channel));
  return {
    name: 'bit-shift-16',
    channels,
    network(seed, learn) {
      const { populations, projections, ...network } = heartbeatNetwork(seed, learn);
      const { one: _, ...others } = populations;
      const { bias: __, ...wired } = projections as Readonly<Record<string, Projection>>;
      const narrow = { ...network, populations: { ...others, input: { size: channels.length, neuron: source() } }, projections: wired };
      return withHidden(narrow, bitShiftLif({ dash: 2, dt: network.dt }), 2);
    },
  };
};
