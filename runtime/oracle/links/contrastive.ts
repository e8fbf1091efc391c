import { slopeAt } from '../differences.ts';
import { matrix } from '../fixtures/fixture.ts';
import { relativeDifference } from '../gradient.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';
import { type ContrastVariation, contrast, type SymmetricNetwork, settle, teacherCost } from '../rules/contrastive.ts';

const SIZE = 6;
const PAIRS = (SIZE * (SIZE - 1)) / 2;
/** Of J, sheet 4; of the limit of a weak teacher, whose error is that of a central difference. */
const [DIFFERENCES, LIMIT] = [1e-8, 1e-5] as const;
const H = 1e-4;
const WEAK = 1e-3;
const GAIN = 1;

/** Six units, of which two are told what to be. */
const network = (strength: number): SymmetricNetwork => ({
  size: SIZE,
  weights: matrix(1, PAIRS, (_, k) => strength * Math.sin(1.3 * k + 0.4)),
  inputs: matrix(1, SIZE, (_, j) => 0.4 * Math.cos(1.7 * j)),
  targets: [undefined, undefined, undefined, undefined, 0.5, -0.6],
});

/** ∂f/∂w, one variable a pair. */
function differences(of: SymmetricNetwork, f: (moved: SymmetricNetwork) => number): Float64Array {
  return of.weights.map((_, k) => slopeAt((by) => f({ ...of, weights: of.weights.map((w, s) => (s === k ? w + by : w)) }), H));
}

/** Contrastive learning: two phases at rest, their products, and what they are the derivative of. */
export function contrastiveRows(): VerifyRow[] {
  const subject = { rule: 'contrastive learning', neuron: 'rate', feedback: '-', oracle: 'central differences of J' };
  const taught = network(0.7);
  const J = (of: SymmetricNetwork): number => contrast(of, GAIN).J;
  const expected = differences(taught, J);
  const off = (variation: ContrastVariation = {}, factor = 1): number =>
    relativeDifference(
      contrast(taught, GAIN, variation).gradient.map((g) => factor * g),
      expected,
    );
  // Strong enough for two basins, of which the one where all units are negative is the worse.
  const bistable: SymmetricNetwork = {
    ...network(0),
    weights: matrix(1, PAIRS, () => 1),
    inputs: matrix(1, SIZE, () => 0.05),
    targets: [0.9, ...Array<undefined>(SIZE - 1)],
  };
  const basin = (sign: number): Float64Array => new Float64Array(SIZE).fill(0.999 * sign);
  const lost = contrast(bistable, GAIN, { freeFrom: basin(-1), teacherFrom: basin(1) });
  const found = contrast(bistable, GAIN);
  const cost = differences(taught, (of) => teacherCost(of, settle(of, 0, new Float64Array(SIZE))));
  const nudged = (gain: number): Float64Array => {
    const [more, less] = [contrast(taught, gain).gradient, contrast(taught, -gain).gradient];
    return more.map((g, k) => (g - less[k]) / (2 * gain));
  };
  const limit = { ...subject, oracle: 'central differences of ½Σ(V − d)²' };
  return [
    agree({ ...subject, claim: 'the products of both phases are ∂J/∂w' }, off(), DIFFERENCES),
    differ({ ...subject, claim: 'each pair counted twice, they are not' }, off({}, 2), DIFFERENCES),
    differ({ ...subject, claim: 'phases of 20 steps, not at rest, they are not' }, off({ steps: 20 }), DIFFERENCES),
    agree({ ...subject, claim: 'J ≥ 0', oracle: 'the minimum of E' }, Math.max(0, -J(taught), -found.J), 0),
    differ({ ...subject, claim: 'from the worse of two basins J < 0', oracle: 'the minimum of E' }, Math.max(0, -lost.J), 0),
    agree(
      { ...limit, claim: 'over the gain of a weak teacher, they are ∂C/∂w (equilibrium propagation)' },
      relativeDifference(nudged(WEAK), cost),
      LIMIT,
    ),
    differ({ ...limit, claim: 'over that of a strong one, they are not' }, relativeDifference(nudged(GAIN / 2), cost), LIMIT),
  ];
}
