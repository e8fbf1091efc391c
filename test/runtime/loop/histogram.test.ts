import test from 'ava';
import fc from 'fast-check';
import { createHistogram } from '../../../runtime/loop/histogram.ts';

test('a quantile is not below the true one, at most a sixteenth above it, and never above the largest', (t) => {
  const durations = fc.array(fc.oneof(fc.nat(40), fc.nat(100_000), fc.nat(0x7fffffff)), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (values, q) => {
      const histogram = createHistogram();
      for (const value of values) histogram.add(value);
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(q * values.length) - 1]!;
      const got = histogram.quantile(q);
      return got >= exact && got <= exact * (1 + 1 / 16) && got <= sorted.at(-1)! && histogram.max() === sorted.at(-1);
    }),
  );
  t.pass();
});

test('an empty histogram and a cleared one give 0', (t) => {
  const histogram = createHistogram();
  t.is(histogram.quantile(0.99), 0);
  histogram.add(500);
  t.is(histogram.quantile(0.5), 500);
  histogram.clear();
  t.is(histogram.quantile(0.5), 0);
  t.is(histogram.max(), 0);
});

test('a duration beyond the last bucket, or below 0, is counted at the edge', (t) => {
  const histogram = createHistogram();
  histogram.add(1e12);
  t.is(histogram.max(), 0x7fffffff);
  histogram.clear();
  histogram.add(-3);
  t.is(histogram.max(), 0);
  t.is(histogram.quantile(1), 0);
});
