import test from 'ava';
import {
  cos,
  decay,
  exp,
  FLUSH,
  flush,
  fma,
  fromBfloat16,
  hashName,
  log,
  philox,
  randomStream,
  sin,
  tanh,
  toBfloat16,
} from '../../runtime/exact.ts';
import { circleError, exactFma, expError, logError } from './rational.ts';

const { fround } = Math;
const MAX = fround(3.4028234663852886e38);
const TINY = 2 ** -149;

/** mulberry32: not one of ours. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);
type Draw = () => number;
type Case = readonly [a: number, b: number, c: number];

const integer = (draw: Draw, low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
/** Any finite float32, every exponent alike. */
function anyFloat(draw: Draw): number {
  do word[0] = draw() * 2 ** 32;
  while (!Number.isFinite(float[0]!));
  return float[0]!;
}
/** A float with the exponent `e` and either sign. */
const near = (draw: Draw, e: number): number => fround((draw() < 0.5 ? -1 : 1) * (1 + integer(draw, 0, 2 ** 23 - 1) * 2 ** -23) * 2 ** e);

const families: Readonly<Record<string, (draw: Draw) => Case>> = {
  'any bits': (draw) => [anyFloat(draw), anyFloat(draw), anyFloat(draw)],
  'exponents that meet': (draw) => {
    const [e, f] = [integer(draw, -30, 30), integer(draw, -30, 30)];
    return [near(draw, e), near(draw, f), near(draw, e + f + integer(draw, -26, 26))];
  },
  cancellation: (draw) => {
    const [a, b] = [near(draw, integer(draw, -20, 20)), near(draw, integer(draw, -20, 20))];
    const c = fround(-a * b);
    return [a, b, fround(c * (1 + integer(draw, -2, 2) * 2 ** -23))];
  },
  // (1 + i·2^-23)(1 − i·2^-23) = 1 − i²·2^-46 of half a unit of c: a double loses what decides.
  'just beside a midpoint': (draw) => {
    const [i, e, half] = [integer(draw, 0, 2 ** integer(draw, 0, 12) - 1), integer(draw, -60, 60), integer(draw, 0, 3) === 0 ? 1 : 0.5];
    const sign = draw() < 0.5 ? -1 : 1;
    const c = near(draw, e);
    const unit = 2 ** (e - 23) * half;
    return [sign * (1 + i * 2 ** -23) * unit, draw() < 0.5 ? 1 - i * 2 ** -23 : 1 + i * 2 ** -23, c];
  },
  'subnormal results': (draw) => {
    const e = integer(draw, -100, -40);
    return [near(draw, e), near(draw, -149 - e + integer(draw, -6, 12)), integer(draw, -200, 200) * TINY];
  },
  'beside a midpoint of subnormals': (draw) => {
    const i = integer(draw, 0, 2 ** integer(draw, 0, 12) - 1);
    return [
      (1 + i * 2 ** -23) * 2 ** -75,
      (1 - i * 2 ** -23) * 2 ** -75 * (draw() < 0.5 ? -1 : 1),
      integer(draw, -4_000_000, 4_000_000) * TINY,
    ];
  },
  'about the largest float': (draw) => {
    const e = integer(draw, 50, 80);
    return [
      near(draw, e),
      near(draw, 127 - e + integer(draw, -25, 1)),
      fround(MAX * (draw() < 0.5 ? -1 : 1) * (1 - integer(draw, 0, 3) * 2 ** -24)),
    ];
  },
};
const CASES = 30_000;

for (const [name, family] of Object.entries(families)) {
  test(`fma is the exact sum rounded once: ${name}`, (t) => {
    const draw = generator(hashName(name));
    for (let k = 0; k < CASES; k++) {
      const [a, b, c] = family(draw);
      const [found, wanted] = [fma(a, b, c), exactFma(a, b, c)];
      if (!Object.is(found, wanted)) return t.fail(`fma(${a}, ${b}, ${c}) is ${found}, not ${wanted}`);
    }
    t.pass();
  });
}

test('rounding the double sum instead is caught beside midpoints', (t) => {
  const missed = (name: string): number => {
    const draw = generator(hashName(name));
    let count = 0;
    for (let k = 0; k < CASES; k++) {
      const [a, b, c] = families[name]!(draw);
      if (fround(a * b + c) !== exactFma(a, b, c)) count++;
    }
    return count;
  };
  t.true(missed('just beside a midpoint') > 1000, `${missed('just beside a midpoint')}`);
  t.true(missed('beside a midpoint of subnormals') > 1000, `${missed('beside a midpoint of subnormals')}`);
  t.true(missed('any bits') === 0, 'which is why random bits alone prove nothing');
});

