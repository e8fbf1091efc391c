import { pad } from '../../../runtime/program/arena.ts';
import { TICKS } from '../layout.ts';
import { type Cases, leak, vectors } from './parts.ts';

/** Values that move, currents, and learning signals. */

export const signalsCases = {
  load: (l, n) => ({ n, ...l.tape(n), ...l.ring(n) }),
  clear: (l, n, m) => ({ target: l.matrix(n, m) }),
  assign: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  add: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  subtract: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  drain: (l, n) => ({ x: l.vector(n), y: l.vector(n) }),
  softmax: (l, n) => ({ n, ...l.ring(n), p: l.vector(n) }),
  emit: (l, n) => ({ n, y: l.vector(n), ...l.tape(n) }),
  collect: (l, n) => {
    const [counts, addresses] = [l.perTick(), l.matrix(TICKS, n)];
    return { n, ...l.ring(n), counts, addresses, addressStride: addresses.stride };
  },
  guard: (l, n) => ({ n, ...l.ring(n) }),
  retain: (l, n) => ({ n, y: l.vector(n), ...l.ring(n) }),
  border: (l, n) => ({ n, ...l.ring(n), events: l.perTick(), y: l.vector(n) }),
  recall: (l, n) => ({ n, ...l.ring(n), delay: n % 4, y: l.vector(n) }),
  propagate_dense: (l, n, m) => ({ pre: n, ...l.ring(n), delay: n % 4, weights: l.matrix(n, m), wStride: pad(m), current: l.vector(m) }),
  propagate_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { pre: n, ...l.ring(n), delay: n % 4, rowStart, column, weights: l.flat(count), current: l.vector(m) };
  },
  error: (l, n) => ({ n, p: l.vector(n), ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  error_smooth: (l, n) => ({ n, p: l.vector(n), ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  target: (l, n) => ({ n, ...l.tape(n), importance: l.perTick(), error: l.vector(n) }),
  feedback: (l, n, m) => ({ m, error: l.vector(m), weights: l.matrix(m, n), wStride: pad(n), signal: l.vector(n) }),
  feedback_transpose: (l, n, m) => ({ n, m, error: l.vector(m), weights: l.matrix(n, m), wStride: pad(m), signal: l.vector(n) }),
  feedback_transpose_sparse: (l, n, m) => {
    const { rowStart, column, count } = l.stored(n, m);
    return { n, error: l.vector(m), rowStart, column, weights: l.flat(count), signal: l.vector(n) };
  },
  rate_deviation: (l, n) => ({
    n,
    ...l.ring(n),
    rate: l.vector(n),
    signal: l.vector(n),
    ...leak(l),
    strength: l.scalar(0.1, 2),
    target: l.scalar(0, 0.2),
  }),
  potential_bounds: (l, n) => ({
    n,
    ...vectors(l, n, 'v', 'level', 'p'),
    high: l.scalar(-0.5, 0.5),
    above: l.scalar(0.1, 1),
    low: l.scalar(-0.5, 0.5),
    below: l.scalar(0.1, 1),
  }),
  count_spikes: (l, n) => ({ n, ...l.ring(n), rate: l.vector(n) }),
  multiply: (l, n) => ({ n, a: l.vector(n), b: l.vector(n), p: l.vector(n) }),
  importance_factor: (l, n) => ({ n, importance: l.perTick(), a: l.vector(n), p: l.vector(n) }),
  load_label: (l, n) => ({ n, ...l.tape(n), error: l.vector(n) }),
} satisfies Partial<Cases>;
