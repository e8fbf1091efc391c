import test from 'ava';
import { type StoredSynapses, storedSynapses } from '../../../runtime/network/connectivity.ts';

const random = (density: number, { name = 'p', seed = 1, pre = 60, post = 50, recurrent = false, autapses = true } = {}): StoredSynapses =>
  storedSynapses({ kind: 'random', density, autapses }, name, seed, pre, post, recurrent)!;

/** The pairs as [pre, post], in the order stored. */
const pairs = ({ rowStart, column }: StoredSynapses): [number, number][] => {
  const list: [number, number][] = [];
  for (let i = 0; i + 1 < rowStart.length; i++) for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) list.push([i, column[k]!]);
  return list;
};

test('a dense projection stores no list', (t) => {
  t.is(storedSynapses({ kind: 'dense', autapses: false }, 'p', 1, 4, 4, true), undefined);
});

test('a list is stored row by row, and remembers where each synapse stood', (t) => {
  const stored = storedSynapses({ kind: 'list', pre: [3, 0, 3, 1, 0], post: [1, 4, 0, 2, 0] }, 'p', 1, 5, 5, false)!;
  t.deepEqual(pairs(stored), [
    [0, 0],
    [0, 4],
    [1, 2],
    [3, 0],
    [3, 1],
  ]);
  t.deepEqual([...stored.rowStart], [0, 2, 3, 3, 5, 5]);
  t.deepEqual([...stored.source], [4, 1, 3, 2, 0]);
});

test('an empty list is a projection without synapses', (t) => {
  const stored = storedSynapses({ kind: 'list', pre: [], post: [] }, 'p', 1, 3, 2, false)!;
  t.deepEqual([...stored.rowStart], [0, 0, 0, 0]);
  t.is(stored.column.length, 0);
});

test('random synapses are as dense as asked, evenly over rows and columns', (t) => {
  for (const density of [0.01, 0.1, 0.5, 0.9]) {
    const [pre, post] = [400, 300];
    const stored = random(density, { pre, post });
    const deviation = Math.sqrt(density * (1 - density) * pre * post);
    t.true(Math.abs(stored.column.length - density * pre * post) < 5 * deviation, `density ${density}: ${stored.column.length}`);
    const columns = new Float64Array(post);
    for (const j of stored.column) columns[j]! += 1;
    const rows = Array.from({ length: pre }, (_, i) => stored.rowStart[i + 1]! - stored.rowStart[i]!);
    const chi = (counts: ArrayLike<number>, of: number): number =>
      Array.from(counts).reduce((sum, n) => sum + (n - density * of) ** 2 / (density * (1 - density) * of), 0);
    t.true(Math.abs(chi(rows, post) - pre) < 6 * Math.sqrt(2 * pre), `rows at density ${density}`);
    t.true(Math.abs(chi(columns, pre) - post) < 6 * Math.sqrt(2 * post), `columns at density ${density}`);
  }
});

test('columns ascend in every row, each pair is there once, and density 1 is every pair', (t) => {
  const stored = random(0.3);
  const found = pairs(stored);
  t.true(found.every(([i, j], k) => k === 0 || found[k - 1]![0] < i || (found[k - 1]![0] === i && found[k - 1]![1] < j)));
  t.deepEqual([...stored.source], [...found.keys()]);
  t.is(random(1).column.length, 60 * 50);
});

test('autapses are left out only where a population projects onto itself, and leave the other pairs as they were', (t) => {
  const options = { pre: 50, post: 50 };
  const self = pairs(random(0.4, { ...options, recurrent: true, autapses: false }));
  t.false(self.some(([i, j]) => i === j));
  const all = pairs(random(0.4, options));
  t.true(all.some(([i, j]) => i === j));
  t.deepEqual(
    self,
    all.filter(([i, j]) => i !== j),
  );
  t.deepEqual(pairs(random(0.4, { ...options, recurrent: false, autapses: false })), all);
});

test('the draw depends on seed and name, and a sparser one is part of a denser one', (t) => {
  t.deepEqual(random(0.2), random(0.2));
  t.notDeepEqual(random(0.2), random(0.2, { seed: 2 }));
  t.notDeepEqual(random(0.2), random(0.2, { name: 'q' }));
  const dense = new Set(pairs(random(0.4)).map(String));
  t.true(pairs(random(0.2)).every((pair) => dense.has(String(pair))));
});

test('millions of synapses are stored without a list of objects', (t) => {
  const before = process.memoryUsage().heapTotal;
  const stored = random(1, { pre: 2000, post: 2000 });
  t.is(stored.column.length, 4_000_000);
  t.true(process.memoryUsage().heapTotal - before < 60e6);
});