test('rounding the product first is caught wherever exponents meet', (t) => {
  const draw = generator(1);
  let count = 0;
  for (let k = 0; k < 1000; k++) {
    const [a, b, c] = families['exponents that meet']!(draw);
    if (fround(fround(a * b) + c) !== exactFma(a, b, c)) count++;
  }
  t.true(count > 100);
});

test('fma at the edges: overflow, the last midpoint, signed zeros, infinities and NaN', (t) => {
  const edges: readonly (readonly [...Case, number])[] = [
    [MAX, 1, 2 ** 102, MAX], // half of half a unit: back to the largest float
    [MAX, 1, 2 ** 103, Number.POSITIVE_INFINITY], // half a unit: to even, which is beyond
    [2 ** 64, 2 ** 64, -MAX, 2 ** 104],
    [-(2 ** 64), 2 ** 64, 0, Number.NEGATIVE_INFINITY],
    [1 + 2 ** -23, 2 ** 103 * (1 - 2 ** -23), MAX, MAX], // 2^103·(1 − 2^-46): below the midpoint, which a double cannot tell
    [0, 5, 0, 0],
    [0, -5, 0, 0],
    [0, -5, -0, -0],
    [-0, 5, -0, -0],
    [0, 5, -0, 0],
    [1, 1, -1, 0],
    [-1, 1, 1, 0],
    [TINY, TINY, 0, 0],
    [TINY, -TINY, 0, -0],
    [TINY, 0.5, 0, 0], // the midpoint below the smallest float: to even
    [TINY, 0.5 + 2 ** -24, 0, TINY],
    [TINY, 0.5, TINY, 2 * TINY], // 1.5 units: to even
    [Number.POSITIVE_INFINITY, 0, 1, Number.NaN],
    [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, Number.NaN],
    [MAX, MAX, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [1, Number.NaN, 1, Number.NaN],
  ];
  for (const [a, b, c, wanted] of edges) {
    t.is(fma(a, b, c), wanted, `fma(${a}, ${b}, ${c})`);
    t.is(exactFma(a, b, c), wanted, `the check itself at (${a}, ${b}, ${c})`);
  }
});

test('the flush stores +0 below 2^-100 and leaves everything else alone, NaN too', (t) => {
  t.is(FLUSH, 2 ** -100);
  for (const x of [0, -0, 2 ** -101, -(2 ** -101), TINY, fround(FLUSH * (1 - 2 ** -24))]) t.is(flush(x), 0);
  for (const x of [FLUSH, -FLUSH, 1, -MAX, Number.NEGATIVE_INFINITY, Number.NaN]) t.is(flush(x), x);
});

test('exp is within 2 ulp of e^x over its whole range', (t) => {
  const draw = generator(2);
  let worst = 0;
  for (let k = 0; k < 6000; k++) {
    const x = k % 3 === 0 ? draw() * 1416 - 707.9 : k % 3 === 1 ? draw() * 4 - 2 : (draw() - 0.5) * 2 ** -integer(draw, 0, 40);
    worst = Math.max(worst, expError(x, exp(x)));
  }
  t.true(worst <= 2, `${worst} ulp`);
  t.true(worst > 0.5, 'the check sees errors of less than an ulp');
  t.true(expError(1, exp(1) * (1 + 3 * 2 ** -52)) > 2, 'and would see three');
});

test('exp at the edges is 0 below −708, finite above 709, 1 at 0 and NaN for NaN', (t) => {
  t.is(exp(-708), 0);
  t.is(exp(Number.NEGATIVE_INFINITY), 0);
  t.true(exp(-707.99) > 0);
  t.is(exp(Number.POSITIVE_INFINITY), exp(709));
  t.is(exp(1e6), exp(709));
  t.true(Number.isFinite(exp(709)));
  t.is(exp(0), 1);
  t.is(exp(-0), 1);
  t.is(exp(Number.NaN), Number.NaN);
});

test('log is within 3 ulp of ln x, for every exponent and near 1', (t) => {
  const draw = generator(3);
  let worst = 0;
  for (let k = 0; k < 6000; k++) {
    const x = k % 2 === 0 ? (1 + draw()) * 2 ** integer(draw, -1022, 1022) : 1 + (draw() - 0.5) * 2 ** -integer(draw, 0, 30);
    if (x !== 1) worst = Math.max(worst, logError(x, log(x)));
  }
  t.true(worst <= 3, `${worst} ulp`);
  t.true(logError(3, log(3) * (1 + 4 * 2 ** -52)) > 3);
  t.is(log(1), 0);
});

test("sin and cos are within 2^-52 of the exact values, and of the machine's where angles are large", (t) => {
  const draw = generator(9);
  let worst = 0;
  for (let k = 0; k < 3000; k++) {
    const near = k % 3 === 0 ? (integer(draw, -12, 12) * Math.PI) / 4 : 0;
    const x = near + (draw() - 0.5) * 2 ** integer(draw, -30, near === 0 ? 5 : 0);
    worst = Math.max(worst, circleError(x, 0, sin(x)), circleError(x, 1, cos(x)));
  }
  t.true(worst <= 2 ** -52, `${worst}`);
  t.true(worst > 2 ** -55, 'the check sees errors below the last place');
  t.true(circleError(1, 0, sin(1) + 2 ** -51) > 2 ** -52 && circleError(1, 1, sin(1)) > 0.1);
  for (let k = 0; k < 20_000; k++) {
    const x = (draw() - 0.5) * 2 ** integer(draw, 1, 20);
    if (Math.abs(sin(x) - Math.sin(x)) > 2 ** -52 || Math.abs(cos(x) - Math.cos(x)) > 2 ** -52)
      return t.fail(`at ${x}: ${sin(x)} and ${cos(x)}`);
  }
  t.deepEqual([sin(0), cos(0)], [0, 1]);
});

test('tanh is within 2^-52 of tanh x, odd, and never leaves [−1, 1]', (t) => {
  const draw = generator(4);
  for (let k = 0; k < 20_000; k++) {
    const x = (draw() - 0.5) * 2 ** integer(draw, -20, 10);
    const found = tanh(x);
    if (Math.abs(found - Math.tanh(x)) > 2 ** -52 || Math.abs(found) > 1 || tanh(-x) !== -found) return t.fail(`tanh(${x}) is ${found}`);
  }
  for (const x of [0, 1e9, Number.POSITIVE_INFINITY]) t.is(tanh(x), Math.tanh(x));
  t.is(tanh(Number.NEGATIVE_INFINITY), -1);
  t.is(tanh(Number.NaN), Number.NaN);
});

test('a decay is exp(−dt/tau) as float32, 0 for a leak of no memory and 1 for one without end', (t) => {
  for (const tau of [0.3, 1, 5, 20, 700, 1e4]) t.is(decay(1, tau), fround(Math.exp(-1 / tau)));
  t.is(decay(1e30, 1e-30), 0);
  t.is(decay(1e-3, 1e30), 1);
});

/** Philox2x32-10 as the paper writes it, in whole numbers. */
function paperPhilox(key: bigint, low: bigint, high: bigint): readonly [number, number] {
  const mask = 0xffffffffn;
  let [k, l, r] = [key, low, high];
  for (let round = 0; round < 10; round++) {
    const product = l * 0xd256d193n;
    [l, r] = [(product >> 32n) ^ k ^ r, product & mask];
    k = (k + 0x9e3779b9n) & mask;
  }
  return [Number(l), Number(r)];
}

test('philox gives the known answers of Random123, and those of the paper for any key and counter', (t) => {
  const out = new Uint32Array(2);
  const known = [
    [0, 0, 0, 0xff1dae59, 0x6cd10df2],
    [0xffffffff, 0xffffffff, 0xffffffff, 0x2c3f628b, 0xab4fd7ad],
    [0x13198a2e, 0x243f6a88, 0x85a308d3, 0xdd7ce038, 0xf62a4c12],
  ] as const;
  for (const [key, low, high, ...wanted] of known) {
    philox(key, low, high, out);
    t.deepEqual([...out], wanted);
    t.deepEqual(paperPhilox(BigInt(key), BigInt(low), BigInt(high)), wanted);
  }
  const draw = generator(5);
  for (let k = 0; k < 20_000; k++) {
    const [key, low, high] = [draw() * 2 ** 32, draw() * 2 ** 32, draw() * 2 ** 32].map(Math.floor) as [number, number, number];
    philox(key, low, high, out);
    const wanted = paperPhilox(BigInt(key), BigInt(low), BigInt(high));
    if (out[0] !== wanted[0] || out[1] !== wanted[1]) return t.fail(`key ${key}, counter ${low} ${high}`);
  }
});

test('a name is hashed by FNV-1a', (t) => {
  t.is(hashName(''), 0x811c9dc5);
  t.is(hashName('a'), 0xe40c292c);
  t.is(hashName('foobar'), 0xbf9cf968);
});

const DRAWS = 100_000;
/** Five standard errors of a mean of DRAWS values with deviation 1. */
const BAND = 5 / Math.sqrt(DRAWS);
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const draws = (of: (index: number) => number): Float64Array => Float64Array.from({ length: DRAWS }, (_, index) => of(index));

test('uniform draws fill [0, 1) evenly, one after another without memory', (t) => {
  const { uniform } = randomStream(1, 'hidden.connectivity');
  const values = draws(uniform);
  t.true(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 32)));
  const bins = new Float64Array(64);
  for (const value of values) bins[Math.floor(value * 64)]! += 1;
  const chi = bins.reduce((sum, found) => sum + (found - DRAWS / 64) ** 2 / (DRAWS / 64), 0);
  t.true(chi > 20 && chi < 120, `chi² ${chi} of 63 degrees`);
  for (const lag of [1, 2, 16, 1024])
    t.true(Math.abs(mean(values.map((value, k) => 12 * (value - 0.5) * (values[(k + lag) % DRAWS]! - 0.5)))) < BAND, `lag ${lag}`);
});

