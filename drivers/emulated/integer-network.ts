import type { ImagePopulation, ImageProjection, NetworkImage } from '../../firmware-bridge/index.ts';

/**
 * The arithmetic of the emulated board, and its specification. All numbers are integers; anything that does this is the same
 * board, bit for bit.
 *
 * Formats
 * - weight q: int8; what a source sends: 0..65535; what a neuron sends: 0 or 1
 * - current I, membrane v, adaptation b, strength β, threshold: int32, in LSB of their population; sat() keeps them there
 * - decays α, ρ, κ: 0..65536, in 1/65536
 *
 * Rounding. ⌊x⌉ = ⌊(x + 2^15) / 2^16⌋, the nearest integer, halves up; its argument is exact (47 bits and a sign).
 *
 * A tick, for every population in the order of the image:
 *   I ← 0; for every projection into it, in order:  s_j = Σ_i x_i(t − delay) · q_ij exact in int32,  I_j ← sat(I_j + s_j · 2^shift)
 *   lif, alif:   v ← 0 where z(t−1) and the reset is to zero
 *                v ← sat(⌊v·α⌉ + I − [z(t−1) and the reset subtracts]·threshold)
 *   alif:        b ← sat(⌊b·ρ⌉ + z(t−1)·β)              (lif: b = 0)
 *   silent tick: if r > 0, r ← r − 1 and z(t) = 0
 *   else         z(t) = [v ≥ threshold + b], compared without overflow; r ← refractory where z(t)
 *   integrator:  y ← sat(⌊y·κ⌉ + I)
 * At rest v, b, r, y and all spikes under way are 0.
 */
const ONE = 65536;
const HALF = 32768;
const MAX = 0x7fffffff;
const MIN = -0x80000000;

/** Largest value of a source. */
export const MAX_VALUE = 0xffff;

/** A population as it runs: not to be changed. */
export interface RunningPopulation {
  readonly image: ImagePopulation;
  readonly size: number;
  /** id of its first neuron */
  readonly first: number;
  readonly into: RunningProjection[];
  /** membranes, or states of readouts */
  readonly v: Int32Array;
  readonly b: Int32Array;
  readonly beta: Int32Array;
  readonly silent: Uint16Array;
  /** whether this tick was a silent one */
  readonly muted: Uint8Array;
  /** z(t−1); after a tick, z(t) */
  readonly spiked: Uint8Array;
  /** what was sent in the last `rows` ticks, a power of two: neurons that sent something, ascending, and what */
  rows: number;
  sender: Uint16Array;
  value: Uint16Array;
  count: Int32Array;
}

/** A projection as it runs: not to be changed but for its weights, between two ticks. */
export interface RunningProjection {
  readonly image: ImageProjection;
  readonly pre: RunningPopulation;
  readonly size: number;
  shift: number;
  weights: Int8Array | undefined;
}

/** A network that runs in integers. Allocates in the constructor only; a tick never fails. */
export class IntegerNetwork {
  readonly #populations: RunningPopulation[] = [];
  readonly #projections: RunningProjection[] = [];
  readonly #byRegion = new Map<number, RunningProjection>();
  readonly #current: Int32Array;
  readonly #sum: Int32Array;
  #tick = 0;
  /** values that a tick takes: the sizes of all sources */
  readonly inputs: number;
  /** ids in all */
  readonly ids: number;
  /** ids of the reported neurons that spiked in the last tick, ascending, and their number */
  readonly spikes: Uint32Array;
  spikeCount = 0;

