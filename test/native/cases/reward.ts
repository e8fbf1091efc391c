import { type Layout, TICKS } from '../layout.ts';
import { type Cases, seeds, vectors } from './parts.ts';

/** 0 keeps the action, 1 draws one, 2 takes the best. */
const asked = (l: Layout) => l.reserve(TICKS, 1, 1, () => Math.floor(l.random() * 3));

/** Policies, rewards and tags. */
export const rewardCases = {
  exponential: (l, n) => ({ n, ...vectors(l, n, 'x', 'y') }),
  choose: (l, n) => ({ n, p: l.vector(n), asked: asked(l), action: l.vector(1), ...seeds(l) }),
  choose_gaussian: (l, n) => ({ n, ...vectors(l, n, 'mean', 'sigma'), asked: asked(l), ...vectors(l, n, 'noise', 'action'), ...seeds(l) }),
  surprise: (l, n) => ({
    n,
    p: l.vector(n),
    action: l.vector(1, () => Math.floor(l.random() * n)),
    importance: l.perTick(),
    error: l.vector(n),
  }),
  surprise_gaussian: (l, n) => ({ n, ...vectors(l, n, 'noise', 'sigma'), importance: l.perTick(), error: l.vector(n) }),
  surprise_spread: (l, n) => ({ n, noise: l.vector(n), importance: l.perTick(), error: l.vector(n) }),
  entropy: (l, n) => ({ n, p: l.vector(n), importance: l.perTick(), error: l.vector(n), strength: l.scalar(0.01, 1) }),
  temporal_difference: (l) => ({ value: l.vector(1), last: l.vector(1), ...l.tape(2), modulator: l.vector(1) }),
  reward_difference: (l) => ({ mean: l.vector(1), ...l.tape(2), modulator: l.vector(1), rate: l.scalar(0.01, 1) }),
  credit: (l, n, m) => ({
    modulator: l.vector(1),
    tag: l.flat(n * m),
    fresh: l.flat(n * m),
    gradient: l.flat(n * m),
    decay: l.scalar(0.5, 1),
  }),
  credit_trace: (l, n, m) => ({ modulator: l.vector(1), trace: l.flat(n * m), gradient: l.flat(n * m) }),
} satisfies Partial<Cases>;
