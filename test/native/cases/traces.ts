import { pad } from '../../../runtime/program/arena.ts';
import type { Layout } from '../layout.ts';
import { type Cases, decays, leak } from './parts.ts';

/** Traces of one value a synapse, and gradients of rank one. */

const dense = (l: Layout, n: number, m: number) => ({ pre: n, eStride: pad(m), trace: l.vector(n), psi: l.vector(m) });

const sparse = (l: Layout, n: number, m: number) => {
  const { rowStart, column, count } = l.stored(n, m);
  return { count, operands: { pre: n, rowStart, column, trace: l.vector(n), psi: l.vector(m) } };
};

export const tracesCases = {
  trace: (l, n) => ({ n, ...l.ring(n), delay: n % 4, trace: l.vector(n), decay: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  eligibility_filtered_dense: (l, n, m) => ({ ...dense(l, n, m), filtered: l.matrix(n, m), ...leak(l) }),
  eligibility_filtered_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, filtered: l.flat(count), ...leak(l) };
  },
  eligibility_adaptive_dense: (l, n, m) => ({
    ...dense(l, n, m),
    beta: l.vector(m),
    adaptation: l.matrix(n, m),
    eligibility: l.matrix(n, m),
    ...decays(l),
  }),
  eligibility_adaptive_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, beta: l.vector(m), adaptation: l.flat(count), eligibility: l.flat(count), ...decays(l) };
  },
  eligibility_adaptive_filtered_dense: (l, n, m) => ({
    ...dense(l, n, m),
    beta: l.vector(m),
    adaptation: l.matrix(n, m),
    filtered: l.matrix(n, m),
    ...decays(l),
    ...leak(l),
  }),
  eligibility_adaptive_filtered_sparse: (l, n, m) => {
    const { operands, count } = sparse(l, n, m);
    return { ...operands, beta: l.vector(m), adaptation: l.flat(count), filtered: l.flat(count), ...decays(l), ...leak(l) };
  },
  filter: (l, n, m) => ({ eligibility: l.flat(n * m), filtered: l.flat(n * m), ...leak(l) }),
  gradient_dense: (l, n, m) => ({ pre: n, eStride: pad(m), factor: l.vector(m), trace: l.matrix(n, m), gradient: l.matrix(n, m) }),
  gradient_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.flat(count), gradient: l.flat(count) };
  },
  rank_one_dense: (l, n, m) => ({ pre: n, eStride: pad(m), factor: l.vector(m), trace: l.vector(n), gradient: l.matrix(n, m) }),
  rank_one_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.vector(n), gradient: l.flat(count) };
  },
  accumulate: (l, n) => ({ n, importance: l.perTick(), trace: l.vector(n), sum: l.vector(n) }),
  local_dense: (l, n, m) => ({
    pre: n,
    ...l.ring(n),
    delay: n % 4,
    eStride: pad(m),
    carry: l.vector(m),
    drive: l.vector(m),
    trace: l.matrix(n, m),
  }),
  local_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, ...l.ring(n), delay: n % 4, rowStart, column, carry: l.vector(m), drive: l.vector(m), trace: l.flat(count) };
  },
  local_filtered_dense: (l, n, m) => ({
    pre: n,
    eStride: pad(m),
    slope: l.vector(m),
    trace: l.matrix(n, m),
    filtered: l.matrix(n, m),
    ...leak(l),
  }),
  local_filtered_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, slope: l.vector(m), trace: l.flat(count), filtered: l.flat(count), ...leak(l) };
  },
} satisfies Partial<Cases>;
