import { slopeAt } from '../differences.ts';
import { matrix } from '../fixtures/fixture.ts';
import { relativeDifference } from '../gradient.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';
import {
  type ContinuousGradient,
  type ContinuousNetwork,
  type ContinuousVariation,
  continuousCourse,
  continuousGradient,
} from '../rules/continuous-time.ts';

/** Of sheet 4. */
const DIFFERENCES = 1e-8;
const H = 1e-3;

/** Four units, two of them taught, whose delays lie between the steps. */
const network: ContinuousNetwork = {
  ...{ size: 4, dt: 0.1, steps: 60, taught: 2 },
  weights: matrix(4, 4, (i, j) => 1.5 * Math.sin(1.3 * i + 2.1 * j + 0.4)),
  delays: matrix(4, 4, (i, j) => 0.1 * (((3 * i + 5 * j) % 7) + 0.3 + 0.1 * ((i + j) % 4))),
  times: matrix(1, 4, (_, j) => 0.6 + 0.35 * j),
  initial: matrix(1, 4, (_, j) => 0.2 * j - 0.1),
  input: (j, t) => 0.4 * Math.sin(1.5 * t + j),
  target: (j, t) => 0.5 + 0.4 * Math.cos(2 * t + j),
};

/** Pearlmutter's gradients of weights, delays and time constants, each against central differences of the error. */
export function continuousTimeRows(): VerifyRow[] {
  const subject = { rule: "Pearlmutter's adjoint", neuron: 'rate', feedback: 'symmetric', oracle: 'central differences' };
  const measured = (name: keyof ContinuousGradient): Float64Array =>
    network[name].map((_, k) =>
      slopeAt((by) => {
        const moved = network[name].map((value, s) => (s === k ? value + by : value));
        return continuousCourse({ ...network, [name]: moved }).error;
      }, H),
    );
  const expected = { weights: measured('weights'), delays: measured('delays'), times: measured('times') };
  const off = (name: keyof ContinuousGradient, variation?: ContinuousVariation): number =>
    relativeDifference(continuousGradient(network, variation)[name], expected[name]);
  return [
    agree({ ...subject, claim: '∂E/∂w, is the derivative of the error' }, off('weights'), DIFFERENCES),
    differ(
      { ...subject, claim: '∂E/∂w, back over whole steps where delays lie between, is not' },
      off('weights', { whole: true }),
      DIFFERENCES,
    ),
    agree({ ...subject, claim: '∂E/∂T, is the derivative of the error' }, off('times'), DIFFERENCES),
    differ({ ...subject, claim: '∂E/∂T, by 1/T in its place, is not' }, off('times', { ofRate: true }), DIFFERENCES),
    agree(
      { ...subject, claim: '∂E/∂d, from the difference of the taps beside it, is the derivative of the error' },
      off('delays'),
      DIFFERENCES,
    ),
    differ({ ...subject, claim: '∂E/∂d, from taps a step later, is not' }, off('delays', { late: 1 }), DIFFERENCES),
  ];
}
