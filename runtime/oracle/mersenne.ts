/**
 * NumPy's legacy generator (numpy.random.RandomState): the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) and the
 * transformations that NumPy has frozen for it. The golden vectors of the literature were drawn with it, so the fixtures can be
 * rebuilt from a seed instead of being shipped.
 */
export interface LegacyRandom {
  /** next 32 bits */
  uint32(): number;
  /** next double in [0, 1) with 53 random bits */
  double(): number;
  /** rand(n) = random_sample(n) */
  rand(length: number): Float64Array;
  /** uniform(low, high, n) */
  uniform(low: number, high: number, length: number): Float64Array;
  /** randn(n): polar method; the second value of a pair waits for the next call, whatever is drawn in between */
  randn(length: number): Float64Array;
  /** choice([0, 1], n) */
  bits(length: number): Uint8Array;
  /** choice([0, 1], n, p = [p0, p1]) */
  biasedBits(length: number, p0: number, p1: number): Uint8Array;
}

const SIZE = 624;
const SHIFT = 397;

/** RandomState(seed), 0 ≤ seed < 2³². */
export function legacyRandom(seed: number): LegacyRandom {
  const key = new Uint32Array(SIZE);
  key[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const previous = key[i - 1];
    key[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  let position = SIZE;
  let waiting: number | undefined;

  function regenerate(): void {
    for (let i = 0; i < SIZE; i++) {
      const joined = (key[i] & 0x80000000) | (key[(i + 1) % SIZE] & 0x7fffffff);
      key[i] = key[(i + SHIFT) % SIZE] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    position = 0;
  }

  function uint32(): number {
    if (position === SIZE) regenerate();
    let bits = key[position++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  function double(): number {
    const high = uint32() >>> 5;
    return (high * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  }

  /** Marsaglia's polar method, in NumPy's order: x₂ of the pair is handed out first. */
  function gauss(): number {
    if (waiting !== undefined) {
      const value = waiting;
      waiting = undefined;
      return value;
    }
    for (;;) {
      const x1 = 2 * double() - 1;
      const x2 = 2 * double() - 1;
      const square = x1 * x1 + x2 * x2;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      waiting = factor * x1;
      return factor * x2;
    }
  }

  const fill = (length: number, draw: () => number) => Float64Array.from({ length }, draw);
  return {
    uint32,
    double,
    rand: (length) => fill(length, double),
    uniform: (low, high, length) => fill(length, () => low + (high - low) * double()),
    randn: (length) => fill(length, gauss),
    // Without p, choice draws bounded integers by masked rejection: for two values one word a draw, of which the lowest bit counts.
    bits: (length) => Uint8Array.from({ length }, () => uint32() & 1),
    // With p, choice looks a double up in the normalized cumulative distribution: index 1 from its first bound upwards.
    biasedBits: (length, p0, p1) => Uint8Array.from({ length }, () => (double() >= p0 / (p0 + p1) ? 1 : 0)),
  };
}
