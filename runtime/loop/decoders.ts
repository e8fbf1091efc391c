import { decay } from '../exact.ts';
import { fieldsOf } from '../record/state.ts';
import type { Ms } from '../units.ts';
import type { Decoder } from './stages.ts';
import { once, tapeOf } from './tapes.ts';

const output = (readout: string) => once((executable) => tapeOf(executable, readout, 'output', 'decoder.readout'));

/** The unit of `readout` with the largest output at the last tick of the frame; the first of equals. */
export function argmax({ readout }: { readonly readout: string }): Decoder<number> {
  const bind = output(readout);
  return {
    create: () => 0,
    decode({ executable, ticks }) {
      const { offset, stride, columns } = bind(executable);
      const { floats } = executable.arena;
      const start = offset + (ticks - 1) * stride;
      let best = 0;
      for (let k = 1; k < columns; k++) if (floats[start + k]! > floats[start + best]!) best = k;
      return best;
    },
  };
}

export interface LinearOptions {
  readonly readout: string;
  readonly gain?: number;
  readonly offset?: number;
  /** limits of what an actuator is given; default none */
  readonly low?: number;
  readonly high?: number;
}

/** gain·y_k + offset within low … high, y the output of `readout` at the last tick of the frame. */
export function linear({
  readout,
  gain = 1,
  offset: zero = 0,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
}: LinearOptions): Decoder<Float32Array> {
  const bind = output(readout);
  return {
    create: (executable) => new Float32Array(bind(executable).columns),
    decode({ executable, ticks }, into) {
      const { offset, stride, columns } = bind(executable);
      const { floats } = executable.arena;
      const start = offset + (ticks - 1) * stride;
      for (let k = 0; k < columns; k++) into[k] = Math.min(high, Math.max(low, gain * floats[start + k]! + zero));
      return into;
    },
  };
}

export interface FiringRateOptions {
  readonly population: string;
  /** time constant of the running mean, ms */
  readonly tau: Ms;
}

/** Firing rates in Hz: f_j ← κ f_j + (1 − κ)·z_j·1000/dt every tick, κ = exp(−dt/tau). The same for every frame size. */
export function firingRate({ population, tau }: FiringRateOptions): Decoder<Float32Array> {
  const bind = once((executable) => {
    const { dt } = executable.program.network;
    const kappa = decay(dt, tau);
    return {
      counts: tapeOf(executable, population, 'spikeCount', 'decoder.population'),
      spikes: tapeOf(executable, population, 'spikes', 'decoder.population'),
      kappa,
      gain: ((1 - kappa) * 1000) / dt,
    };
  });
  return {
    create: (executable) => new Float32Array(bind(executable).spikes.columns),
    decode({ executable, ticks }, into) {
      const { counts, spikes, kappa, gain } = bind(executable);
      const { words } = executable.arena;
      for (let row = 0; row < ticks; row++) {
        for (let j = 0; j < into.length; j++) into[j] = kappa * into[j]!;
        const start = spikes.offset + row * spikes.stride;
        const end = start + words[counts.offset + row]!;
        for (let s = start; s < end; s++) {
          const j = words[s]!;
          into[j] = into[j]! + gain;
        }
      }
      return into;
    },
    state: (into) => ({ rates: into }),
    restore: (state, into) => fieldsOf(state, `firingRate.${population}`).into('rates', into),
  };
}
