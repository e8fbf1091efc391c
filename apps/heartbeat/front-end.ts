import { concat, delta, type Encoder, levelCrossing } from '../../runtime/index.ts';
import { TICK_RATE_HZ } from './stream.ts';

const DT = 1000 / TICK_RATE_HZ;
/** Baseline wander is taken off by a high pass of 600 ms. */
const BASELINE = DT / 600;
/** The gain follows the largest deflection and forgets it over 15 s, never below 0.3 mV. */
const GAIN_DECAY = Math.exp(-DT / 15_000);
const GAIN_FLOOR = 0.3;
const R_MARKER = 4;

/** One tick of the sensor: [mV, 1 at an R peak]. */
export type EcgValues = Float64Array;

export interface FrontEnd extends Encoder<EcgValues> {
  /** the signal of the last tick, free of wander and divided by the gain */
  readonly normalized: number;
}

/**
 * mV → 19 channels: 6 of send-on-delta (steps 4, 12 and 30 % of the gain, graded up to 3), 12 level crossings (±15, ±35, ±60 %),
 * the R marker. No interval between beats is given.
 */
export function frontEnd(): FrontEnd {
  const spikes = concat(
    delta({ steps: [0.04, 0.12, 0.3], max: 3, overflow: 'drop' }),
    levelCrossing({ levels: [-0.6, -0.35, -0.15, 0.15, 0.35, 0.6] }),
  );
  let baseline = Number.NaN;
  let gain = GAIN_FLOOR;
  let normalized = 0;
  const coded = new Float32Array(spikes.size);
  return {
    size: spikes.size + 1,
    get normalized() {
      return normalized;
    },
    encode(sample, into, tick) {
      const millivolt = sample[0]!;
      if (Number.isNaN(baseline)) baseline = millivolt;
      baseline += (millivolt - baseline) * BASELINE;
      const value = millivolt - baseline;
      gain = Math.max(GAIN_FLOOR, Math.abs(value), gain * GAIN_DECAY);
      normalized = value / gain;
      spikes.encode(normalized, coded, tick);
      into.set(coded);
      into[spikes.size] = sample[1]! * R_MARKER;
    },
    reset() {
      spikes.reset();
      baseline = Number.NaN;
      gain = GAIN_FLOOR;
      normalized = 0;
    },
  };
}
