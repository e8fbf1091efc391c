import { exact } from '../../../runtime/index.ts';

/**
 * A phase-change cell, by its moments (Joshi et al. 2020, Nature Communications 11:2473; parameter sets as in IBM/aihwkit). Conductances in µS, times in seconds
 * since programming, r = g / gmax.
 *
 *   g_prog = max(0, g + σ_prog(r)·N)                                             programming
 *   g(t)   = max(0, g_prog · ((t + t0)/t0)^−|ν|, times 1 + q·√ln((t + t0 + t_read)/(2 t_read))·N)    drift and read noise
 *   ν ~ N(μ_ν(r), σ_ν(r)) of the wished r, q of the programmed one
 */
export interface PcmParameters {
  /** µS */
  readonly gmax: number;
  /** time of the first read, and length of a read, s */
  readonly t0: number;
  readonly tRead: number;
  /** σ_prog, µS */
  readonly programming: Curve;
  readonly driftMean: Curve;
  readonly driftSpread: Curve;
  readonly readNoise: Curve;
}

/** A function of r. polynomial: Σ c_k r^k; logarithm: slope·ln r + offset, clipped to [low, high]; power: factor / max(r^exponent, least), at most high. */
export type Curve =
  | { readonly kind: 'polynomial'; readonly coefficients: readonly number[] }
  | { readonly kind: 'logarithm'; readonly slope: number; readonly offset: number; readonly low: number; readonly high: number }
  | { readonly kind: 'power'; readonly factor: number; readonly exponent: number; readonly least: number; readonly high: number }
  | { readonly kind: 'split'; readonly at: number; readonly below: Curve; readonly above: Curve };

const polynomial = (...coefficients: number[]): Curve => ({ kind: 'polynomial', coefficients });
const logarithm = (slope: number, offset: number, low: number, high: number): Curve => ({ kind: 'logarithm', slope, offset, low, high });
const split = (at: number, below: Curve, above: Curve): Curve => ({ kind: 'split', at, below, above });

const hermesDrift = split(0.0945, logarithm(-0.0387, -0.0182, 0.072, 0.13), polynomial(0.0736, -0.0126, -0.0436));

/** Mushroom cells in 90 nm, one device a sign. */
export const genericPcm: PcmParameters = {
  gmax: 25,
  t0: 20,
  tRead: 250e-9,
  programming: polynomial(0.26348, 1.965, -1.1731),
  driftMean: logarithm(-0.0155, 0.0244, 0.049, 0.1),
  driftSpread: logarithm(-0.0125, -0.0059, 0.008, 0.045),
  readNoise: { kind: 'power', factor: 0.0088, exponent: 0.65, least: 0.001, high: 0.2 },
};

/** The HERMES core in 14 nm, two devices a sign, programmed one after the other. */
export const hermesTwoDevices: PcmParameters = {
  gmax: 20.7,
  t0: 300,
  tRead: 512e-9,
  programming: polynomial(0.16603, 4.71806, -8.48101, 4.68961),
  driftMean: hermesDrift,
  driftSpread: split(0.3055, logarithm(-0.0117, -0.0057, 0.0091, 0.04), polynomial(0.0073, 0.0093, -0.0118)),
  readNoise: split(0.16, logarithm(-0.0117, -0.0069, 0.015, 0.04), polynomial(0.0123, 0.0211, -0.028, 0.0069)),
};

/** The HERMES core with one device a sign. */
export const hermesOneDevice: PcmParameters = {
  gmax: 10.35,
  t0: 200,
  tRead: 512e-9,
  programming: polynomial(0.15782, 2.32444, -2.16311, 0.68842),
  driftMean: hermesDrift,
  driftSpread: split(0.3039, logarithm(-0.012, -0.0023, 0.0124, 0.04), polynomial(0.0104, 0.0116, -0.0165)),
  readNoise: split(0.1591, logarithm(-0.0078, 0.0038, 0.0179, 0.04), polynomial(0.0088, 0.0768, -0.1352, 0.0664)),
};

