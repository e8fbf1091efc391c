import { exact, type ObservationEncoder } from '../../runtime/index.ts';

export interface Channels {
  /** numbers of the observation that are shown, by index */
  readonly shown: readonly number[];
  /** channels of number i lie evenly from −limits[i] to limits[i] */
  readonly limits: readonly number[];
  /** channels a number */
  readonly count: number;
}

/** Below this a channel is silent: most are, so that synapses of few channels are walked. */
const SILENT = 1e-3;
/** Widths from its center at which a channel is silent for certain: exp(−4²/2) < SILENT. */
const FAR = 4;

/**
 * Gaussian channels x_c = exp(−(o − m_c)²/2w²) of each number, w the distance of two channels, as constant currents of a step; observations are cut at the limits.
 * The last neuron is a bias of 1.
 */
export function gaussianChannels({ shown, limits, count }: Channels): ObservationEncoder {
  const size = shown.length * count + 1;
  return {
    size,
    encode(observation, into) {
      for (let s = 0; s < shown.length; s++) {
        const limit = limits[shown[s]!]!;
        const width = (2 * limit) / (count - 1);
        const o = observation[shown[s]!]!;
        const at = o < -limit ? -limit : o > limit ? limit : o;
        const center = (at + limit) / width;
        for (let c = 0; c < count; c++) {
          const distance = center - c;
          const x = distance > -FAR && distance < FAR ? exact.exp(-0.5 * distance * distance) : 0;
          into[s * count + c] = x < SILENT ? 0 : x;
        }
      }
      into[size - 1] = 1;
    },
  };
}

/** Numbers of either sign, each as two constant currents, max(0, o) and max(0, −o), times `gain`; the last neuron is a bias of 1. */
export function signedChannels({ count, gain = 1 }: { readonly count: number; readonly gain?: number }): ObservationEncoder {
  return {
    size: 2 * count + 1,
    encode(observation, into) {
      for (let i = 0; i < count; i++) {
        const x = gain * observation[i]!;
        into[2 * i] = x > 0 ? x : 0;
        into[2 * i + 1] = x < 0 ? -x : 0;
      }
      into[2 * count] = 1;
    },
  };
}
