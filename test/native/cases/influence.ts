import { pad } from '../../../runtime/program/arena.ts';
import type { Layout } from '../layout.ts';
import { type Cases, vectors } from './parts.ts';

/** What is kept of the influence on other neurons. */

/** Neurons kept for each of m: itself and every third one from there on. */
function influenceShape(l: Layout, n: number, m: number) {
  const [kept, blocks, sourceAt, source]: [number[], number[], number[], number[]] = [[], [], [0], []];
  let length = 0;
  for (let j = 0; j < m; j++) {
    const list = Array.from({ length: m }, (_, k) => k).filter((k) => k === j || (k + j) % 3 === 0);
    const synapses = Array.from({ length: n }, (_, i) => i).filter((i) => l.random() < 0.6 || i === n - 1);
    blocks.push(length, pad(synapses.length), list.length, kept.length, list.indexOf(j));
    kept.push(...list);
    source.push(...synapses);
    sourceAt.push(source.length);
    length += list.length * pad(synapses.length);
  }
  const shape = { blocks: l.topology(blocks), kept: l.topology(kept) };
  return { shape, kept, blocks, length, sourceAt: l.topology(sourceAt), source };
}

export const influenceCases = {
  influence_carry: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, carry: l.vector(m), back: l.vector(m), outputs: l.flat(length), states: l.flat(length) };
  },
  influence_spread: (l, n, m) => {
    const { shape, blocks, kept, length } = influenceShape(l, n, m);
    const [edgeAt, edgeRow, edgeWeight]: [number[], number[], number[]] = [[], [], []];
    const counts = new Map(Array.from({ length: m }, (_, j) => [blocks[5 * j + 3]!, blocks[5 * j + 2]!]));
    let [at, count] = [0, 0];
    for (let k = 0; k < kept.length; k++) {
      if (counts.has(k)) [at, count] = [k, counts.get(k)!];
      edgeAt.push(edgeRow.length);
      for (let row = 0; row < count; row++) {
        if (l.random() < 0.5) continue;
        edgeRow.push(row);
        edgeWeight.push((kept[at + row]! * 7 + kept[k]!) % (n * m));
      }
    }
    edgeAt.push(edgeRow.length);
    return {
      ...shape,
      edgeAt: l.topology(edgeAt),
      edgeRow: l.topology(edgeRow),
      edgeWeight: l.topology(edgeWeight),
      weights: l.flat(n * m),
      drive: l.vector(m),
      outputs: l.flat(length),
      states: l.flat(length),
    };
  },
  influence_feed: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), from: l.flat(length), states: l.flat(length) };
  },
  influence_input: (l, n, m) => {
    const { shape, length, sourceAt, source } = influenceShape(l, n, m);
    return {
      ...shape,
      sourceAt,
      source: l.topology(source),
      pre: n,
      ...l.ring(n),
      delay: n % 4,
      drive: l.vector(m),
      states: l.flat(length),
    };
  },
  influence_output: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), states: l.flat(length), outputs: l.flat(length) };
  },
  influence_output_add: (l, n, m) => {
    const { shape, length } = influenceShape(l, n, m);
    return { ...shape, slope: l.vector(m), states: l.flat(length), outputs: l.flat(length) };
  },
  influence_gradient: (l, n, m) => {
    const { shape, length, sourceAt, source } = influenceShape(l, n, m);
    return {
      ...shape,
      sourceAt,
      synapse: l.topology(source.map((_, k) => (source.length - 1 - k) % source.length)),
      signal: l.vector(m),
      outputs: l.flat(length),
      gradient: l.flat(source.length),
    };
  },
  signs: (l, n) => ({ n, nu: l.vector(n), seed: 77, group: 3, first: 5, step: 2 }),
  square_sum: (l, n, m) => ({ x: l.matrix(n, m), sums: l.state(), at: 1 }),
  outer_square: (l, n, m) => ({ n, ...l.ring(n), delay: n % 4, m, factor: l.vector(m), sums: l.state(), at: 2 }),
  balance: (l, n) => ({ sums: l.state(), scales: l.flat(4), signs: n + 1 }),
  blend: (l, n) => ({ n, ...vectors(l, n, 'x', 'nu', 'a'), scales: l.flat(4) }),
  shrink: (l, n) => ({ n, ...vectors(l, n, 'carry', 'factor'), scales: l.flat(4) }),
  project: (l, n) => ({ n, ...vectors(l, n, 'signal', 'a', 'p') }),
} satisfies Partial<Cases>;
