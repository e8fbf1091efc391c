import { pad } from '../../../runtime/program/arena.ts';
import { triangleWords } from '../../../runtime/program/lowerings/least-squares.ts';
import { draw, type Layout } from '../layout.ts';
import type { Cases } from './parts.ts';

const adam = (l: Layout, count: number) => ({
  step: l.flat(1),
  weights: l.flat(count),
  m: l.flat(count),
  v: l.reserve(1, count, count, () => Math.abs(draw(l.palette, l.random))),
  beta1: 0.9,
  beta2: 0.999,
  gain1: 0.1,
  gain2: 0.001,
  epsilon: 1e-8,
});

/** Updates of weights. */

export const learnCases = {
  rate_factor: (l, n) => ({ n, rate: l.vector(n), factor: l.vector(n), strength: l.scalar(0.1, 2), target: l.scalar(0, 0.2) }),
  mask_diagonal: (l, n) => ({ n, eStride: pad(n), gradient: l.matrix(n, n) }),
  mirror_gradient: (l, n, m) => ({ n, m, eStride: pad(m), gradient: l.matrix(n, m), mirrorStride: pad(n), mirror: l.matrix(m, n) }),
  rate_constant: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1) }),
  rate_inverse: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1), halfAt: l.scalar(1, 100) }),
  rate_straight: (l) => ({ state: l.state(), initial: l.scalar(0, 0.1), final: l.scalar(0, 0.01), updates: Math.floor(l.scalar(1, 60)) }),
  sgd_step: (l) => ({ state: l.state(), step: l.flat(1) }),
  adam_step: (l) => ({ state: l.state(), step: l.flat(1), beta1: 0.9, beta2: 0.999 }),
  descend_dense: (l, n, m) => ({
    pre: n,
    eStride: pad(m),
    factor: l.vector(m),
    trace: l.matrix(n, m),
    step: l.flat(1),
    weights: l.matrix(n, m),
  }),
  descend_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, rowStart, column, factor: l.vector(m), trace: l.flat(count), step: l.flat(1), weights: l.flat(count) };
  },
  sgd: (l, n, m) => ({ step: l.flat(1), gradient: l.flat(n * m), weights: l.flat(n * m) }),
  adam: (l, n, m) => ({ gradient: l.flat(n * m), ...adam(l, n * m) }),
  credit_adam: (l, n, m) => ({
    modulator: l.vector(1),
    tag: l.flat(n * m),
    fresh: l.flat(n * m),
    decay: l.scalar(0.5, 1),
    ...adam(l, n * m),
  }),
  rmaxprop: (l, n, m) => ({
    step: l.flat(1),
    gradient: l.flat(n * m),
    weights: l.flat(n * m),
    v: l.reserve(1, n * m, n * m, () => Math.abs(draw(l.palette, l.random))),
    keep: l.scalar(0.9, 1),
    epsilon: 1e-8,
  }),
  adamax_step: (l) => ({ state: l.state(), step: l.flat(1), beta1: 0.9 }),
  adamax: (l, n, m) => ({
    step: l.flat(1),
    gradient: l.flat(n * m),
    weights: l.flat(n * m),
    m: l.flat(n * m),
    u: l.reserve(1, n * m, n * m, () => Math.abs(draw(l.palette, l.random))),
    beta1: 0.9,
    gain1: 0.1,
    beta2: 0.95,
    epsilon: 1e-8,
  }),
  rls: (l, n, m) => ({
    pre: n,
    eStride: pad(m),
    trace: l.vector(n),
    error: l.vector(m),
    importance: l.perTick(),
    state: l.state(),
    triangle: l.flat(triangleWords(n)),
    diagonal: l.vector(n, () => Math.abs(draw(l.palette, l.random))),
    gain: l.vector(n),
    weights: l.matrix(n, m),
  }),
  decay: (l, n, m) => ({ weights: l.flat(n * m), keep: l.scalar(0.9, 1) }),
  bounds: (l, n, m) => ({ weights: l.flat(n * m), low: l.scalar(-1, -0.1), high: l.scalar(0.1, 1) }),
  scale_dense: (l, n, m) => ({ pre: n, post: m, eStride: pad(m), weights: l.matrix(n, m), sum: l.vector(m), total: l.scalar(0.5, 2) }),
  scale_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, post: m, rowStart, column, weights: l.flat(count), sum: l.vector(m), total: l.scalar(0.5, 2) };
  },
  average: (l, n, m) => ({ state: l.state(), weights: l.flat(n * m), average: l.flat(n * m), window: l.scalar(1, 60) }),
} satisfies Partial<Cases>;
