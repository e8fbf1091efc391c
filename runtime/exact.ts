/**
 * Arithmetic with the same bits everywhere. Everything here is built from +, −, ×, ÷, √ and integer operations of IEEE
 * doubles, so the native kernels repeat it word for word; no `Math.exp`, whose last bits belong to the machine.
 */

const { fround } = Math;

/** A float32 state whose magnitude falls below this is stored as +0 (denormals would be slow, and differ by mode). */
export const FLUSH = 2 ** -100;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer); // little-endian: [low, high]

/**
 * float32 fused multiply-add: the correctly rounded a·b + c of three float32 values.
 * The product is exact in a double. The double sum p + c is then rounded to odd where its float rounding would be decided
 * by what the first rounding lost (Boldo & Melquiond 2008), that is, only where the sum sits on a float midpoint.
 */
export function fma(a: number, b: number, c: number): number {
  const p = a * b;
  const s = p + c;
  const f = fround(s);
  const mirrored = s + (s - f); // a float exactly when s is halfway between two floats
  if (f === s || mirrored !== fround(mirrored)) return f;
  return fround(roundToOdd(p, c, s));
}

function roundToOdd(p: number, c: number, s: number): number {
  const t = s - p;
  const error = p - (s - t) + (c - t);
  if (error === 0 || !Number.isFinite(s)) return s;
  bits[0] = s;
  if ((words[0]! & 1) !== 0) return s;
  // The exact sum lies strictly between s and its neighbour towards `error`: that neighbour is odd.
  const outward = error > 0 === s > 0;
  if (outward) words[0] = words[0]! + 1;
  else {
    if (words[0] === 0) words[1] = words[1]! - 1;
    words[0] = words[0]! - 1;
  }
  return bits[0]!;
}

const pun = new Float32Array(1);
const punBits = new Uint32Array(pun.buffer);

/** The 16 bits of the bfloat16 nearest to a float32, ties to even; one NaN for all. */
export function toBfloat16(x: number): number {
  if (x !== x) return 0x7fc0;
  pun[0] = x;
  const bits = punBits[0]!;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The float32 that a bfloat16 is: its upper half. */
export function fromBfloat16(bits: number): number {
  punBits[0] = bits << 16;
  return pun[0]!;
}

/** x, or +0 where |x| < 2^-100. */
export function flush(x: number): number {
  return x < FLUSH && x > -FLUSH ? 0 : x;
}

const LN2_HI = 6.9314718036912381649e-1;
const LN2_LO = 1.90821492927058770002e-10;
const INV_LN2 = 1.442695040888963387;

function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return bits[0]!;
}

/** e^x in double, within 2 ulp; 0 below −708, e^709 above 709 (finite, so that a softmax never divides infinities). */
export function exp(x: number): number {
  if (!(x > -708)) return x !== x ? x : 0;
  const y = x > 709 ? 709 : x;
  const k = Math.floor(y * INV_LN2 + 0.5);
  const r = y - k * LN2_HI - k * LN2_LO;
  let sum = 1;
  for (let n = 13; n > 0; n--) sum = 1 + (sum * r) / n;
  return sum * powerOfTwo(k);
}

/** Natural logarithm of a positive normal double, within 3 ulp. */
export function log(x: number): number {
  bits[0] = x;
  let k = (words[1]! >>> 20) - 1023;
  words[1] = (words[1]! & 0xfffff) | (1023 << 20);
  let m = bits[0]!;
  if (m > 1.4142135623730951) {
    m = m / 2;
    k = k + 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 0;
  for (let n = 23; n > 0; n -= 2) sum = sum * z + 1 / n;
  return k * LN2_HI + (k * LN2_LO + 2 * s * sum);
}

// π/2 in three parts, the first two of 33 bits: their products with a count of quarter turns below 2^20 are exact.
const QUARTER_HI = 1.57079632673412561417;
const QUARTER_MIDDLE = 6.0771005063039659766e-11;
const QUARTER_LO = 2.02226624879595063154e-21;
const PER_QUARTER = 0.63661977236758134308;

/** The sine (turn 0) or cosine (turn 1) of x: within a quarter turn of a multiple of π/2 one of the two series. */
function turned(x: number, turn: number): number {
  const k = Math.floor(x * PER_QUARTER + 0.5);
  const r = x - k * QUARTER_HI - k * QUARTER_MIDDLE - k * QUARTER_LO;
  const quarter = k + turn - 4 * Math.floor((k + turn) / 4);
  const z = r * r;
  let sum = 1;
  if (quarter % 2 === 0) {
    for (let n = 18; n > 2; n -= 2) sum = 1 - (z * sum) / (n * (n + 1));
    sum = r - (r * z * sum) / 6;
  } else {
    for (let n = 17; n > 1; n -= 2) sum = 1 - (z * sum) / (n * (n + 1));
    sum = 1 - (z * sum) / 2;
  }
  return quarter < 2 ? sum : -sum;
}

/** sin x in double for |x| < 10^6, to 2^-52 absolute. */
export const sin = (x: number): number => turned(x, 0);

/** cos x in double for |x| < 10^6, to 2^-52 absolute. */
export const cos = (x: number): number => turned(x, 1);

/** tanh(x) = (1 − e^(−2|x|)) / (1 + e^(−2|x|)) with the sign of x. */
export function tanh(x: number): number {
  const e = exp(-2 * (x < 0 ? -x : x));
  const t = (1 - e) / (1 + e);
  return x < 0 ? -t : t;
}

/** The per-tick decay exp(−dt/tau) as float32. */
export const decay = (dt: number, tau: number): number => fround(exp(-dt / tau));

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** One draw of Philox2x32-10 (Salmon et al. 2011): two 32-bit words from a key and a 64-bit counter, written to `out`. */
export function philox(key: number, low: number, high: number, out: Uint32Array): void {
  let k = key >>> 0;
  let l = low >>> 0;
  let h = high >>> 0;
  for (let round = 0; round < 10; round++) {
    const product = Math.imul(l, 0xd256d193) >>> 0;
    const next = (multiplyHigh(l, 0xd256d193) ^ k ^ h) >>> 0;
    h = product;
    l = next;
    k = (k + 0x9e3779b9) >>> 0;
  }
  out[0] = l;
  out[1] = h;
}

/** FNV-1a of a name, to give every user of the one seed a stream of its own. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A counter-based random stream: draw k of stream `name` depends on (seed, name, k) and on nothing else. */
export interface RandomStream {
  /** uniform in [0, 1), a multiple of 2^-32 */
  uniform(index: number): number;
  /** standard normal, by the polar method (Marsaglia & Bray 1964) with the attempt in the counter */
  normal(index: number): number;
}

export function randomStream(seed: number, name: string): RandomStream {
  const key = (Math.imul(seed >>> 0, 0x85ebca6b) ^ hashName(name)) >>> 0;
  const out = new Uint32Array(2);
  return {
    uniform(index) {
      philox(key, index, 0, out);
      return out[0]! * 2 ** -32;
    },
    normal(index) {
      for (let attempt = 1; ; attempt++) {
        philox(key, index, attempt, out);
        const u = out[0]! * 2 ** -31 - 1;
        const v = out[1]! * 2 ** -31 - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
      }
    },
  };
}
