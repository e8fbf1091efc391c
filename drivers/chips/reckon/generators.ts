/**
 * The random generators of ReckOn: s[n] = s[n−a] ⊕ s[n−L], taken w bits at a time, first bit = least significant, moved on only
 * when used. A seed gives some consecutive bits of the sequence; position 0 is the first bit out.
 *
 * Squaring a polynomial over GF(2) doubles its exponents, so that s[n] = s[n−32a] ⊕ s[n−32L] holds as well: 32 bits at once.
 */

/** Bits −32·L … −1 of the sequence of which `known` holds the bits from position `from` on. */
function history(known: readonly number[], from: number, lag: number, length: number): Uint32Array {
  const bits = 32 * length;
  const reach = from + known.length;
  const s = new Uint8Array(bits + reach);
  s.set(known, bits + from);
  for (let n = bits + from - 1; n >= 0; n--) s[n] = s[n + length]! ^ s[n + length - lag]!;
  const words = new Uint32Array(length);
  for (let n = 0; n < bits; n++) words[n >> 5] = words[n >> 5]! | (s[n]! << (n & 31));
  return words;
}

/** Draws taken from a buffer before its end moves to the front. */
const DRAWS = 64;

/** A generator whose draw is a whole number of 32-bit words. */
export class WordGenerator {
  readonly #lag: number;
  readonly #length: number;
  readonly #words: number;
  /** how many of the lowest bits of a seed stand at positions 0, 1, …; the others come before them */
  readonly #ahead: number;
  /** the latest draw is `bits[at … at + words)`, as signed words */
  readonly bits: Int32Array;
  at: number;

  /** `lag` a, `length` L, `words` of a draw, seed bits 0 … `ahead` − 1 at positions 0 …, bit i ≥ `ahead` at i − L. */
  constructor(lag: number, length: number, words: number, ahead: number, seed: number) {
    this.#lag = lag;
    this.#length = length;
    this.#words = words;
    this.#ahead = ahead;
    this.bits = new Int32Array(length + words * DRAWS);
    this.at = 0;
    this.seed(seed);
  }

  seed(seed: number): void {
    const length = this.#length;
    const known = Array.from({ length }, (_, k) => (seed >>> ((k + this.#ahead) % length)) & 1);
    this.bits.set(history(known, this.#ahead - length, this.#lag, length));
    this.at = length - this.#words;
  }

  /** Makes the next draw; returns where in `bits` it begins. */
  draw(): number {
    const { bits } = this;
    const [lag, length, words] = [this.#lag, this.#length, this.#words];
    let at = this.at + words;
    if (at + words > bits.length) {
      bits.copyWithin(0, at - length, at);
      at = length;
    }
    for (let k = at; k < at + words; k++) bits[k] = bits[k - lag]! ^ bits[k - length]!;
    this.at = at;
    return at;
  }
}

/** x_i ← x_0 ⊕ … ⊕ x_i, for 16 bits. */
function prefixXor(x: number): number {
  let y = x ^ (x << 1);
  y ^= y << 2;
  y ^= y << 4;
  return y ^ (y << 8);
}

/**
 * The generators of stochastic rounding: L = 15, a = 1. A state holds the latest 15 bits, the oldest lowest.
 * Their words are short enough to be made one by one.
 */

/** The next 15 bits; they are the next state as well. */
export const draw15 = (state: number): number => (prefixXor(state) ^ -(state >> 14)) & 0x7fff;
/** The next 7 bits. */
export const draw7 = (state: number): number => (prefixXor(state) ^ -(state >> 14)) & 0x7f;
/** The state after `draw7` gave `bits`. */
export const after7 = (state: number, bits: number): number => (state >> 7) | (bits << 8);

/** Positions of the bits of a seed whose draws have 7 bits. */
const positions7 = [0, -14, -7, -13, -6, -12, -5, -11, -4, -10, -3, -9, -2, -8, -1];

/** The state just before position 0: bits −15 … −1, of which the first follows from s[0] = s[−1] ⊕ s[−15]. */
function stateOf(seed: number, position: (bit: number) => number): number {
  let [state, first] = [0, 0];
  for (let bit = 0; bit < 15; bit++) {
    const value = (seed >> bit) & 1;
    const n = position(bit);
    if (n === 0) first = value;
    else state |= value << (n + 15);
  }
  return state | (first ^ (state >> 14));
}

export const seed15 = (seed: number): number => stateOf(seed, (bit) => (bit === 0 ? 0 : bit - 15));
export const seed7 = (seed: number): number => stateOf(seed, (bit) => positions7[bit]!);
