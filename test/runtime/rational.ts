/** An arithmetic that shares nothing with the one under test: dyadic rationals in BigInt, and functions to 250 bits. */

const double = new DataView(new ArrayBuffer(8));

/** A finite double as mantissa · 2^exponent. */
function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  double.setFloat64(0, x);
  const bits = double.getBigUint64(0);
  const fraction = bits & 0xfffffffffffffn;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** x · 2^scale, rounded down where it is not whole. */
export function scaled(x: number, scale: number): bigint {
  const { mantissa, exponent } = decompose(x);
  const shift = exponent + scale;
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
}

const SUM = 298; // 2^-298 is the last place that a product of two floats can have
const bitLength = (value: bigint): number => {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
};

/** The float32 next to a·b + c, ties to even, for floats a, b, c: from the exact sum, in whole numbers. */
export function exactFma(a: number, b: number, c: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b) || !Number.isFinite(c)) return a * b + c;
  const sum = scaled(a, SUM / 2) * scaled(b, SUM / 2) + scaled(c, SUM);
  // Two zeros keep a sign that they share; all else that cancels is +0.
  if (sum === 0n) return a * b === 0 && c === 0 ? a * b + c : 0;
  const magnitude = sum < 0n ? -sum : sum;
  const dropped = Math.max(bitLength(magnitude) - 24, SUM / 2); // the last place kept is 2^-149 or coarser
  const half = 1n << BigInt(dropped - 1);
  let kept = magnitude >> BigInt(dropped);
  const rest = magnitude - (kept << BigInt(dropped));
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  const value = Number(kept) * 2 ** (dropped - SUM);
  return Math.sign(Number(sum > 0n) - 0.5) * (value >= 2 ** 128 ? Number.POSITIVE_INFINITY : value);
}

const BITS = 250;
const ONE = 1n << BigInt(BITS);
const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(BITS);

/** 2·atanh(s), |s| < 1/2. */
function twiceAtanh(s: bigint): bigint {
  const square = times(s, s);
  let sum = 0n;
  let power = s;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = times(power, square);
  }
  return 2n * sum;
}

const LN2 = twiceAtanh(ONE / 3n);

const place = (result: number): number => 2 ** (Math.floor(Math.log2(Math.abs(result))) - 52);

/** Distance of `result` from the exact value at 2^-BITS, in units of the last place of `result`. */
const inUlps = (result: number, exact: bigint): number =>
  Math.abs(Number(scaled(result, BITS) - exact) / Number(scaled(place(result), BITS)));

/** By how many ulps `result` misses e^x. */
export function expError(x: number, result: number): number {
  const k = Math.round(x / Math.LN2);
  const r = scaled(x, BITS) - BigInt(k) * LN2;
  let sum = ONE;
  let term = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = times(term, r) / n;
    sum += term;
  }
  return inUlps(result * 2 ** -k, sum);
}

/** By how many ulps `result` misses ln x. */
export function logError(x: number, result: number): number {
  const k = Math.round(Math.log2(x));
  const m = scaled(x * 2 ** -k, BITS);
  return inUlps(result, BigInt(k) * LN2 + twiceAtanh(((m - ONE) << BigInt(BITS)) / (m + ONE)));
}

/** By how much `result` misses sin x (turn 0) or cos x (turn 1), for |x| below 30: the series itself, whose terms cancel within the bits that are there. */
export function circleError(x: number, turn: 0 | 1, result: number): number {
  const r = scaled(x, BITS);
  const square = times(r, r);
  let term = turn === 0 ? r : ONE;
  let sum = term;
  for (let n = turn === 0 ? 2n : 1n; term !== 0n && term !== -1n; n += 2n) {
    term = -times(term, square) / (n * (n + 1n));
    sum += term;
  }
  return Math.abs(Number(scaled(result, BITS) - sum)) / 2 ** BITS;
}
