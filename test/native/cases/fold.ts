import { toBfloat16 } from '../../../runtime/exact.ts';
import { type Arena, pad } from '../../../runtime/program/arena.ts';
import type { Region } from '../../../runtime/program/ops.ts';
import { draw, type Layout } from '../layout.ts';
import { BLOCK, type Cases, decays, history, leak } from './parts.ts';

/** Blocks of ticks: histories, coefficients, folds, and what runs backwards. */

const events = (l: Layout, n: number) => {
  const region = l.reserve(2, n, pad(n), () => 0);
  l.initializers.push(({ words }) => {
    for (let k = region.offset; k < region.offset + region.length; k++)
      words[k] = Math.floor(l.random() * 2 ** 32) & Math.floor(l.random() * 2 ** 32);
  });
  return region;
};

const foldColumns = (l: Layout, n: number) => ({ pre: n, ...history(l, n), events: events(l, n), trace: l.vector(n) });

const table = (l: Layout, m: number) => l.matrix(3 + BLOCK, m);

const local = (l: Layout, n: number) => ({
  carry: l.matrix(BLOCK, n),
  drive: l.matrix(BLOCK, n),
  slope: l.matrix(BLOCK, n),
  signal: l.matrix(BLOCK, n),
  hStride: pad(n),
  block: BLOCK,
});

const woven = (l: Layout, m: number) => l.matrix(16 + 4 * BLOCK, m);

const foldDense = (l: Layout, n: number, m: number) => ({ ...foldColumns(l, n), eStride: pad(m) });

const foldSparse = (l: Layout, n: number, m: number) => {
  const { rowStart, column, count } = l.stored(n, m);
  return { count, operands: { ...foldColumns(l, n), rowStart, column, tStride: pad(m) } };
};

/** Traces of `counts` synapses, as float32 or as bfloat16. */
function traces<Names extends string>(l: Layout, n: number, m: number, counts: Readonly<Record<Names, number>>) {
  const bits = (n + m) % 2 === 0 ? 32 : 16;
  const regions = Object.entries<number>(counts).map(([name, count]) => {
    const region = l.flat(bits === 16 ? Math.ceil(count / 2) : count);
    const values = ({ halves }: Arena): void => {
      for (let k = 2 * region.offset; k < 2 * (region.offset + region.length); k++) halves[k] = toBfloat16(draw(l.palette, l.random));
    };
    if (bits === 16) l.initializers.push(values);
    return [name, region];
  });
  return { bits, ...(Object.fromEntries(regions) as Record<Names, Region>) };
}

export const foldCases = {
  record: (l, n) => ({ n, ...l.ring(n), delay: n % 4, ...history(l, n) }),
  block_events: (l, n) => ({ ...history(l, n), events: events(l, n) }),
  block_trace: (l, n) => ({ ...history(l, n), trace: l.vector(n), decay: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  coefficients: (l, n) => ({
    psi: l.matrix(BLOCK, n),
    signal: l.matrix(BLOCK, n),
    hStride: pad(n),
    block: BLOCK,
    beta: l.vector(n),
    table: table(l, n),
    weight: l.scalar(0, 1),
    onAdaptation: l.scalar(0, 1),
    onFiltered: l.scalar(0, 1),
    ...decays(l),
    ...leak(l),
    feed: l.scalar(0, 1),
    decay: l.scalar(0.5, 1),
    inputScale: l.scalar(0.05, 1),
  }),
  coefficients_woven: (l, n) => ({
    psi: l.matrix(BLOCK, n),
    signal: l.matrix(BLOCK, n),
    hStride: pad(n),
    block: BLOCK,
    beta: l.vector(n),
    woven: woven(l, n),
    adapts: n % 3 === 0 ? 0 : 1,
    filters: n % 3 === 1 ? 0 : 1,
    ...decays(l),
    ...leak(l),
    feed: l.scalar(0, 1),
    decay: l.scalar(0.5, 1),
    inputScale: l.scalar(0.05, 1),
  }),
  coefficients_local: (l, n) => ({
    ...local(l, n),
    table: table(l, n),
    weight: l.scalar(0, 1),
    onAdaptation: l.scalar(0, 1),
    onFiltered: l.scalar(0, 1),
    ...leak(l),
  }),
  coefficients_local_woven: (l, n) => ({ ...local(l, n), woven: woven(l, n), adapts: 1, filters: n % 2, ...leak(l) }),
  fold_direct_dense: (l, n, m) => ({ ...foldDense(l, n, m), gradient: l.matrix(n, m), gradientTable: table(l, m) }),
  fold_direct_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, gradient: l.flat(count), gradientTable: table(l, m) };
  },
  fold_trace_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    row: n % 2,
    ...traces(l, n, m, { carried: pad(m) * n }),
    gradient: l.matrix(n, m),
    carriedTable: table(l, m),
    gradientTable: table(l, m),
  }),
  fold_trace_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, row: n % 2, ...traces(l, n, m, { carried: count }), gradient: l.flat(count), woven: woven(l, m) };
  },
  fold_traces_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    ...traces(l, n, m, { adaptation: pad(m) * n, filtered: pad(m) * n }),
    gradient: l.matrix(n, m),
    adaptationTable: table(l, m),
    filteredTable: table(l, m),
    gradientTable: table(l, m),
  }),
  fold_traces_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return {
      ...operands,
      ...traces(l, n, m, { adaptation: count, filtered: count }),
      gradient: l.flat(count),
      woven: woven(l, m),
    };
  },
  fold_trace_sum_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    row: n % 2,
    ...traces(l, n, m, { carried: pad(m) * n }),
    gradient: l.matrix(n, m),
    gradientTable: table(l, m),
  }),
  fold_trace_sum_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, row: n % 2, ...traces(l, n, m, { carried: count }), gradient: l.flat(count), gradientTable: table(l, m) };
  },
  fold_traces_sum_dense: (l, n, m) => ({
    ...foldDense(l, n, m),
    ...traces(l, n, m, { adaptation: pad(m) * n, filtered: pad(m) * n }),
    gradient: l.matrix(n, m),
    gradientTable: table(l, m),
  }),
  fold_traces_sum_sparse: (l, n, m) => {
    const { operands, count } = foldSparse(l, n, m);
    return { ...operands, ...traces(l, n, m, { adaptation: count, filtered: count }), gradient: l.flat(count), gradientTable: table(l, m) };
  },
  history_read: (l, n) => ({ n, ...history(l, n), ahead: n % 3, y: l.vector(n) }),
  history_write: (l, n) => ({ n, x: l.vector(n), ...history(l, n) }),
  multiply_add: (l, n) => ({ n, a: l.vector(n), b: l.vector(n), p: l.vector(n) }),
} satisfies Partial<Cases>;
