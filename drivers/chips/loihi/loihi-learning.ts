import { exact, raise } from '../../../runtime/index.ts';
import { lostBits, type SignMode } from './loihi-network.ts';

/**
 * The learning engine of Loihi 1 for the synapses of one projection (Davies et al. 2018; process models of lava-nc).
 *
 * A step, in order
 *   1. traces fade: x ← sround(x · e^(−1/τ)), 7 bits
 *   2. products whose dependency is met read the traces as they are now and add to the accumulator of their synapse:
 *      x0: the pre spiked in this step; y0: the post did; u: at the end of every `every`-th epoch
 *      acc ← clip(acc + trunc(mantissa · 2^(exponent + 7) · Π factors)), 15 bits and sign, in 1/128 of a weight
 *   3. spikes add to traces: x ← min(127, x + sround(impulse)), impulse with 8 bits of fraction
 *   4. at the end of an epoch  w ← clip(sround(w + acc / 128)), on the grid of the weight's bits; acc ← 0; the tag likewise
 * sround(x) = floor(x + r), r uniform: right in the mean. The chip's own random numbers are not known; ours are those of the seed, so it is the same in
 * distribution and not in sequence.
 */
export type TraceName = 'x1' | 'x2' | 'y1' | 'y2' | 'y3';

export interface LoihiTrace {
  /** what a spike adds, 0 … 127 in steps of 1/256 */
  readonly impulse: number;
  /** steps; Infinity keeps it for ever */
  readonly tau: number;
}

type Variable = TraceName | 'w' | 't';
/** A variable, a constant of 8 bits and sign, or their sum. w: weight, t: tag of the synapse. */
export type Factor = number | Variable | { readonly of: Variable; readonly plus: number };

export interface Product {
  readonly on: 'x0' | 'y0' | { readonly every: number };
  /** −8 … 7 */
  readonly mantissa: number;
  /** −8 … 7 */
  readonly exponent: number;
  readonly factors: readonly Factor[];
}

export interface LoihiRule {
  /** steps of an epoch; default 1 */
  readonly epoch?: number;
  /** those that are not named stay where they are set */
  readonly traces: Partial<Readonly<Record<TraceName, LoihiTrace>>>;
  /** Δw as a sum of products */
  readonly weight: readonly Product[];
  /** Δt of the tag */
  readonly tag?: readonly Product[];
}

export interface LoihiLearningOptions {
  readonly pre: number;
  readonly post: number;
  /** [pre][post], on the chip's grid; changed in place */
  readonly weights: Int16Array;
  readonly rule: LoihiRule;
  readonly seed: number;
  /** default 8 */
  readonly bits?: number;
  /** default 'excitatory' */
  readonly signs?: SignMode;
}

const TRACE_MAX = 127;
const ACC_MAX = 2 ** 15 - 1;
const FRACTION = 128;
const TAG = [-256, 255] as const;

const within = (path: string, value: number, low: number, high: number): void => {
  if (!(Number.isInteger(value) && value >= low && value <= high))
    raise('ERR_OUT_OF_RANGE', {
      path,
      bound: `a whole number from ${low} to ${high}`,
      value,
      remedy: 'scale the rule to the range of the chip',
    });
};

function check({ epoch = 1, traces, weight, tag = [] }: LoihiRule): void {
  within('rule.epoch', epoch, 1, 63);
  for (const [name, { impulse, tau }] of Object.entries(traces)) {
    within(`rule.traces.${name}.impulse × 256`, impulse * 256, 0, TRACE_MAX * 256);
    if (!(tau > 0)) raise('ERR_OUT_OF_RANGE', { path: `rule.traces.${name}.tau`, bound: '> 0', value: tau, remedy: 'give it in steps' });
  }
  for (const [list, products] of Object.entries({ weight, tag })) {
    products.forEach(({ on, mantissa, exponent, factors }, k) => {
      within(`rule.${list}[${k}].mantissa`, mantissa, -8, 7);
      within(`rule.${list}[${k}].exponent`, exponent, -8, 7);
      if (typeof on === 'object') within(`rule.${list}[${k}].on.every`, on.every, 1, 512);
      for (const factor of factors) {
        if (typeof factor === 'number') within(`rule.${list}[${k}].factors`, factor, -128, 127);
        else if (typeof factor === 'object') within(`rule.${list}[${k}].factors`, factor.plus, -128, 127);
      }
    });
  }
}

export class LoihiLearning {
  readonly #options: Required<LoihiLearningOptions>;
  readonly #fade: Partial<Record<TraceName, number>> = {};
  readonly #draw: () => number;
  readonly #onWeight: Int32Array;
  readonly #onTag: Int32Array;
  #step = 0;
  #epochs = 0;
  readonly traces: Readonly<Record<TraceName, Uint8Array>>;
  readonly tags: Int16Array;

