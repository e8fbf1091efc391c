import test from 'ava';
import fc from 'fast-check';
import {
  fixedDecay,
  fixedPotential,
  largestCount,
  largestWeight,
  lsbOf,
  quantizeWeights,
  shiftFor,
  WeightError,
  type WeightLayout,
} from '../../drivers/quantize.ts';
import { exact } from '../../runtime/index.ts';
import { random } from './support.ts';

const dense = (rows: number, columns: number, stride = columns, offset = 0): WeightLayout => ({
  offset,
  rows,
  columns,
  stride,
  stored: undefined,
});

test('a threshold has 20 bits', (t) => {
  for (const threshold of [1e-6, 0.3, 0.5, 0.6, 1, 1.5, 3, 1000]) {
    const counts = fixedPotential(threshold, lsbOf(threshold));
    t.true(counts > 2 ** 19 && counts <= 2 ** 20, `${threshold}: ${counts}`);
  }
  t.is(fixedPotential(1, lsbOf(1)), 2 ** 20);
  t.is(fixedPotential(1e30, 1), 2 ** 31 - 1);
  t.is(fixedPotential(-1e30, 1), -(2 ** 31));
});

test('a decay is right to half of 1/65536: the adaptation of the heartbeat network is off by less than 0.1 % of its time constant', (t) => {
  t.is(fixedDecay(0), 0);
  t.is(fixedDecay(1), 65536);
  const rho = exact.decay(1000 / 120, 700);
  const there = fixedDecay(rho) / 65536;
  t.true(Math.abs(there - rho) <= 2 ** -17);
  const tau = -1000 / 120 / Math.log(there);
  t.true(Math.abs(tau / 700 - 1) < 1e-3, `${tau} ms`);
});

test('the shift is the smallest at which the largest weight does not saturate', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 20, noNaN: true }), fc.integer({ min: 2, max: 8 }), (largest, bits) => {
      const unit = lsbOf(1);
      const shift = shiftFor(largest, unit, bits);
      const limit = largestCount(bits);
      const count = (at: number): number => Math.floor(largest / (unit * 2 ** at) + 0.5);
      return count(shift) <= limit && (shift === 7 || count(shift - 1) > limit);
    }),
  );
  t.is(shiftFor(0, lsbOf(1), 8), 7, 'weights that start at 0 do not begin at the finest scale there is');
  t.is(shiftFor(1e9, lsbOf(1), 8), 24, 'beyond the coarsest they saturate');
});

test('counts are the nearest ones, and the error is what they cost', (t) => {
  const draw = random(1);
  for (const bits of [8, 4, 2]) {
    const [rows, columns, stride, offset] = [7, 5, 16, 3];
    const floats = Float32Array.from({ length: offset + rows * stride }, () => (draw() - 0.5) * 3);
    const layout = dense(rows, columns, stride, offset);
    const unit = lsbOf(1);
    const largest = largestWeight(floats, layout);
    const step = unit * 2 ** shiftFor(largest, unit, bits);
    const counts = new Int8Array(rows * columns);
    const error = new WeightError();
    quantizeWeights(floats, layout, step, bits, counts, error);
    let [max, squares, seen] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const w = floats[offset + row * stride + column]!;
        const count = counts[row * columns + column]!;
        t.is(count, Math.round(w / step) + 0, `${bits} bits`);
        t.true(Math.abs(count) <= largestCount(bits));
        max = Math.max(max, Math.abs(w - count * step));
        squares += (w - count * step) ** 2;
        seen = Math.max(seen, Math.abs(w));
      }
    }
    t.is(largest, seen);
    t.is(error.max, max);
    t.true(Math.abs(error.rms - Math.sqrt(squares / 35)) < 1e-12);
    t.true(error.max <= (step / 2) * (1 + 1e-9));
  }
});

test('what is too large saturates, evenly on both sides, and the error says so', (t) => {
  const counts = new Int8Array(4);
  const error = new WeightError();
  quantizeWeights(Float32Array.of(200, -200, 127.4, -127.5), dense(2, 2), 1, 8, counts, error);
  t.deepEqual([...counts], [127, -127, 127, -127]);
  t.is(error.max, 73);
});

test('stored synapses become dense, with 0 where there are none', (t) => {
  const stored = { rowStart: Uint32Array.of(0, 2, 2, 3), column: Uint32Array.of(1, 3, 0) };
  const layout: WeightLayout = { offset: 1, rows: 3, columns: 4, stride: 3, stored };
  const floats = Float32Array.of(99, 1, -2, 3, 99);
  const counts = new Int8Array(12);
  const error = new WeightError();
  quantizeWeights(floats, layout, 0.5, 8, counts, error);
  t.deepEqual([...counts], [0, 2, 0, -4, 0, 0, 0, 0, 6, 0, 0, 0]);
  t.is(largestWeight(floats, layout), 3);
  t.deepEqual([error.max, error.rms], [0, 0]);
});
