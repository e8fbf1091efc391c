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

/** Spikes in pairs. */
export const timingCases = {
  spike_pairs_all: pairs,
  spike_pairs_nearest: pairs,
  stdp_dense: (l, n, m) => ({ pre: n, eStride: pad(m), ...sides(l, n, m), trace: l.matrix(n, m), decay: l.scalar(0.5, 1) }),
  stdp_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, ...sides(l, n, m), trace: l.flat(count), decay: l.scalar(0.5, 1) };
  },
} satisfies Partial<Cases>;
