import type { Layout } from '../layout.ts';
import { type Cases, decays, leak, seeds, vectors } from './parts.ts';

/** The ticks of populations, and their slopes. */

const surrogate = (l: Layout, n: number) => ({
  n,
  v: l.vector(n),
  level: l.vector(n),
  r: l.counts(n),
  psi: l.vector(n),
  height: l.scalar(0.1, 2),
  width: l.scalar(0.3, 1.5),
});

const spike = (l: Layout, n: number) => {
  const v = l.vector(n);
  // Half of the levels are met exactly, where >= and > part.
  const level = l.vector(n);
  l.initializers.push(({ floats }) => {
    for (let j = 0; j < n; j += 2) floats[level.offset + j] = floats[v.offset + j]!;
  });
  return { n, v, level, r: l.counts(n), ...l.ring(n), count: l.scalar(0, 5) };
};

const rate = (l: Layout, n: number) => ({ n, ...l.ring(n), current: l.vector(n), gain: l.scalar(0.01, 1) });

export const neuronsCases = {
  membrane_subtract: (l, n) => ({
    n,
    ...l.ring(n),
    current: l.vector(n),
    v: l.vector(n),
    alpha: l.scalar(0.5, 1),
    scale: l.scalar(0.05, 1),
    threshold: l.scalar(0.3, 1.5),
  }),
  membrane_zero: (l, n) => ({ n, ...l.ring(n), current: l.vector(n), v: l.vector(n), alpha: l.scalar(0.5, 1), scale: l.scalar(0.05, 1) }),
  adapt: (l, n) => ({
    n,
    ...l.ring(n),
    a: l.vector(n),
    beta: l.vector(n),
    level: l.vector(n),
    ...decays(l),
    threshold: l.scalar(0.3, 1.5),
  }),
  leak: (l, n) => ({ n, ...vectors(l, n, 'tau', 'decay', 'gain'), dt: l.scalar(0.1, 2) }),
  slope_leak: (l, n) => ({ n, ...vectors(l, n, 'tau', 'decay', 's', 'x', 'drive'), dt: l.scalar(0.1, 2) }),
  membrane_each: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 'v', 'level', 'alpha', 'scale') }),
  adapt_each: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'a', 'beta', 'level', 'rho', 'scale'), threshold: l.scalar(0.3, 1.5) }),
  refractory: (l, n) => ({ n, r: l.counts(n) }),
  surrogate_triangle: surrogate,
  surrogate_fast_sigmoid: surrogate,
  surrogate_boxcar: surrogate,
  surrogate_exponential: surrogate,
  surrogate_arctan: surrogate,
  surrogate_sigmoid: surrogate,
  surrogate_multi_gaussian: (l, n) => ({ ...surrogate(l, n), lobes: l.scalar(0.1, 0.3), spread: l.scalar(2, 8) }),
  spike_reached: spike,
  spike_exceeded: spike,
  spike_escape: (l, n) => ({ ...spike(l, n), width: l.scalar(0.2, 2), ...seeds(l) }),
  // Phases and potentials on both sides of the spike.
  theta: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 'phase'), steps: 7, step: l.scalar(0.01, 1) }),
  izhikevich: (l, n) => ({
    ...{ n, ...l.ring(n), ...vectors(l, n, 'current', 'v', 'u'), steps: 7, step: l.scalar(0.05, 1), share: l.scalar(0.01, 0.5) },
    ...{
      k: l.scalar(0.5, 2),
      threshold: l.scalar(0.2, 0.8),
      peak: l.scalar(1, 2),
      reset: l.scalar(-1, 0),
      b: l.scalar(-1, 1),
      d: l.scalar(0.1, 1),
    },
  }),
  rate_tanh: rate,
  rate_relu: rate,
  rate_linear: rate,
  activate_tanh: (l, n) => ({ n, ...vectors(l, n, 'current', 'p') }),
  activate_relu: (l, n) => ({ n, ...vectors(l, n, 'current', 'p') }),
  rate_each: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'p', 'tau', 'gain', 'kept', 'slower'), dt: l.scalar(0.1, 2) }),
  integrator: (l, n) => ({ n, ...l.ring(n, 2), current: l.vector(n), ...leak(l) }),
  snu_linear: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 's', 'carry', 'back'), decay: l.scalar(0, 1) }),
  snu_relu: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'current', 's', 'carry', 'back', 'drive'), decay: l.scalar(0, 1) }),
  output_sigmoid: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 's', 'current', 'slope') }),
  output_step: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 's', 'current', 'slope') }),
  gru: (l, n) => ({
    n,
    ...l.ring(n),
    ...vectors(l, n, 'reset', 'update', 'candidate', 'memory', 'carry', 'driveReset', 'driveUpdate', 'driveCandidate', 'driveMemory'),
  }),
  lstm: (l, n) => ({
    n,
    ...l.ring(n),
    ...vectors(l, n, 'input', 'forget', 'cell', 'output', 'c', 'carry', 'driveInput', 'driveForget', 'driveCell', 'slope', 'direct'),
  }),
  sigmoid: (l, n) => ({ n, ...l.ring(n), p: l.vector(n) }),
  carry_zero: (l, n) => ({ n, ...l.ring(n), ...vectors(l, n, 'v', 'carry', 'back'), alpha: l.scalar(0.5, 1) }),
  slope_tanh: (l, n) => ({ n, current: l.vector(n), drive: l.vector(n), gain: l.scalar(0.05, 1) }),
  slope_relu: (l, n) => ({ n, current: l.vector(n), drive: l.vector(n), gain: l.scalar(0.05, 1) }),
  own_carry: (l, n) => ({ n, ...vectors(l, n, 'carry', 'back', 'slope', 'last', 'own') }),
} satisfies Partial<Cases>;
