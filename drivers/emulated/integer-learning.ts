import type { IntegerNetwork, RunningPopulation, RunningProjection } from './integer-network.ts';

/**
 * How a board learns by itself, and its specification: e-prop (Bellec et al. 2020, eq. 3, 24, 28) in integers with stochastic rounding of the
 * weights; anything that does this is the same learner, bit for bit. `decayed(x, k)` is ⌊x·k⌉ and sat() as in integer-network.ts, ⌊x⌋ rounds
 * down, ⌊x⌉ₙ = ⌊(x + 2^(n−1)) / 2^n⌋.
 *
 * Who learns: projections with a rate, into the first readout R of the image, or into spiking populations with a dampening q > 0. R has
 * outputs y_k, one count of which is 2^-20; κ is its leak. α, ρ, θ, β, b, v are those of the population that is projected to.
 *
 * After every tick
 *   error     without a target e_k = 0; of a label c   e_k = 4096·[k = c] − π_k,  of values t_k (in 1/65536)   e_k = clip(⌊(t_k − ⌊y_k/16⌋)/16⌋, ±32767)
 *             π: s_k = 2^(y_k − max y) as {@link powerOfTwo} has it, π_k = ⌊4096·s_k / Σ s⌋
 *   signal    L_j = clip(⌊Σ w_jk·e_k⌉₄ + ⌊c·(f₀ − f_j) / 2^16⌋, ±32767), of the weights to R, first such projection; only with a target
 *   rate      f_j ← decayed(f_j, 65472) + 64·z_j, in 1/65536
 *   p_j       = 0 where the tick was a silent one, else min(256, ⌊max(0, θ − |v_j − θ − b_j|) / 2^12⌋)      (ψ = γ/θ · p/256 at θ = 2^20)
 *   k_j       = clip(⌊β_j·q / 2^16⌋, 0, 65536), m_j = ⌊p_j·k_j / 256⌋                                        (m = ψβ, in 1/65536)
 *   trace     x_i ← min(decayed(x_i, α) + 4096·x_i(t − delay), 2^20), α being κ where the projection leads to R
 *   each synapse into a spiking neuron
 *     e     = ⌊p_j·clip(x_i − decayed(a, k_j), ±2^22) / 256⌋
 *     a     ← min(decayed(a, max(0, ρ − m_j)) + ⌊p_j·x_i / 256⌋, 2^30)                                       (alif only, else 0)
 *     ē     ← clip(decayed(ē, κ) + e, ±(2^21 − 1))
 *     g     ← clip(g + ⌊L_j·⌊ē⌉₆⌉₆, ±2^30)                                                                   where there is a target
 *   each synapse to R:   g ← clip(g + ⌊e_k·⌊x_i⌉₆⌉₆, ±2^30)                                                  where there is a target
 *
 * A reward r (in 1/65536, clipped to ±2^19) ends a sum: for every synapse of a learning projection whose g is not 0, in the order of the image
 * and row by row,  w ← clip(w + ⌊(⌊g·f / 2^(s−16)⌋ + u) / 2^16⌋, ±127)  with f = ⌊rate·r / 2^16⌋, s its shift of 16..47, and u the upper 16
 * bits of the next number of xorshift32 (Marsaglia 2003: 13, 17, 5). So what is lost by rounding is right in the mean. Then all g are 0. A reward
 * of 1 is a step of supervised learning; of a label that was drawn and acted upon, and a reward that depends on it, one of REINFORCE.
 *
 * At rest x, a, ē are 0; g and f stay.
 */
const ONE = 65536;
const HALF = 32768;
const TRACE_MAX = 2 ** 20;
const ADAPTATION_MAX = 2 ** 30;
const REACH = 2 ** 22;
const FILTERED_MAX = 2 ** 21 - 1;
const SUM_MAX = 2 ** 30;
const SIGNAL_MAX = 32767;
const REWARD_MAX = 2 ** 19;
const WEIGHT_MAX = 127;
const RATE_DECAY = 65472;

const decayed = (value: number, decay: number): number => Math.floor((value * decay + HALF) / ONE);
const clip = (value: number, limit: number): number => (value > limit ? limit : value < -limit ? -limit : value);

/** How one projection learns: its weights move by g · rate / 2^shift counts. */
export interface LearningRate {
  /** 0..65535 */
  readonly rate: number;
  /** 16..47 */
  readonly shift: number;
}

export interface IntegerLearningOptions {
  /** not 0 */
  readonly seed: number;
  /** by region; a region without one does not learn */
  readonly rates: ReadonlyMap<number, LearningRate>;
  /** q by population, 0..65535: γ · 2^12 / (θ / 2^20)² */
  readonly dampening: ReadonlyMap<number, number>;
  /** f₀ in 1/65536 spikes a tick, and c, 0..65535; default none */
  readonly targetRate?: number;
  readonly regularization?: number;
}

