import { raise } from '../errors.ts';
import { exp, hashName, philox } from '../exact.ts';
import { fieldsOf } from '../record/state.ts';
import type { Ms } from '../units.ts';
import { type Sample, spread } from './sample.ts';
import type { Encoder } from './sense.ts';

const requireThat = (holds: boolean, path: string, bound: string, value: unknown): void => {
  if (!holds) raise('ERR_OUT_OF_RANGE', { path, bound, value, remedy: 'correct the option of the encoder' });
};

const requireSize = (encoder: string, size: number): void =>
  requireThat(Number.isInteger(size) && size > 0, `${encoder}.size`, 'a whole number ≥ 1', size);

export interface LevelCrossingOptions {
  readonly levels: readonly number[];
  /** how far below a level the signal must fall to have left it, default 0: keeps noise on a level from chattering */
  readonly hysteresis?: number;
}

/**
 * A spike each time the signal crosses a level: channel 2k when it comes to level k or above, 2k + 1 when it falls below. The first
 * sample crosses nothing.
 */
export function levelCrossing({ levels, hysteresis = 0 }: LevelCrossingOptions): Encoder<number> {
  requireThat(levels.length > 0 && levels.every(Number.isFinite), 'levelCrossing.levels', 'at least one finite level', levels);
  requireThat(hysteresis >= 0, 'levelCrossing.hysteresis', '≥ 0', hysteresis);
  const above = new Uint8Array(levels.length);
  let started = false;
  return {
    size: 2 * levels.length,
    encode(sample, into) {
      for (let k = 0; k < levels.length; k++) {
        const level = levels[k]!;
        const was = above[k] === 1;
        const is = was ? sample >= level - hysteresis : sample >= level;
        above[k] = is ? 1 : 0;
        into[2 * k] = started && is && !was ? 1 : 0;
        into[2 * k + 1] = started && was && !is ? 1 : 0;
      }
      started = true;
    },
    reset() {
      above.fill(0);
      started = false;
    },
    state: () => ({ above, started }),
    restore(state) {
      const saved = fieldsOf(state, 'levelCrossing');
      saved.into('above', above);
      started = saved.boolean('started');
    },
  };
}

export interface DeltaOptions {
  /** change of the signal that is worth one spike; each has its own two channels */
  readonly steps: readonly number[];
  /** most spikes of a channel in one tick (a graded spike); default 1 */
  readonly max?: number;
  /** steps beyond `max`: sent in the ticks that follow ('carry', default) or never ('drop': the channel saturates, but does not lag) */
  readonly overflow?: 'carry' | 'drop';
}

/**
 * Send on delta: channel 2k carries how many whole steps k the signal has risen since it was last sent, 2k + 1 how many it has fallen, at
 * most `max` a tick. With 'carry', a receiver that adds up the steps knows the signal to one step.
 */
export function delta({ steps, max = 1, overflow = 'carry' }: DeltaOptions): Encoder<number> {
  requireThat(steps.length > 0 && steps.every((step) => step > 0), 'delta.steps', 'at least one step > 0', steps);
  requireThat(Number.isInteger(max) && max > 0, 'delta.max', 'a whole number ≥ 1', max);
  const sent = new Float64Array(steps.length);
  let started = false;
  return {
    size: 2 * steps.length,
    encode(sample, into) {
      if (!started) sent.fill(sample);
      started = true;
      for (let k = 0; k < steps.length; k++) {
        const step = steps[k]!;
        const change = sample - sent[k]!;
        const whole = Math.floor((change < 0 ? -change : change) / step);
        const count = Math.min(max, whole);
        const settled = overflow === 'drop' ? whole : count;
        into[2 * k] = change > 0 ? count : 0;
        into[2 * k + 1] = change < 0 ? count : 0;
        if (count > 0) sent[k] = sent[k]! + (change < 0 ? -settled : settled) * step;
      }
    },
    reset() {
      started = false;
    },
    state: () => ({ sent, started }),
    restore(state) {
      const saved = fieldsOf(state, 'delta');
      saved.into('sent', sent);
      started = saved.boolean('started');
    },
  };
}

export interface PopulationCodeOptions {
  readonly size: number;
  /** centres of the first and the last bump */
  readonly low: number;
  readonly high: number;
  /** standard deviation of a bump; default the distance of two centres */
  readonly sigma?: number;
}

/** Analog: neuron i receives e^(−(x − c_i)²/2σ²), centres evenly spaced from low to high. */
export function populationCode({ size, low, high, sigma = (high - low) / Math.max(1, size - 1) }: PopulationCodeOptions): Encoder<number> {
  requireSize('populationCode', size);
  requireThat(high > low, 'populationCode.high', `> low (${low})`, high);
  requireThat(sigma > 0, 'populationCode.sigma', '> 0', sigma);
  const spacing = size === 1 ? 0 : (high - low) / (size - 1);
  const first = size === 1 ? (low + high) / 2 : low;
  return {
    size,
    encode(sample, into) {
      for (let i = 0; i < size; i++) {
        const distance = (sample - (first + i * spacing)) / sigma;
        into[i] = exp(-0.5 * distance * distance);
      }
    },
    reset() {},
  };
}

export interface LatencyOptions {
  readonly size: number;
  /** ticks of one presentation; the sample at its first tick counts */
  readonly window: number;
  /** value that spikes at the last tick, and value that spikes at the first; defaults 0 and 1 */
  readonly low?: number;
  readonly high?: number;
}

