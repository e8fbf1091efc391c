/**
 * The arithmetic of a Xylo-like chip: leaky integrate-and-fire with bit-shift decays, and its specification. All numbers are integers. "Like": the
 * order of the operations, where it saturates and the caps are those below; the maker's simulator is no source that could be compared with.
 *
 * fade(x, d): |x| becomes |x| − (|x| >> d), or one less where that changes nothing; 0 stays. d = 0 empties it.
 *
 * A step, hidden neurons first, outputs behind them on the hidden spikes of the same step
 *   s ← sat(fade(s, dashSyn) + Σ over matrices of (Σ_i n_i·w_ij) · 2^shift)
 *   v ← sat(fade(v, dashMem) + s)
 *   n ← min(cap, ⌊v / threshold⌋) where v ≥ threshold, else 0;  v ← v − n·threshold
 * n_i: events of an input, 0 … 15; spikes of a hidden neuron, of the step before, 0 … 31.
 *
 * Formats: weights 8 bit, a left shift 0 … 7 a matrix; s, v 16 bit signed, sat() keeps them there; threshold 1 … 32767; dash 0 … 15.
 * After synsense/rockpool (LIFBitshift, XyloSim): v − (v >> dash), linear below the shift, reset by subtraction.
 */
const MAX = 0x7fff;
const MIN = -0x8000;

export const MAX_EVENTS = 15;
export const HIDDEN_CAP = 31;
export const MAX_SHIFT = 7;
export const MAX_DASH = 15;

/** One step of decay. */
export function fade(x: number, dash: number): number {
  if (x === 0) return 0;
  const size = x < 0 ? -x : x;
  const lost = size >> dash;
  const left = size - (lost === 0 ? 1 : lost);
  return x < 0 ? 0 - left : left;
}

export interface XyloNeurons {
  readonly size: number;
  /** one a neuron */
  readonly dashSyn: Uint8Array;
  readonly dashMem: Uint8Array;
  readonly threshold: Int16Array;
  /** spikes of a neuron in one step, at most; 0: its membrane is read instead */
  readonly cap: Uint8Array;
}

/** [pre][post], 8 bits and sign; `shift` for the whole matrix. */
export interface XyloMatrix {
  readonly weights: Int8Array;
  shift: number;
}

export interface XyloDescription {
  readonly inputs: number;
  readonly hidden: XyloNeurons;
  readonly outputs: XyloNeurons;
  readonly input: XyloMatrix;
  readonly recurrent: XyloMatrix;
  readonly output: XyloMatrix;
}

interface Layer extends XyloNeurons {
  readonly s: Int16Array;
  readonly v: Int16Array;
  readonly spikes: Uint8Array;
}

const layer = (neurons: XyloNeurons): Layer => ({
  ...neurons,
  s: new Int16Array(neurons.size),
  v: new Int16Array(neurons.size),
  spikes: new Uint8Array(neurons.size),
});
const sat = (x: number): number => (x > MAX ? MAX : x < MIN ? MIN : x);

/** A network on the chip. Allocates in the constructor only; the matrices are read at every step. */
export class XyloNetwork {
  readonly #description: XyloDescription;
  readonly hidden: Layer;
  readonly outputs: Layer;
  readonly #current: Float64Array;
  readonly #sum: Int32Array;

  constructor(description: XyloDescription) {
    this.#description = description;
    this.hidden = layer(description.hidden);
    this.outputs = layer(description.outputs);
    const most = Math.max(description.hidden.size, description.outputs.size);
    this.#current = new Float64Array(most);
    this.#sum = new Int32Array(most);
  }

  /** All neurons to rest. */
  rest(): void {
    for (const { s, v, spikes } of [this.hidden, this.outputs]) {
      s.fill(0);
      v.fill(0);
      spikes.fill(0);
    }
  }

  /** One step on the events of every input. */
  step(events: Uint8Array): void {
    const { input, recurrent, output, inputs } = this.#description;
    const { hidden, outputs } = this;
    this.#current.fill(0);
    this.#gather(events, inputs, hidden.size, input);
    this.#gather(hidden.spikes, hidden.size, hidden.size, recurrent);
    this.#advance(hidden);
    this.#current.fill(0);
    this.#gather(hidden.spikes, hidden.size, outputs.size, output);
    this.#advance(outputs);
  }

  #gather(events: Uint8Array, pre: number, post: number, { weights, shift }: XyloMatrix): void {
    const sum = this.#sum;
    sum.fill(0);
    for (let i = 0; i < pre; i++) {
      const n = events[i]!;
      if (n === 0) continue;
      const from = i * post;
      for (let j = 0; j < post; j++) sum[j] = sum[j]! + n * weights[from + j]!;
    }
    const scale = 2 ** shift;
    for (let j = 0; j < post; j++) this.#current[j] = this.#current[j]! + sum[j]! * scale;
  }

  #advance({ size, dashSyn, dashMem, threshold, cap, s, v, spikes }: Layer): void {
    for (let j = 0; j < size; j++) {
      const current = sat(fade(s[j]!, dashSyn[j]!) + this.#current[j]!);
      const next = sat(fade(v[j]!, dashMem[j]!) + current);
      const level = threshold[j]!;
      let n = next >= level ? Math.floor(next / level) : 0;
      if (n > cap[j]!) n = cap[j]!;
      s[j] = current;
      v[j] = next - n * level;
      spikes[j] = n;
    }
  }
}
