import { delta, type Encoder, fieldsOf, levelCrossing } from '../../runtime/index.ts';
import { TICK_RATE_HZ } from './stream.ts';

const DT = 1000 / TICK_RATE_HZ;
/** Baseline wander is taken off by a high pass of 600 ms. */
const BASELINE = DT / 600;
/** The gain follows the largest deflection and forgets it over 15 s, never below 0.3 mV. */
const GAIN_DECAY = Math.exp(-DT / 15_000);
const GAIN_FLOOR = 0.3;
const R_MARKER = 4;

const STEPS = [0.04, 0.12, 0.3];
const CROSSINGS = [-0.6, -0.35, -0.15, 0.15, 0.35, 0.6];
/** Deflection, in shares of the gain, above (below) which a channel spikes at every tick. */
const DEFLECTED = 0.3;

/** Channels: rising steps, deflected up, deflected down, crossings up and down, the R marker. */
export const CHANNELS = STEPS.length + 2 + 2 * CROSSINGS.length + 1;

/** One tick of the sensor: [mV, 1 at an R peak]. */
export type EcgValues = Float64Array;

export interface FrontEnd extends Encoder<EcgValues> {
  /** the signal of the last tick, free of wander and divided by the gain */
  readonly normalized: number;
}

/**
 * mV → 18 channels: 3 of send-on-delta (rising steps of 4, 12 and 30 % of the gain, graded up to 3), 2 that last as long as the signal is
 * above or below 30 %, 12 level crossings (±15, ±35, ±60 %), the R marker. No interval between beats is given. Falling steps are left out:
 * with them the code hardly knows the polarity of the lead (DECISIONS, D-013).
 */
export function frontEnd(): FrontEnd {
  const steps = delta({ steps: STEPS, max: 3, overflow: 'drop' });
  const crossings = levelCrossing({ levels: CROSSINGS });
  const stepped = new Float32Array(steps.size);
  const crossed = new Float32Array(crossings.size);
  let baseline = Number.NaN;
  let gain = GAIN_FLOOR;
  let normalized = 0;
  return {
    size: CHANNELS,
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
      steps.encode(normalized, stepped, tick);
      crossings.encode(normalized, crossed, tick);
      let channel = 0;
      for (let k = 0; k < STEPS.length; k++) into[channel++] = stepped[2 * k]!;
      into[channel++] = normalized >= DEFLECTED ? 1 : 0;
      into[channel++] = normalized <= -DEFLECTED ? 1 : 0;
      into.set(crossed, channel);
      into[CHANNELS - 1] = sample[1]! * R_MARKER;
    },
    reset() {
      steps.reset();
      crossings.reset();
      baseline = Number.NaN;
      gain = GAIN_FLOOR;
      normalized = 0;
    },
    state: () => ({ steps: steps.state!(), crossings: crossings.state!(), baseline, gain, normalized }),
    restore(state) {
      const saved = fieldsOf(state, 'frontEnd');
      steps.restore!(saved.any('steps'));
      crossings.restore!(saved.any('crossings'));
      baseline = saved.number('baseline');
      gain = saved.number('gain');
      normalized = saved.number('normalized');
    },
  };
}