/** ln r of a cell that was never set. */
const LEAST = 1e-7;

export function curveAt(curve: Curve, r: number): number {
  switch (curve.kind) {
    case 'polynomial': {
      let sum = 0;
      for (let k = curve.coefficients.length - 1; k >= 0; k--) sum = sum * r + curve.coefficients[k]!;
      return sum;
    }
    case 'logarithm':
      return Math.min(curve.high, Math.max(curve.low, curve.slope * exact.log(Math.max(r, LEAST)) + curve.offset));
    case 'power':
      return Math.min(curve.high, curve.factor / Math.max(exact.exp(curve.exponent * exact.log(Math.max(r, LEAST))), curve.least));
    case 'split':
      return curveAt(r < curve.at ? curve.below : curve.above, r);
  }
}

/** Numbers as they are drawn: standard normal and uniform, the same for the same seed and the same history of calls. */
export interface Draws {
  normal(): number;
  uniform(): number;
}

/** Draws from the counter-based stream of a name. */
export function drawsOf(seed: number, name: string): Draws {
  const stream = exact.randomStream(seed, name);
  let drawn = 0;
  return { normal: () => stream.normal(drawn++ >>> 0), uniform: () => stream.uniform(drawn++ >>> 0) };
}

/** Cells of one sign: what was programmed, how it drifts, when it was programmed. */
export class PcmCells {
  readonly #parameters: PcmParameters;
  readonly #draws: Draws;
  readonly #wished: Float64Array;
  readonly #programmed: Float64Array;
  readonly #drift: Float64Array;
  readonly #noise: Float64Array;
  readonly #at: Float64Array;
  readonly #stuck: Uint8Array;

  constructor(count: number, parameters: PcmParameters, draws: Draws) {
    this.#parameters = parameters;
    this.#draws = draws;
    this.#wished = new Float64Array(count);
    this.#programmed = new Float64Array(count);
    this.#drift = new Float64Array(count);
    this.#noise = new Float64Array(count);
    this.#at = new Float64Array(count);
    this.#stuck = new Uint8Array(count);
  }

  /** What the cell was asked for last, µS. */
  wished = (cell: number): number => this.#wished[cell]!;

  /** Programs a cell to `wished` µS at `seconds`. */
  program(cell: number, wished: number, seconds: number): void {
    const { gmax, programming, driftMean, driftSpread, readNoise } = this.#parameters;
    const r = wished / gmax;
    this.#wished[cell] = wished;
    const programmed = Math.max(0, wished + curveAt(programming, r) * this.#draws.normal());
    const drift = Math.abs(curveAt(driftMean, r) + curveAt(driftSpread, r) * this.#draws.normal());
    if (this.#stuck[cell] !== 0) return;
    this.#programmed[cell] = programmed;
    this.#drift[cell] = drift;
    this.#noise[cell] = curveAt(readNoise, programmed / gmax);
    this.#at[cell] = seconds;
  }

  /** A cell that no pulse moves any more, at `conductance` µS, without drift. */
  stick(cell: number, conductance: number): void {
    this.#stuck[cell] = 1;
    this.#programmed[cell] = conductance;
    this.#drift[cell] = 0;
    this.#noise[cell] = curveAt(this.#parameters.readNoise, conductance / this.#parameters.gmax);
  }

  /** What a read at `seconds` finds, µS; `noisier` multiplies the read noise. Each read draws anew. */
  read(cell: number, seconds: number, noisier = 1): number {
    const { t0, tRead } = this.#parameters;
    const age = Math.max(0, seconds - this.#at[cell]!) + t0;
    const drifted = this.#programmed[cell]! * exact.exp(-this.#drift[cell]! * exact.log(age / t0));
    const spread = this.#noise[cell]! * Math.sqrt(exact.log((age + tRead) / (2 * tRead))) * noisier;
    return Math.max(0, drifted * (1 + spread * this.#draws.normal()));
  }
}