  constructor(options: LoihiLearningOptions) {
    check(options.rule);
    this.#options = { bits: 8, signs: 'excitatory', ...options };
    const { pre, post, rule, seed } = options;
    const stream = exact.randomStream(seed, 'loihi learning');
    let drawn = 0;
    this.#draw = () => stream.uniform(drawn++);
    const [x, y] = [() => new Uint8Array(pre), () => new Uint8Array(post)];
    this.traces = { x1: x(), x2: x(), y1: y(), y2: y(), y3: y() };
    this.tags = new Int16Array(pre * post);
    this.#onWeight = new Int32Array(pre * post);
    this.#onTag = new Int32Array(pre * post);
    for (const [name, { tau }] of Object.entries(rule.traces)) this.#fade[name as TraceName] = exact.exp(-1 / tau);
  }

  /** One step: which neurons of both sides spiked, 0 or 1 each. */
  step(pre: ArrayLike<number>, post: ArrayLike<number>): void {
    const { rule } = this.#options;
    this.#step++;
    const ends = this.#step % (rule.epoch ?? 1) === 0;
    if (ends) this.#epochs++;
    for (const name of traceNames) this.#decay(name);
    this.#add(rule.weight, this.#onWeight, pre, post, ends);
    if (rule.tag !== undefined) this.#add(rule.tag, this.#onTag, pre, post, ends);
    for (const name of traceNames) this.#spikes(name, name.startsWith('x') ? pre : post);
    if (ends) this.#apply();
  }

  #round(x: number): number {
    const low = Math.floor(x);
    return low === x ? low : Math.floor(x + this.#draw());
  }

  #decay(name: TraceName): void {
    const fade = this.#fade[name];
    if (fade === undefined || fade === 1) return;
    const trace = this.traces[name];
    for (let k = 0; k < trace.length; k++) if (trace[k] !== 0) trace[k] = this.#round(trace[k]! * fade);
  }

  #spikes(name: TraceName, spiked: ArrayLike<number>): void {
    const impulse = this.#options.rule.traces[name]?.impulse ?? 0;
    if (impulse === 0) return;
    const trace = this.traces[name];
    for (let k = 0; k < trace.length; k++) if (spiked[k] !== 0) trace[k] = Math.min(TRACE_MAX, trace[k]! + this.#round(impulse));
  }

  #add(products: readonly Product[], sums: Int32Array, before: ArrayLike<number>, after: ArrayLike<number>, ends: boolean): void {
    const { pre, post } = this.#options;
    for (const { on, mantissa, exponent, factors } of products) {
      if (typeof on === 'object' && !(ends && this.#epochs % on.every === 0)) continue;
      const scale = mantissa * 2 ** exponent * FRACTION;
      for (let i = 0; i < pre; i++) {
        if (on === 'x0' && before[i] === 0) continue;
        for (let j = 0; j < post; j++) {
          if (on === 'y0' && after[j] === 0) continue;
          let product = scale;
          for (const factor of factors) product *= this.#value(factor, i, j);
          const sum = sums[i * post + j]! + Math.trunc(product);
          sums[i * post + j] = Math.min(ACC_MAX, Math.max(-ACC_MAX, sum));
        }
      }
    }
  }

  #value(factor: Factor, i: number, j: number): number {
    if (typeof factor === 'number') return factor;
    const of = typeof factor === 'string' ? factor : factor.of;
    const plus = typeof factor === 'string' ? 0 : factor.plus;
    const synapse = i * this.#options.post + j;
    if (of === 'w') return this.#options.weights[synapse]! + plus;
    if (of === 't') return this.tags[synapse]! + plus;
    return this.traces[of][of === 'x1' || of === 'x2' ? i : j]! + plus;
  }

  #apply(): void {
    const { weights, bits, signs } = this.#options;
    const grid = 2 ** lostBits(bits, signs);
    const low = signs === 'excitatory' ? 0 : signs === 'inhibitory' ? -255 : -256;
    const high = signs === 'inhibitory' ? 0 : 255;
    this.#settle(weights, this.#onWeight, grid, Math.ceil(low / grid), Math.floor(high / grid));
    this.#settle(this.tags, this.#onTag, 1, TAG[0], TAG[1]);
  }

  #settle(values: Int16Array, sums: Int32Array, grid: number, low: number, high: number): void {
    for (let k = 0; k < values.length; k++) {
      if (sums[k] === 0) continue;
      const wished = Math.min(ACC_MAX, Math.max(-ACC_MAX - 1, values[k]! * FRACTION + sums[k]!));
      values[k] = Math.min(high, Math.max(low, this.#round(wished / (FRACTION * grid)))) * grid;
      sums[k] = 0;
    }
  }
}

const traceNames: readonly TraceName[] = ['x1', 'x2', 'y1', 'y2', 'y3'];
