import type { Model, Weights } from './model.ts';

/** ∂E/∂W of each matrix, [pre][post]; descend: W ← W − ηG. */
export type Gradient = Weights;

export const matrices = ['wIn', 'wRec', 'wOut'] as const;

export function zeroGradient(model: Model): Gradient {
  const { inputs, neurons, outputs } = model;
  return { wIn: new Float64Array(inputs * neurons), wRec: new Float64Array(neurons * neurons), wOut: new Float64Array(neurons * outputs) };
}

/** Builds one set of matrices from others, entry by entry. */
export function combine(operation: (...entries: number[]) => number, first: Weights, ...others: readonly Weights[]): Weights {
  const each = (name: keyof Weights) => first[name].map((x, s) => operation(x, ...others.map((other) => other[name][s])));
  return { wIn: each('wIn'), wRec: each('wRec'), wOut: each('wOut') };
}

/** Mean of the gradients of a batch. */
export function meanGradient(gradients: readonly Gradient[]): Gradient {
  const [first, ...others] = gradients;
  return combine((...entries) => entries.reduce((sum, x) => sum + x, 0) / entries.length, first, ...others);
}

/** Euclidean norm √Σx². */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

/** Cosine of the angle between two gradients of the same matrix. */
export function cosine(x: Float64Array, y: Float64Array): number {
  return dot(x, y) / (norm(x) * norm(y));
}

/** ‖x − y‖ / ‖y‖: y is the oracle. */
export function relativeDifference(x: Float64Array, y: Float64Array): number {
  return norm(x.map((value, s) => value - y[s])) / norm(y);
}

/** The worst relative difference among the given matrices (all of them by default). */
export function gradientError(gradient: Gradient, oracle: Gradient, of: readonly (keyof Weights)[] = matrices): number {
  return Math.max(...of.map((name) => relativeDifference(gradient[name], oracle[name])));
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let s = 0; s < x.length; s++) sum += x[s] * y[s];
  return sum;
}
