import { exact } from '../../../../runtime/index.ts';
import * as oracle from '../../../../runtime/oracle/index.ts';

/** Membrane time constant of the cells and time constant κ of synapses, ms; a tick is 1 ms. */
export const TAU = { membrane: 20, synapse: 20 } as const;
export const DECAY = { membrane: exact.decay(1, TAU.membrane) } as const;
/** Spikes a tick of a cell at the border of what is represented. */
const FASTEST = [0.2, 0.4] as const;
/** A vector of this length is still represented. */
const RADIUS = 1;
/** Points whose rates the decoders are fitted to, ticks of each, and how many of these pass first. */
const [POINTS, TICKS, SETTLE] = [400, 400, 100] as const;
/** Variance of the noise of a rate that decoders are made for, of the square of the fastest. */
const NOISE = 0.05;

/** Cells that stand for a vector y by their currents J = gain (e·y) + bias, e of length 1, and decoders of it [cell][dimension] (Eliasmith & Anderson 2003). */
export interface Ensemble {
  readonly cells: number;
  readonly dimensions: number;
  /** [cell][dimension] */
  readonly encoders: readonly (readonly number[])[];
  readonly gains: readonly number[];
  readonly biases: readonly number[];
  readonly decoders: Float64Array;
}

/** Spikes a tick that a constant current makes, of the cells as they are run: a membrane from which a spike takes the threshold 1. */
function rateOf(current: number): number {
  let [v, spikes] = [0, 0];
  for (let t = 0; t < TICKS; t++) {
    v = DECAY.membrane * v + (1 - DECAY.membrane) * current;
    if (v < 1) continue;
    v -= 1;
    if (t >= SETTLE) spikes++;
  }
  return spikes / (TICKS - SETTLE);
}

/** Directions and thresholds by chance; the decoders are those of ridge regression on the rates at points by chance. */
export function ensemble(cells: number, dimensions: number, random: exact.RandomStream): Ensemble {
  let draws = 0;
  const uniform = (low: number, high: number): number => low + (high - low) * random.uniform(draws++);
  const direction = (length: number): number[] => {
    const drawn = Array.from({ length: dimensions }, () => random.normal(draws++));
    const norm = Math.hypot(...drawn);
    return drawn.map((x) => (length * x) / norm);
  };
  const encoders = Array.from({ length: cells }, () => direction(1));
  const drives = encoders.map(() => {
    const silentBelow = uniform(-0.8, 0.8) * RADIUS;
    // The current whose rate is r, of a membrane that integrates between two spikes: J = 1 at the threshold, 1/(1 − e^(−1/(r τ))) at r.
    const most = 1 / (1 - exact.exp(-1 / (uniform(...FASTEST) * TAU.membrane)));
    const gain = (most - 1) / (RADIUS - silentBelow);
    return { gain, bias: 1 - gain * silentBelow };
  });
  const points = Array.from({ length: POINTS }, () => direction(1.2 * RADIUS * uniform(0, 1) ** (1 / dimensions)));
  const values = points.flatMap((y) =>
    drives.map(({ gain, bias }, j) => rateOf(bias + gain * encoders[j]!.reduce((sum, e, k) => sum + e * y[k]!, 0))),
  );
  return {
    cells,
    dimensions,
    encoders,
    gains: drives.map(({ gain }) => gain),
    biases: drives.map(({ bias }) => bias),
    decoders: oracle.ridgeRegression(
      { inputs: cells, outputs: dimensions, values: Float64Array.from(values), targets: Float64Array.from(points.flat()) },
      POINTS * (NOISE * FASTEST[1]) ** 2,
    ),
  };
}