  constructor({ populations, projections }: NetworkImage) {
    let first = 0;
    let inputs = 0;
    for (const image of populations) {
      const { size } = image;
      const beta = Int32Array.from({ length: size }, (_, j) => (typeof image.beta === 'number' ? image.beta : image.beta[j]!));
      const rings = { rows: 1, sender: new Uint16Array(size), value: new Uint16Array(size), count: new Int32Array(1) };
      const states = {
        v: new Int32Array(size),
        b: new Int32Array(size),
        silent: new Uint16Array(size),
        muted: new Uint8Array(size),
        spiked: new Uint8Array(size),
      };
      this.#populations.push({ image, size, first, into: [], beta, ...states, ...rings });
      first += size;
      if (image.kind === 'source') inputs += size;
    }
    for (const image of projections) {
      const [pre, post] = [this.#populations[image.pre]!, this.#populations[image.post]!];
      const projection: RunningProjection = { image, pre, size: post.size, shift: image.shift, weights: undefined };
      while (pre.rows <= image.delay) pre.rows *= 2;
      post.into.push(projection);
      this.#projections.push(projection);
      this.#byRegion.set(image.region, projection);
    }
    for (const population of this.#populations) {
      population.sender = new Uint16Array(population.rows * population.size);
      population.value = new Uint16Array(population.rows * population.size);
      population.count = new Int32Array(population.rows);
    }
    const largest = Math.max(...populations.map(({ size }) => size));
    this.#current = new Int32Array(largest);
    this.#sum = new Int32Array(largest);
    this.inputs = inputs;
    this.ids = first;
    this.spikes = new Uint32Array(first);
  }

  /** Whether every projection has its weights. */
  get complete(): boolean {
    return this.#projections.every(({ weights }) => weights !== undefined);
  }

  /** Takes the weights of a region, [pre][post], by reference. */
  setWeights(region: number, weights: Int8Array): void {
    const projection = this.#byRegion.get(region);
    if (projection !== undefined) projection.weights = weights;
  }

  setShift(region: number, shift: number): void {
    const projection = this.#byRegion.get(region);
    if (projection !== undefined) projection.shift = shift;
  }

  shiftOf(region: number): number {
    return this.#byRegion.get(region)?.shift ?? 0;
  }

  /** Membranes of a spiking population, states of a readout: a view. */
  states(population: number): Int32Array {
    return this.#populations[population]!.v;
  }

  /** What runs, in the order of the image. */
  get populations(): readonly RunningPopulation[] {
    return this.#populations;
  }

  get projections(): readonly RunningProjection[] {
    return this.#projections;
  }

  /** What arrives by a projection in the tick that ran last: x_i(t − delay) of every sender. */
  arrivals({ image, pre }: RunningProjection, into: Int32Array): void {
    const row = (this.#tick - 1 - image.delay) & (pre.rows - 1);
    const start = row * pre.size;
    into.fill(0, 0, pre.size);
    for (let e = start; e < start + pre.count[row]!; e++) into[pre.sender[e]!] = pre.value[e]!;
  }

  /** All neurons to rest. */
  rest(): void {
    for (const { v, b, silent, spiked, count } of this.#populations) {
      v.fill(0);
      b.fill(0);
      silent.fill(0);
      spiked.fill(0);
      count.fill(0);
    }
  }

  /** Runs one tick on the values of all sources, `values[from..from + inputs)`. */
  step(values: Uint16Array, from: number): void {
    const tick = this.#tick;
    this.#tick = (tick + 1) >>> 0;
    this.spikeCount = 0;
    let input = from;
    for (let p = 0; p < this.#populations.length; p++) {
      const population = this.#populations[p]!;
      const row = tick & (population.rows - 1);
      if (population.image.kind === 'source') {
        load(population, row, values, input);
        input += population.size;
        continue;
      }
      const current = this.#current;
      current.fill(0, 0, population.size);
      for (let k = 0; k < population.into.length; k++) propagate(population.into[k]!, tick, this.#sum, current);
      if (population.image.kind === 'integrator') {
        integrate(population, current);
        continue;
      }
      fire(population, row, current);
      if (population.image.report) this.#report(population, row);
    }
  }

  #report({ sender, count, size, first }: RunningPopulation, row: number): void {
    const { spikes } = this;
    let to = this.spikeCount;
    for (let e = row * size; e < row * size + count[row]!; e++) spikes[to++] = first + sender[e]!;
    this.spikeCount = to;
  }
}

/** Lists what a source sends in this tick. */
function load({ sender, value, count, size }: RunningPopulation, row: number, values: Uint16Array, from: number): void {
  let to = row * size;
  for (let i = 0; i < size; i++) {
    const x = values[from + i]!;
    if (x === 0) continue;
    sender[to] = i;
    value[to++] = x;
  }
  count[row] = to - row * size;
}

function propagate({ image, pre, size, shift, weights }: RunningProjection, tick: number, sum: Int32Array, current: Int32Array): void {
  const row = (tick - image.delay) & (pre.rows - 1);
  const events = pre.count[row]!;
  if (events === 0 || weights === undefined) return;
  const { sender, value } = pre;
  const start = row * pre.size;
  for (let e = start; e < start + events; e++) {
    const x = value[e]!;
    const from = sender[e]! * size;
    if (e === start) for (let j = 0; j < size; j++) sum[j] = x * weights[from + j]!;
    else if (x === 1) for (let j = 0; j < size; j++) sum[j] = sum[j]! + weights[from + j]!;
    else for (let j = 0; j < size; j++) sum[j] = sum[j]! + x * weights[from + j]!;
  }
  const scale = 2 ** shift;
  for (let j = 0; j < size; j++) {
    const next = current[j]! + sum[j]! * scale;
    current[j] = next > MAX ? MAX : next < MIN ? MIN : next;
  }
}

function integrate({ image, v, size }: RunningPopulation, current: Int32Array): void {
  const { leak } = image;
  for (let j = 0; j < size; j++) {
    const next = Math.floor((v[j]! * leak + HALF) / ONE) + current[j]!;
    v[j] = next > MAX ? MAX : next < MIN ? MIN : next;
  }
}

function fire(population: RunningPopulation, row: number, current: Int32Array): void {
  const { image, size, v, b, beta, silent, muted, spiked, sender, value, count } = population;
  const { leak, leakAdapt, threshold, refractory } = image;
  const adaptive = image.kind === 'alif';
  const toZero = image.reset === 'zero';
  const subtracted = toZero ? 0 : threshold;
  const start = row * size;
  let to = start;
  for (let j = 0; j < size; j++) {
    const before = spiked[j]!;
    const held = toZero && before === 1 ? 0 : v[j]!;
    let next = Math.floor((held * leak + HALF) / ONE) + current[j]! - before * subtracted;
    next = next > MAX ? MAX : next < MIN ? MIN : next;
    v[j] = next;
    let level = threshold;
    if (adaptive) {
      let adapted = Math.floor((b[j]! * leakAdapt + HALF) / ONE) + before * beta[j]!;
      adapted = adapted > MAX ? MAX : adapted < MIN ? MIN : adapted;
      b[j] = adapted;
      level += adapted;
    }
    const rest = silent[j]!;
    muted[j] = rest > 0 ? 1 : 0;
    if (rest > 0) silent[j] = rest - 1;
    const fires = rest === 0 && next >= level;
    spiked[j] = fires ? 1 : 0;
    if (!fires) continue;
    silent[j] = refractory;
    sender[to] = j;
    value[to++] = 1;
  }
  count[row] = to - start;
}