/** What the readout should have said in a tick. */
export type LearningTarget = { readonly label: number } | { readonly values: ArrayLike<number> };

interface Learned {
  readonly running: RunningProjection;
  readonly post: RunningPopulation;
  readonly rate: LearningRate;
  readonly toReadout: boolean;
  readonly decay: number;
  readonly trace: Int32Array;
  readonly arrived: Int32Array;
  readonly adaptation: Int32Array;
  readonly filtered: Int32Array;
  readonly sum: Int32Array;
}

interface Neurons {
  readonly population: RunningPopulation;
  readonly readout: RunningProjection | undefined;
  readonly k: Int32Array;
  readonly p: Int32Array;
  readonly signal: Int32Array;
  readonly rate: Int32Array;
}

/**
 * s of a readout that is `below` counts of 2^-20 below the largest one, in 1/32768: e^−d as 2^−(n + f) with 2^−f ≈ 1 − f·(0.6716 − 0.1716 f), which is
 * within 0.4 %. Shifts and products of 29 bits; 0 from d = 10.4 on.
 */
export function powerOfTwo(below: number): number {
  const exponent = (Math.min(81920, Math.floor(below / 256)) * 5909) >> 12;
  const fraction = exponent & 4095;
  const slope = 2751 - ((703 * fraction) >> 12);
  return (32768 - ((fraction * slope) >> 9)) >> (exponent >> 12);
}

/** The learner beside a network: call `tick` after every step, `rest` with the network's. Allocates in the constructor only. */
export class IntegerLearning {
  readonly #learned: Learned[] = [];
  readonly #neurons: Neurons[] = [];
  readonly #readout: RunningPopulation | undefined;
  readonly #network: IntegerNetwork;
  readonly #error: Int32Array;
  readonly #targetRate: number;
  readonly #regularization: number;
  #state: number;

