import { type Alif, alif, type Lif, lif, type Network, type Projection, source } from '../../runtime/index.ts';
import { CHANNELS } from './front-end.ts';
import { heartbeatNetwork, type Plastic } from './network.ts';
import { TICK_RATE_HZ } from './stream.ts';

/** A description for a board that cannot hold the whole network: learned on the host like it, mirrored on the board, scored by itself. */
export interface Variant {
  readonly name: string;
  /** channels of the front end that it has; default all */
  readonly channels?: readonly number[];
  network(seed: number, learn: Plastic): Network;
}

/** The whole network with other neurons. */
function withHidden(network: Network, neuron: Lif | Alif): Network {
  return { ...network, populations: { ...network.populations, hidden: { ...network.populations['hidden']!, neuron } } };
}

/** Loihi: no adaptation, and a spike empties the membrane. */
export const lifVariant: Variant = {
  name: 'lif',
  network: (seed, learn) =>
    withHidden(
      heartbeatNetwork(seed, learn),
      lif({
        tauMem: Number(process.env.TM ?? 25),
        reset: 'zero',
        ...(process.env.TS ? { synapse: { tau: Number(process.env.TS), inputScale: 'oneMinusDecay' } } : {}),
      }),
    ),
};

const DASH = 2;
const INPUTS = 16;

/** Xylo: 16 inputs, of which none reaches the readout, and neurons that leak by a shift. */
export const bitShiftVariant: Variant = {
  name: 'bit-shift-16',
  // The crossings of ±15 % that come back are left out: the deflections beside them say the same.
  channels: Array.from({ length: CHANNELS }, (_, channel) => channel).slice(CHANNELS - INPUTS),
  network(seed, learn) {
    const whole = heartbeatNetwork(seed, learn);
    const { one: _, ...populations } = whole.populations;
    const { bias: __, ...projections } = whole.projections as Readonly<Record<string, Projection>>;
    const neuron = alif({ tauMem: 25, tauAdapt: 25, beta: 0.5, reset: 'none' });
    return withHidden({ ...whole, populations: { ...populations, input: { size: INPUTS, neuron: source() } }, projections }, neuron);
  },
};
void DASH;
void TICK_RATE_HZ;
