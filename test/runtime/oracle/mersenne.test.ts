import test from 'ava';
import { legacyRandom } from '../../../runtime/oracle/index.ts';

// Expected values: numpy 2.4.6, numpy.random.RandomState.

test('the words of seed 1 and of the largest seed are those of RandomState', (t) => {
  const one = legacyRandom(1);
  t.deepEqual([one.uint32(), one.uint32(), one.uint32()], [1791095845, 4282876139, 3093770124]);
  const largest = legacyRandom(2 ** 32 - 1);
  t.deepEqual([largest.uint32(), largest.uint32()], [419326371, 479346978]);
  t.deepEqual([...largest.rand(2)], [0.9123828453026218, 0.78903530185164]);
});

test('the state is regenerated as in RandomState after 624 words', (t) => {
  const random = legacyRandom(1);
  random.rand(2000);
  t.is(random.double(), 0.5769778464775016);
});

test('a mixed sequence of calls consumes the stream as RandomState does', (t) => {
  const random = legacyRandom(1);
  const close = (values: Float64Array, expected: readonly number[]) => {
    for (const [i, want] of expected.entries())
      t.true(Math.abs(values[i] - want) <= 2 * Number.EPSILON * Math.abs(want), `${values[i]} ≠ ${want}`);
  };
  close(random.randn(5), [1.6243453636632417, -0.6117564136500754, -0.5281717522634557, -1.0729686221561705, 0.8654076293246785]);
  t.deepEqual([...random.rand(3)], [0.4191945144032948, 0.6852195003967595, 0.20445224973151743]);
  // The partner of the fifth normal value has waited through three uniform draws.
  close(random.randn(1), [-2.3015386968802827]);
  t.deepEqual([...random.bits(8)], [0, 0, 1, 0, 0, 0, 1, 1]);
  t.deepEqual([...random.biasedBits(7, 0.3, 0.7)], [1, 0, 0, 1, 1, 1, 1]);
  t.deepEqual([...random.uniform(0.5, 2, 2)], [1.8145837284440574, 1.841909995255771]);
  close(random.randn(2), [-0.17242820755043575, -0.8778584179213718]);
});

test('different seeds give different streams', (t) => {
  t.notDeepEqual(legacyRandom(1).rand(4), legacyRandom(2).rand(4));
});
