/**
 * The arithmetic of Loihi 1: current-based leaky integrate-and-fire compartments in fixed point, and its specification. All numbers are integers;
 * trunc() cuts towards zero, as a shift of the magnitude does.
 *
 * A step t, for every group of compartments, in order:
 *   I ← Σ over projections of (Σ_i n_i·w_ij) · 2^exponent           (a negative exponent shifts right: it rounds down)
 *   u ← wrap24(trunc(u·(4096 − (du + 1)) / 4096) + I·2^6)
 *   v ← clip(trunc(v·(4096 − dv) / 4096) + u + bias), to ±(2^23 − 1)
 *   spike where v > vth·2^6; there v ← 0
 * What a compartment sends in step t arrives in step t + 1 + delay; what the host injects for step t arrives in step t + delay, n_i spikes at once.
 *
 * Formats: u signed 24 bit, wraps; v signed 24 bit, clips; du, dv 12 bit; vth 17 bit unsigned; bias = mantissa (13 bit) · 2^exponent (3 bit); weights −256 … 255
 * on the grid that {@link weightGrid} gives; weight exponent −8 … 7; delay 0 … 63.
 * After the fixed-point model of lava-nc (process models of LIF and Dense) and Davies et al. 2018, IEEE Micro 38(1).
 */
const ONE = 4096;
const V_MAX = 2 ** 23 - 1;
const SHIFT = 64;

export const MAX_VTH = 2 ** 17 - 1;
export const MAX_DELAY = 63;
export const WEIGHT_EXPONENT = { least: -8, most: 7 } as const;

/** 24 bits of a whole number, with sign. */
export const wrap24 = (x: number): number => (x << 8) >> 8;

/** u a step later. */
export const nextCurrent = (u: number, input: number, du: number): number =>
  wrap24(Math.trunc((u * (ONE - (du + 1))) / ONE) + input * SHIFT);

/** v a step later, before it is compared. */
export function nextVoltage(v: number, u: number, bias: number, dv: number): number {
  const next = Math.trunc((v * (ONE - dv)) / ONE) + u + bias;
  return next > V_MAX ? V_MAX : next < -V_MAX ? -V_MAX : next;
}

export type SignMode = 'mixed' | 'excitatory' | 'inhibitory';

/** Bits of a weight that are lost at the low end: the sign takes one of them. */
export const lostBits = (bits: number, mode: SignMode): number => 8 - bits + (mode === 'mixed' ? 1 : 0);

/** The weight that the chip stores for a wished one: clipped to its range, lowest bits dropped towards zero. */
export function weightGrid(wished: number, bits: number, mode: SignMode): number {
  const [low, high] = mode === 'mixed' ? [-256, 255] : mode === 'excitatory' ? [0, 255] : [-255, 0];
  const grid = 2 ** lostBits(bits, mode);
  return Math.trunc(Math.min(high, Math.max(low, Math.trunc(wished))) / grid) * grid;
}

/** Compartments that share their parameters. */
export interface LoihiGroup {
  readonly size: number;
  readonly du: number;
  readonly dv: number;
  readonly vth: number;
  /** mantissa · 2^exponent, already multiplied out; default 0 */
  readonly bias?: number;
}

/** A projection: `pre` counts the inputs' groups first, then the compartments'; `post` the compartments' only. */
export interface LoihiProjection {
  readonly pre: number;
  readonly post: number;
  readonly delay: number;
  readonly exponent: number;
  /** [pre][post] */
  readonly weights: Int16Array;
}

interface Synapses {
  readonly delay: number;
  readonly size: number;
  readonly scale: number;
  weights: Int16Array;
  /** sums under way, a row for each step to come */
  readonly rows: number;
  readonly ring: Int32Array;
}

interface Group extends LoihiGroup {
  readonly first: number;
  readonly u: Int32Array;
  readonly v: Int32Array;
  readonly spiked: Uint8Array;
  readonly into: Synapses[];
  readonly from: Synapses[];
}

/** A network on the chip. Allocates in the constructor only. */
export class LoihiNetwork {
  readonly #inputs: readonly { readonly first: number; readonly size: number; readonly from: Synapses[] }[];
  readonly #groups: Group[] = [];
  readonly #synapses: (Synapses & { scale: number })[] = [];
  readonly #current: Float64Array;
  #step = 0;