  constructor(network: IntegerNetwork, options: IntegerLearningOptions) {
    const { seed, rates, dampening, targetRate = 0, regularization = 0 } = options;
    const { populations, projections } = network;
    this.#network = network;
    this.#state = seed >>> 0;
    this.#targetRate = targetRate;
    this.#regularization = regularization;
    const readout = populations.find(({ image }) => image.kind === 'integrator');
    this.#readout = readout;
    this.#error = new Int32Array(readout?.size ?? 0);
    if (readout === undefined) return;
    for (const [index, population] of populations.entries()) {
      const q = dampening.get(index) ?? 0;
      const { kind } = population.image;
      if (q === 0 || (kind !== 'lif' && kind !== 'alif')) continue;
      const { size, beta } = population;
      const k = Int32Array.from(beta, (strength) =>
        kind === 'lif' ? 0 : Number(max(0n, min(65536n, (BigInt(strength) * BigInt(q)) >> 16n))),
      );
      const toReadout = projections.find(({ image, pre }) => pre === population && populations[image.post] === readout);
      this.#neurons.push({
        ...{ population, readout: toReadout, k },
        ...{ p: new Int32Array(size), signal: new Int32Array(size), rate: new Int32Array(size) },
      });
    }
    for (const running of projections) {
      const rate = rates.get(running.image.region);
      const post = populations[running.image.post]!;
      const toReadout = post === readout;
      if (rate === undefined || rate.rate === 0) continue;
      if (!toReadout && !this.#neurons.some(({ population }) => population === post)) continue;
      const synapses = running.pre.size * running.size;
      const inner = toReadout ? 0 : synapses;
      this.#learned.push({
        ...{ running, post, rate, toReadout, decay: toReadout ? readout.image.leak : post.image.leak },
        ...{ trace: new Int32Array(running.pre.size), arrived: new Int32Array(running.pre.size) },
        ...{ adaptation: new Int32Array(post.image.kind === 'alif' ? synapses : 0) },
        ...{ filtered: new Int32Array(inner), sum: new Int32Array(synapses) },
      });
    }
  }

  /** e_k of the last tick that had a target. */
  get error(): Int32Array {
    return this.#error;
  }

  /** The sums of a region's synapses since the last reward; for whoever looks inside. */
  sums(region: number): Int32Array | undefined {
    return this.#learned.find(({ running }) => running.image.region === region)?.sum;
  }

  /** After a step of the network. */
  tick(target?: LearningTarget): void {
    const readout = this.#readout;
    if (readout === undefined) return;
    const told = target !== undefined;
    if (told) judge(readout.v, target, this.#error);
    for (const neurons of this.#neurons) this.#observe(neurons, told);
    for (const learned of this.#learned) {
      const { trace, arrived, decay } = learned;
      this.#network.arrivals(learned.running, arrived);
      for (let i = 0; i < trace.length; i++) trace[i] = Math.min(decayed(trace[i]!, decay) + 4096 * arrived[i]!, TRACE_MAX);
      if (!learned.toReadout)
        follow(learned, this.#neurons.find(({ population }) => population === learned.post)!, readout.image.leak, told);
      else if (told) gather(learned, this.#error);
    }
  }

  /** Ends a sum; `reward` in 1/65536. */
  reward(reward: number): void {
    const r = clip(reward, REWARD_MAX);
    for (const { running, rate, sum } of this.#learned) {
      const { weights } = running;
      const factor = Math.floor((rate.rate * r) / ONE);
      const scale = 2 ** (rate.shift - 16);
      for (let s = 0; s < sum.length; s++) {
        const g = sum[s]!;
        if (g === 0) continue;
        sum[s] = 0;
        const step = Math.floor((Math.floor((g * factor) / scale) + this.#draw()) / ONE);
        if (weights !== undefined) weights[s] = clip(weights[s]! + step, WEIGHT_MAX);
      }
    }
  }

  rest(): void {
    for (const { trace, adaptation, filtered } of this.#learned) {
      trace.fill(0);
      adaptation.fill(0);
      filtered.fill(0);
    }
  }

  /** 16 bits of xorshift32. */
  #draw(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state >>> 16;
  }

  #observe({ population, readout, p, signal, rate }: Neurons, told: boolean): void {
    const { image, size, v, b, muted, spiked } = population;
    const weights = readout?.weights;
    const error = this.#error;
    for (let j = 0; j < size; j++) {
      const distance = Math.abs(v[j]! - image.threshold - b[j]!);
      p[j] = muted[j] === 1 ? 0 : Math.min(256, Math.floor(Math.max(0, image.threshold - distance) / 4096));
      if (told) {
        let sum = 0;
        if (weights !== undefined) for (let o = 0; o < error.length; o++) sum += weights[j * error.length + o]! * error[o]!;
        const wished = Math.floor((this.#regularization * (this.#targetRate - rate[j]!)) / ONE);
        signal[j] = clip(((sum + 8) >> 4) + wished, SIGNAL_MAX);
      }
      rate[j] = decayed(rate[j]!, RATE_DECAY) + 64 * spiked[j]!;
    }
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The error of every output. */
function judge(y: Int32Array, target: LearningTarget, error: Int32Array): void {
  if ('values' in target) {
    for (let o = 0; o < y.length; o++) error[o] = clip(Math.floor((target.values[o]! - (y[o]! >> 4)) / 16), SIGNAL_MAX);
    return;
  }
  let most = y[0]!;
  for (let o = 1; o < y.length; o++) if (y[o]! > most) most = y[o]!;
  let sum = 0;
  for (let o = 0; o < y.length; o++) {
    error[o] = powerOfTwo(most - y[o]!);
    sum += error[o]!;
  }
  for (let o = 0; o < y.length; o++) error[o] = (o === target.label ? 4096 : 0) - Math.floor((4096 * error[o]!) / sum);
}

/** Moves the traces of synapses into spiking neurons on, and sums what they are to change by. */
function follow(
  { running, post, trace, adaptation, filtered, sum }: Learned,
  { k, p, signal }: Neurons,
  kappa: number,
  told: boolean,
): void {
  const { size } = running;
  const rho = post.image.leakAdapt;
  const adaptive = adaptation.length > 0;
  for (let i = 0, s = 0; i < trace.length; i++) {
    const x = trace[i]!;
    for (let j = 0; j < size; j++, s++) {
      const pj = p[j]!;
      let reach = x;
      if (adaptive) {
        const a = adaptation[s]!;
        const kj = k[j]!;
        if (a !== 0) reach = clip(x - decayed(a, kj), REACH);
        adaptation[s] = Math.min((a === 0 ? 0 : decayed(a, Math.max(0, rho - ((pj * kj) >> 8)))) + ((pj * x) >> 8), ADAPTATION_MAX);
      }
      const f = clip(decayed(filtered[s]!, kappa) + ((pj * reach) >> 8), FILTERED_MAX);
      filtered[s] = f;
      if (told) sum[s] = clip(sum[s]! + ((signal[j]! * ((f + 32) >> 6) + 32) >> 6), SUM_MAX);
    }
  }
}

/** Sums what the synapses to the readout are to change by. */
function gather({ running, trace, sum }: Learned, error: Int32Array): void {
  const { size } = running;
  for (let i = 0, s = 0; i < trace.length; i++) {
    const x = (trace[i]! + 32) >> 6;
    for (let o = 0; o < size; o++, s++) sum[s] = clip(sum[s]! + ((error[o]! * x + 32) >> 6), SUM_MAX);
  }
}
