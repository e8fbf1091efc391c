/** Misses beside collections of garbage. */
import v8 from 'node:v8';
import vm from 'node:vm';
import test from 'ava';
import { createSpans, meeting, watchPauses } from '../../../apps/controller/pauses.ts';

test('a miss meets a pause when they have a moment in common', (t) => {
  const pauses = [
    [10, 12],
    [20, 21],
  ] as const;
  t.is(meeting([[11, 13]], pauses), 1);
  t.is(meeting([[12, 13]], pauses), 1);
  t.is(meeting([[13, 19]], pauses), 0);
  t.is(meeting([[9, 30]], pauses), 1);
  t.is(
    meeting(
      [
        [1, 2],
        [11, 11.5],
        [11.6, 11.8],
        [15, 16],
        [20.5, 22],
        [23, 24],
      ],
      pauses,
    ),
    3,
  );
  t.is(meeting([[1, 2]], []), 0);
});

test('of many spans the latest are kept, in order', (t) => {
  const spans = createSpans(3);
  t.deepEqual(spans.list(), []);
  for (let k = 0; k < 5; k++) spans.add(k, k + 0.5);
  t.deepEqual(spans.list(), [
    [2, 2.5],
    [3, 3.5],
    [4, 4.5],
  ]);
});

test('a collection is seen with its time, in the time of the loop', async (t) => {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const now = (): number => performance.now() + 5000;
  const pauses = watchPauses(now);
  const began = now();
  collect();
  const ended = now();
  // A miss that waited for the collection, and one long before it.
  pauses.miss(began - 2000, began - 1999);
  pauses.miss(began, ended);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { pauses: count, totalMs, longestMs, misses, missesInPause } = pauses.report();
  pauses.end();
  t.true(count >= 1 && longestMs > 0 && totalMs >= longestMs);
  t.is(misses, 2);
  t.is(missesInPause, 1);
});
