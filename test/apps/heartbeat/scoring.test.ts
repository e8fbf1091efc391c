import test from 'ava';
import { type Confusion, confusion, count, createScore, f1, precision, recall, type Score } from '../../../apps/heartbeat/scoring.ts';
import { decodeState, encodeState } from '../../../runtime/index.ts';

const of = (truePositive: number, falsePositive: number, falseNegative: number, trueNegative = 0): Confusion => ({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
});

test('each decision is counted in its place', (t) => {
  const counts = confusion();
  count(counts, true, true);
  count(counts, true, false);
  count(counts, true, false);
  for (let k = 0; k < 3; k++) count(counts, false, true);
  for (let k = 0; k < 4; k++) count(counts, false, false);
  t.deepEqual(counts, of(1, 2, 3, 4));
});

test('precision, recall and F1 are what they are by definition', (t) => {
  const counts = of(6, 2, 4, 100);
  t.is(precision(counts), 0.75);
  t.is(recall(counts), 0.6);
  t.is(f1(counts), 2 / 3, '2·0.75·0.6 / (0.75 + 0.6)');
  t.is(f1(of(5, 0, 0)), 1);
});

test('a score that would be 0/0 is null, and one that is bad is 0', (t) => {
  t.deepEqual(
    [precision, recall, f1].map((score) => score(of(0, 0, 0, 9))),
    [null, null, null],
  );
  t.deepEqual(
    [precision, recall, f1].map((score) => score(of(0, 3, 0, 9))),
    [0, null, 0],
  );
  t.deepEqual(
    [precision, recall, f1].map((score) => score(of(0, 0, 3, 9))),
    [null, 0, 0],
  );
});

test('records are scored in the order of the stream, the first five minutes and the rest apart', (t) => {
  const score = createScore();
  for (const [record, atSecond, predicted, actual] of [
    ['b', 10, true, true],
    ['b', 299.9, false, true],
    ['b', 300, true, true],
    ['a', 5, false, false],
    ['a', 400, true, false],
  ] as const) {
    score.add(record, atSecond, predicted, actual);
  }
  const [b, a] = score.records();
  t.deepEqual(b, { record: 'b', beats: 3, pvc: 2 + 1, precision: 1, recall: 2 / 3, f1: 0.8, f1First5Min: 2 / 3, f1Rest: 1 });
  t.deepEqual(a, { record: 'a', beats: 2, pvc: 0, precision: 0, recall: null, f1: 0, f1First5Min: null, f1Rest: 0 });
  t.is(score.running('b'), 0.8);
  t.is(score.running('c'), null);
  t.is(score.between('b', 0, 300), 2 / 3);
  t.is(score.between('b', 1000, 2000), null);
  t.is(score.decisions.length, 5);
});

test('a stream without end keeps a bounded number of decisions, and its counts are exact, resumed too', (t) => {
  const add = (score: Score, from: number, to: number): Score => {
    for (let k = from; k < to; k++) score.add(k < 15000 ? 'a' : 'b', k % 15000, k % 3 === 0, k % 5 === 0);
    return score;
  };
  const score = add(createScore(), 0, 40000);
  t.is(score.decided, 40000);
  t.true(score.decisions.length >= 16384 && score.decisions.length < 16384 + 2048, `${score.decisions.length}`);
  t.like(score.decisions.at(-1), { record: 'b', atSecond: 9999 });
  const [a] = score.records();
  t.like(a, { record: 'a', beats: 15000, pvc: 3000, precision: 0.2, f1: 2000 / 8000 });
  t.is(a!.f1First5Min, 40 / 160, 'what is no longer kept is counted');
  const resumed = createScore();
  resumed.restore(decodeState(encodeState(add(createScore(), 0, 30000).state())));
  add(resumed, 30000, 40000);
  t.deepEqual([resumed.records(), resumed.decisions], [score.records(), score.decisions]);
});

test('the mean leaves out the first record and those without a score, and is null when none is left', (t) => {
  const score = createScore();
  t.is(score.meanF1(), null);
  score.add('first', 1, true, true);
  t.is(score.meanF1(), null);
  score.add('silent', 1, false, false);
  t.is(score.meanF1(), null, 'F1 of the second is undefined');
  score.add('good', 1, true, true);
  score.add('bad', 1, true, false);
  t.is(score.meanF1(), 0.5);
});

test('a record that has begun has a row, though no beat of it is scored', (t) => {
  const score = createScore();
  score.begin('a');
  score.begin('b');
  score.add('b', 1, true, true);
  score.begin('b');
  t.deepEqual(
    score.records().map(({ record, beats, f1 }) => [record, beats, f1]),
    [
      ['a', 0, null],
      ['b', 1, 1],
    ],
  );
  t.is(score.meanF1(), 1, 'and it is the first of the stream');
});
