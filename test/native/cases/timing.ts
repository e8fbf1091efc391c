import { pad } from '../../../runtime/program/arena.ts';
import type { Layout } from '../layout.ts';
import { type Cases, vectors } from './parts.ts';

const pairs = (l: Layout, n: number) => ({
  n,
  ...l.ring(n),
  delay: n % 4,
  ...vectors(l, n, 'fast', 'slow', 'before', 'factor'),
  decay: l.scalar(0.5, 1),
  slowDecay: l.scalar(0.5, 1),
  pair: l.scalar(0.01, 1),
  triplet: l.scalar(0.01, 1),
});

const sides = (l: Layout, n: number, m: number) => ({
  ...vectors(l, n, 'preFactor', 'preTrace'),
  ...vectors(l, m, 'postFactor', 'postTrace'),
});

const calcium = (l: Layout, n: number, m: number) => ({
  ...{ preTrace: l.vector(n), postTrace: l.vector(m), decay: l.scalar(0.5, 1) },
  ...{ high: l.scalar(0.1, 1), up: l.scalar(0.01, 1), low: l.scalar(-1, 0.1), down: l.scalar(0.01, 1), most: l.scalar(0.5, 2) },
});

/** Spikes in pairs, and what their calcium says. */
export const timingCases = {
  spike_pairs_all: pairs,
  spike_pairs_nearest: pairs,
  stdp_dense: (l, n, m) => ({ pre: n, eStride: pad(m), ...sides(l, n, m), trace: l.matrix(n, m), decay: l.scalar(0.5, 1) }),
  stdp_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, ...sides(l, n, m), trace: l.flat(count), decay: l.scalar(0.5, 1) };
  },
  calcium_dense: (l, n, m) => ({ pre: n, post: m, eStride: pad(m), ...calcium(l, n, m), weights: l.matrix(n, m), trace: l.matrix(n, m) }),
  calcium_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, post: m, rowStart, column, ...calcium(l, n, m), weights: l.flat(count), trace: l.flat(count) };
  },
} satisfies Partial<Cases>;