  /** `inputs`: sizes of the groups of inputs. */
  constructor(inputs: readonly number[], groups: readonly LoihiGroup[], projections: readonly LoihiProjection[]) {
    let first = 0;
    this.#inputs = inputs.map((size) => {
      const group = { first, size, from: [] };
      first += size;
      return group;
    });
    first = 0;
    for (const group of groups) {
      const states = { u: new Int32Array(group.size), v: new Int32Array(group.size), spiked: new Uint8Array(group.size) };
      this.#groups.push({ ...group, ...states, first, into: [], from: [] });
      first += group.size;
    }
    for (const { pre, post, delay, exponent, weights } of projections) {
      const target = this.#groups[post]!;
      let rows = 1;
      while (rows <= delay + 1) rows *= 2;
      const synapses = { delay, size: target.size, scale: 2 ** exponent, weights, rows, ring: new Int32Array(rows * target.size) };
      (pre < inputs.length ? this.#inputs[pre]! : this.#groups[pre - inputs.length]!).from.push(synapses);
      target.into.push(synapses);
      this.#synapses.push(synapses);
    }
    this.#current = new Float64Array(Math.max(0, ...groups.map(({ size }) => size)));
  }

  /** Takes other weights for a projection, by reference, and their exponent. What is under way keeps the sum, not its scale. */
  setWeights(projection: number, weights: Int16Array, exponent: number): void {
    const synapses = this.#synapses[projection]!;
    synapses.weights = weights;
    synapses.scale = 2 ** exponent;
  }

  /** Synaptic currents u, voltages v and spikes of a group: views. */
  current = (group: number): Int32Array => this.#groups[group]!.u;
  voltage = (group: number): Int32Array => this.#groups[group]!.v;
  spiked = (group: number): Uint8Array => this.#groups[group]!.spiked;

  /** All compartments to rest, nothing under way. */
  rest(): void {
    for (const { u, v, spiked } of this.#groups) {
      u.fill(0);
      v.fill(0);
      spiked.fill(0);
    }
    for (const { ring } of this.#synapses) ring.fill(0);
  }

  /** One step; `values[i]` spikes are injected at input i. */
  step(values: Uint8Array): void {
    const step = this.#step++;
    for (let g = 0; g < this.#inputs.length; g++) {
      const { first, size, from } = this.#inputs[g]!;
      for (let i = 0; i < size; i++) if (values[first + i] !== 0) send(from, i, values[first + i]!, step);
    }
    for (let g = 0; g < this.#groups.length; g++) this.#advance(this.#groups[g]!, step);
    for (let g = 0; g < this.#groups.length; g++) {
      const { spiked, size, from } = this.#groups[g]!;
      for (let i = 0; i < size; i++) if (spiked[i] !== 0) send(from, i, 1, step + 1);
    }
  }

  #advance({ size, du, dv, vth, bias = 0, u, v, spiked, into }: Group, step: number): void {
    const current = this.#current;
    for (let j = 0; j < size; j++) current[j] = 0;
    for (let p = 0; p < into.length; p++) {
      const { rows, ring, scale } = into[p]!;
      const row = (step & (rows - 1)) * size;
      for (let j = 0; j < size; j++) {
        current[j] = current[j]! + Math.floor(ring[row + j]! * scale);
        ring[row + j] = 0;
      }
    }
    const level = vth * SHIFT;
    for (let j = 0; j < size; j++) {
      const nextU = nextCurrent(u[j]!, current[j]!, du);
      const nextV = nextVoltage(v[j]!, nextU, bias, dv);
      u[j] = nextU;
      spiked[j] = nextV > level ? 1 : 0;
      v[j] = nextV > level ? 0 : nextV;
    }
  }
}

/** Adds `count` spikes of neuron i to what arrives `delay` steps after `step`. */
function send(from: readonly Synapses[], i: number, count: number, step: number): void {
  for (let p = 0; p < from.length; p++) {
    const { delay, size, rows, ring, weights } = from[p]!;
    const row = ((step + delay) & (rows - 1)) * size;
    for (let j = 0; j < size; j++) ring[row + j] = ring[row + j]! + count * weights[i * size + j]!;
  }
}
