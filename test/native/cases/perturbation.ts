import { pad } from '../../../runtime/program/arena.ts';
import type { Layout } from '../layout.ts';
import { type Cases, seeds, vectors } from './parts.ts';

const below = (l: Layout, count: number) => () => Math.floor(l.random() * count);
const either = <Value>(l: Layout, one: Value, other: Value): Value => (l.random() < 0.5 ? one : other);
const noise = (l: Layout) => ({ ...seeds(l), sigma: l.scalar(0.01, 1) });

/** Somewhere in the first trials. */
const pass = (l: Layout) => l.words(below(l, 2), below(l, 9));
const trial = (l: Layout) => l.words(below(l, 5));
const drawn = (l: Layout) => ({ pass: pass(l), trial: trial(l), ...noise(l), one: either(l, 0, 1), two: either(l, 1, -1) });

/** Rows with padding, or stored synapses without. */
const shape = (l: Layout, n: number, m: number) =>
  either(l, { rows: n, columns: m, stride: pad(m) }, { rows: 1, columns: n * m, stride: n * m });
const weights = (l: Layout, n: number, m: number) => {
  const { rows, columns, stride } = shape(l, n, m);
  const region = () => l.reserve(rows, columns, stride);
  return { rows, columns, stride, weights: region(), acting: region(), made: l.words(below(l, 5)), ...drawn(l) };
};
const nodes = (l: Layout, n: number) => ({ n, ...vectors(l, n, 'current', 'factor'), passes: either(l, 1, 2), ...drawn(l) });
const credit = (l: Layout, n: number, m: number) => {
  const { rows, columns, stride } = shape(l, n, m);
  const gradient = l.reserve(rows, columns, stride);
  return { rows, columns, stride, gradient, modulator: l.vector(1), trial: trial(l), ...noise(l) };
};

/** Noise, and what a score says of it. */
export const perturbationCases = {
  perturb_weights_normal: weights,
  perturb_weights_signs: weights,
  perturb_nodes_normal: nodes,
  perturb_nodes_signs: nodes,
  pass_tick: (l) => ({ pass: pass(l) }),
  score_pair: (l) => ({ pass: pass(l), first: l.vector(1), ...l.tape(2), modulator: l.vector(1), span: either(l, 1, -2) }),
  credit_weights_normal: credit,
  credit_weights_signs: credit,
  credit_nodes: (l, n, m) => ({ modulator: l.vector(1), fresh: l.flat(n * m), gradient: l.flat(n * m) }),
  next_pass: (l) => ({ pass: pass(l), trial: trial(l), passes: either(l, 1, 2) }),
} satisfies Partial<Cases>;
