import { f7, f7Published } from '../fixtures/f7.ts';
import { norm, relativeDifference } from '../gradient.ts';
import { agree, agreePrinted, differ, differPrinted, type VerifyRow } from '../rows.ts';
import { notPositive, recursiveLeastSquares, ridgeRegression } from '../rules/least-squares.ts';

/** Of RLS against ridge regression. (sheet 4) */
const TOLERANCE = 1e-12;

const trace = (P: Float64Array): number => {
  const n = Math.sqrt(P.length);
  return P.reduce((sum, value, s) => sum + (s % (n + 1) === 0 ? value : 0), 0);
};

/** Recursive least squares: F7 as printed, and ridge regression. */
export function leastSquaresRows(): VerifyRow[] {
  const { samples, ridge } = f7();
  const subject = { rule: 'recursive least squares', neuron: 'rate', feedback: '-' };
  const { weights, P } = recursiveLeastSquares(samples, ridge);
  const ungained = recursiveLeastSquares(samples, ridge, { gain: false }).weights;
  const direct = ridgeRegression(samples, ridge);
  const printed = 'F7 as printed';
  const readings = (w: Float64Array) => [
    ...f7Published.weights.map((text, i) => [w[i], text] as const),
    [norm(w), f7Published.norm] as const,
  ];
  return [
    agreePrinted({ ...subject, claim: 'six weights, their length and the trace of P', oracle: printed }, [
      ...readings(weights),
      [trace(P), f7Published.trace],
    ]),
    differPrinted({ ...subject, claim: 'in the order of public code, P r without the gain, others', oracle: printed }, readings(ungained)),
    agreePrinted({ ...subject, claim: 'the order of public code has the length that it is said to have', oracle: printed }, [
      [norm(ungained), f7Published.ungained],
    ]),
    agree(
      { ...subject, claim: 'the weights of ridge regression', oracle: 'ridge regression' },
      relativeDifference(weights, direct),
      TOLERANCE,
    ),
    differ({ ...subject, claim: 'without the gain others', oracle: 'ridge regression' }, relativeDifference(ungained, direct), TOLERANCE),
    agree({ ...subject, claim: 'P is positive', oracle: 'signs of its pivots' }, notPositive(P), 0),
    differ(
      { ...subject, claim: 'less half its trace in each direction it is not', oracle: 'signs of its pivots' },
      notPositive(P.map((p, s) => p - (s % 7 === 0 ? trace(P) / 2 : 0))),
      0,
    ),
  ];
}