test('normal draws have the moments and the tails of a standard normal', (t) => {
  const { normal } = randomStream(7, 'sensory.weight');
  const values = draws(normal);
  const moment = (power: number): number => mean(values.map((value) => value ** power));
  t.true(Math.abs(moment(1)) < BAND);
  t.true(Math.abs(moment(2) - 1) < BAND * Math.sqrt(2));
  t.true(Math.abs(moment(3)) < BAND * Math.sqrt(15));
  t.true(Math.abs(moment(4) - 3) < BAND * Math.sqrt(96));
  for (const [beyond, share] of [
    [1, 0.317311],
    [2, 0.0455],
    [3, 0.0027],
  ] as const) {
    const found = values.filter((value) => Math.abs(value) > beyond).length / DRAWS;
    t.true(Math.abs(found - share) < 5 * Math.sqrt((share * (1 - share)) / DRAWS), `|z| > ${beyond}: ${found}`);
  }
  t.true(values.every(Number.isFinite));
});

test('a draw depends on seed, name and index alone; other seeds and names are independent of it', (t) => {
  const stream = randomStream(3, 'a');
  const backwards = Array.from({ length: 100 }, (_, k) => stream.normal(99 - k)).reverse();
  t.deepEqual(
    backwards,
    Array.from({ length: 100 }, (_, k) => randomStream(3, 'a').normal(k)),
  );
  const values = draws(stream.normal);
  for (const [seed, name] of [
    [4, 'a'],
    [2, 'a'],
    [3, 'b'],
    [3, 'aa'],
    [0x80000003, 'a'],
  ] as const) {
    const other = draws(randomStream(seed, name).normal);
    t.true(Math.abs(mean(values.map((value, k) => value * other[k]!))) < BAND, `seed ${seed}, name ${name}`);
  }
  const uniform = draws((index) => Math.sqrt(12) * (stream.uniform(index) - 0.5));
  t.true(Math.abs(mean(values.map((value, k) => value * uniform[k]!))) < BAND, 'normal and uniform of one index');
});

test('bfloat16 is the nearest of all 65536, ties to even, and every one of them returns to itself', (t) => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromBfloat16(bits);
    t.is(toBfloat16(value), Number.isNaN(value) ? 0x7fc0 : bits);
    const above = fromBfloat16(bits + 1);
    if (!Number.isFinite(value) || !Number.isFinite(above) || bits === 0x7fff) continue;
    const middle = fround(value + (above - value) / 2);
    t.is(toBfloat16(middle), bits % 2 === 0 ? bits : bits + 1);
    t.is(toBfloat16(fround(middle + (value - middle) / 16)), bits);
    t.is(toBfloat16(fround(middle + (above - middle) / 16)), bits + 1);
  }
});
