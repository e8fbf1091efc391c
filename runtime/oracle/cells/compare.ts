import { relativeDifference } from '../gradient.ts';
import type { Trial } from '../model.ts';
import { cellForward } from './forward.ts';
import { type CellNetwork, type CellWeights, mapWeights, named, zeroWeights } from './network.ts';

/** The worst relative difference among the arrays whose name passes (all of them by default); `oracle` is trusted. */
export function cellError(
  network: CellNetwork,
  gradient: CellWeights,
  oracle: CellWeights,
  of: (name: string) => boolean = () => true,
): number {
  const found = named(network, gradient);
  const pairs = named(network, oracle).flatMap(([name, expected], s) => (of(name) ? [relativeDifference(found[s][1], expected)] : []));
  return Math.max(...pairs);
}

/**
 * ∂E/∂p ≈ [8 (E(p + h) − E(p − h)) − (E(p + 2h) − E(p − 2h))] / 12h for every parameter, absent synapses excepted: the only oracle
 * of the cells that knows no calculus. It needs cells without a hard step. The error is O(h⁴) + O(ε E/h), least near h = 1e-3; two
 * points would leave 1e-5 of the small gradients of gates.
 */
export function cellDifferences(network: CellNetwork, trial: Trial, step = 1e-3): CellWeights {
  const weights = mapWeights(network.weights, (values) => values.slice());
  const moved: CellNetwork = { ...network, weights };
  const gradient = zeroWeights(weights);
  const slopes = named(network, gradient);
  const lossWith = (values: Float64Array, at: number, value: number): number => {
    values[at] = value;
    return cellForward(moved, trial).loss;
  };
  for (const [a, [name, values]] of named(network, weights).entries()) {
    const absent = name.startsWith('H') ? network.layers[Number.parseInt(name.slice(1), 10) - 1].connected : undefined;
    for (let s = 0; s < values.length; s++) {
      if (absent?.[s] === 0) continue;
      const w = values[s];
      const slope = (h: number) => (lossWith(values, s, w + h) - lossWith(values, s, w - h)) / (2 * h);
      slopes[a][1][s] = (4 * slope(step) - slope(2 * step)) / 3;
      values[s] = w;
    }
  }
  return gradient;
}
