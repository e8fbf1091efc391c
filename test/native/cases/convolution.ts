import { type Grid, gridOf, gridWords, positionsOf, tapsOf } from '../../../runtime/network/convolution.ts';
import { pad } from '../../../runtime/program/arena.ts';
import type { Layout } from '../layout.ts';
import type { Cases } from './parts.ts';

/** Maps of any sides, kernels up to seven wide, strides and paddings that differ by axis; n inputs or so, m channels. */
function sizes(n: number, m: number): Grid {
  const [height, width] = [1 + (n % 6), 1 + (m % 9)];
  const padding = [n % 3, m % 4] as const;
  return gridOf({
    kind: 'convolution',
    input: [1 + (n % 3), height, width],
    channels: m,
    kernel: [Math.min(1 + (m % 4), height + 2 * padding[0]), Math.min(1 + (n % 7), width + 2 * padding[1])],
    stride: [1 + (m % 2), 1 + ((n + m) % 3)],
    padding,
  });
}

/** A grid, its operands, and the regions that have its shapes. */
function around(l: Layout, n: number, m: number) {
  const grid = sizes(n, m);
  return {
    operands: { grid: l.topology([...gridWords(grid)]), cStride: pad(grid.channels) },
    pre: grid.inputs * grid.height * grid.width,
    post: grid.channels * positionsOf(grid),
    /** a row of channels for each tap */
    kernel: () => l.matrix(tapsOf(grid), grid.channels),
    /** a row of channels for each position */
    maps: () => l.matrix(positionsOf(grid), grid.channels),
  };
}

const maps = (n: number, m: number) => ({ positions: n, channels: m, cStride: pad(m) });

/** Weights that positions share. */
export const convolutionCases = {
  propagate_convolution: (l, n, m) => {
    const { operands, pre, kernel, maps } = around(l, n, m);
    return { ...operands, ...l.ring(pre), delay: n % 4, weights: kernel(), sums: maps() };
  },
  channels_first: (l, n, m) => ({ ...maps(n, m), x: l.matrix(n, m), y: l.vector(n * m) }),
  channels_last: (l, n, m) => ({ ...maps(n, m), x: l.vector(n * m), y: l.matrix(n, m) }),
  rank_one_convolution: (l, n, m) => {
    const { operands, pre, kernel, maps } = around(l, n, m);
    return { ...operands, factor: maps(), trace: l.vector(pre), gradient: kernel() };
  },
  feedback_transpose_convolution: (l, n, m) => {
    const { operands, pre, post, kernel } = around(l, n, m);
    return { ...operands, error: l.vector(post), weights: kernel(), signal: l.vector(pre) };
  },
} satisfies Partial<Cases>;