/**
 * Time to first spike: once in every window of ticks, channel i spikes the sooner the larger its value: at tick
 * round((1 − v)·(window − 1)), v the value from low to high as 0 … 1. Values below low stay silent.
 */
export function latency({ size, window, low = 0, high = 1 }: LatencyOptions): Encoder<Sample> {
  requireSize('latency', size);
  requireThat(Number.isInteger(window) && window > 0, 'latency.window', 'a whole number ≥ 1', window);
  requireThat(high > low, 'latency.high', `> low (${low})`, high);
  const NEVER = -1;
  const due = new Int32Array(size).fill(NEVER);
  const values = new Float64Array(size);
  let presentation = -1;
  return {
    size,
    encode(sample, into, tick) {
      const now = Math.floor(tick / window);
      if (now !== presentation) {
        presentation = now;
        spread(sample, values);
        for (let i = 0; i < size; i++) {
          const value = (values[i]! - low) / (high - low);
          due[i] = value < 0 ? NEVER : Math.round((1 - Math.min(1, value)) * (window - 1));
        }
      }
      // ≤, not =: where a clock has skipped the tick of a spike, the spike comes late instead of never.
      const phase = tick - now * window;
      for (let i = 0; i < size; i++) {
        const fires = due[i] !== NEVER && due[i]! <= phase;
        into[i] = fires ? 1 : 0;
        if (fires) due[i] = NEVER;
      }
    },
    reset() {
      presentation = -1;
      due.fill(NEVER);
    },
    state: () => ({ due, presentation }),
    restore(state) {
      const saved = fieldsOf(state, 'latency');
      saved.into('due', due);
      presentation = saved.number('presentation');
    },
  };
}

export interface PoissonOptions {
  /** rate of a channel whose sample is 1, Hz */
  readonly rateHz: number;
  readonly seed: number;
  /** length of a tick, ms */
  readonly dt: Ms;
  /** default 1 */
  readonly size?: number;
  /** tells the draws of two encoders with one seed apart; default 'poisson' */
  readonly name?: string;
}

/**
 * Poisson spikes: channel i spikes with probability x_i·rateHz·dt. The draw depends on (seed, name, tick, i) and on nothing before it,
 * so that a run can begin anywhere and repeat.
 */
export function poisson({ rateHz, seed, dt, size = 1, name = 'poisson' }: PoissonOptions): Encoder<Sample> {
  requireSize('poisson', size);
  requireThat(rateHz >= 0, 'poisson.rateHz', '≥ 0', rateHz);
  requireThat(dt > 0, 'poisson.dt', '> 0', dt);
  const key = (Math.imul(seed >>> 0, 0x85ebca6b) ^ hashName(name)) >>> 0;
  const scale = (rateHz * dt) / 1000;
  const draw = new Uint32Array(2);
  const values = new Float64Array(size);
  return {
    size,
    encode(sample, into, tick) {
      spread(sample, values);
      for (let i = 0; i < size; i++) {
        philox(key, tick, i, draw);
        into[i] = draw[0]! * 2 ** -32 < values[i]! * scale ? 1 : 0;
      }
    },
    reset() {},
  };
}

export interface AnalogOptions {
  /** default 1 */
  readonly size?: number;
  readonly gain?: number;
  readonly offset?: number;
}

/** Analog currents: gain·(x_i − offset). */
export function analog({ size = 1, gain = 1, offset = 0 }: AnalogOptions = {}): Encoder<Sample> {
  requireSize('analog', size);
  const values = new Float64Array(size);
  return {
    size,
    encode(sample, into) {
      spread(sample, values);
      for (let i = 0; i < size; i++) into[i] = gain * (values[i]! - offset);
    },
    reset() {},
  };
}

/** Gives an encoder a part or a function of the sample. A value that is not finite, the encoder never sees: its channels stay 0 that tick. */
export function select<S extends Sample>(of: (sample: S) => number, encoder: Encoder<number>): Encoder<S> {
  return {
    size: encoder.size,
    encode(sample, into, tick) {
      const value = of(sample);
      if (Number.isFinite(value)) encoder.encode(value, into, tick);
      else into.fill(0);
    },
    reset: () => encoder.reset(),
    state: () => encoder.state?.() ?? null,
    restore: (state) => encoder.restore?.(state),
  };
}

/** The channels of several encoders side by side, all from one sample. */
export function concat<S extends Sample>(...encoders: readonly Encoder<S>[]): Encoder<S> {
  requireThat(encoders.length > 0, 'concat', 'at least one encoder', 0);
  // Rows of their own: windows on `into` would have to be made anew for every row.
  const rows = encoders.map(({ size }) => new Float32Array(size));
  return {
    size: encoders.reduce((sum, { size }) => sum + size, 0),
    encode(sample, into, tick) {
      let at = 0;
      for (let k = 0; k < encoders.length; k++) {
        const row = rows[k]!;
        encoders[k]!.encode(sample, row, tick);
        into.set(row, at);
        at += row.length;
      }
    },
    reset() {
      for (const encoder of encoders) encoder.reset();
    },
    state: () => ({ encoders: encoders.map((encoder) => encoder.state?.() ?? null) }),
    restore(state) {
      const saved = fieldsOf(state, 'concat').list('encoders');
      encoders.forEach((encoder, k) => {
        encoder.restore?.(saved[k] ?? null);
      });
    },
  };
}
