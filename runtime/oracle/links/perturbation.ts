import { f9, f9Noise, f9Published } from '../fixtures/f9.ts';
import { relativeDifference } from '../gradient.ts';
import { agree, agreePrinted, differ, differPrinted, type VerifyRow } from '../rows.ts';
import {
  basis,
  linearGradient,
  linearScore,
  measuredDecay,
  nodePerturbationStep,
  type PerturbationVariation,
  predictedDecay,
  weightPerturbationStep,
} from '../rules/perturbation.ts';

/** Of the averages, and of the decay rates. (sheet 4) */
const [AVERAGE, RATE] = [1e-5, 1e-4] as const;
const SIGMA = 1e-6;
const DECAY = { trials: 4000, seed: 3 } as const;

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const columns = 4;

/** Perturbation of weights and of nodes: F9, its averages over a basis of noise, and how fast a linear student learns. */
export function perturbationRows(): VerifyRow[] {
  return (['weights', 'nodes'] as const).flatMap((of) => {
    const { weights, trial } = f9();
    const later = { ...trial, inputs: trial.inputs.map((x) => -x) };
    const subject = { rule: of === 'weights' ? 'weight perturbation' : 'node perturbation', neuron: 'rate', feedback: '-' };
    const step = of === 'weights' ? weightPerturbationStep : nodePerturbationStep;
    const xi = f9Noise[of];
    const entry = of === 'weights' ? columns + 1 : 0;
    const printed: Record<string, string> = f9Published[of];
    const readings = (variation: PerturbationVariation = {}) => {
      const found = step(weights, trial, xi, SIGMA, variation);
      return [
        [norm(found), printed['norm']],
        [found[entry], printed[of === 'weights' ? '1,1' : '0,0']],
      ] as const;
    };
    const gradient = linearGradient(weights, trial);
    /** Σ_k Δw over an orthonormal basis of the noise. */
    const averaged = (variation: PerturbationVariation = {}): Float64Array => {
      const sum = new Float64Array(weights.length);
      for (let k = 0; k < xi.length; k++)
        for (const [s, value] of step(weights, trial, basis(xi.length, k), SIGMA, variation).entries()) sum[s] += value;
      return sum;
    };
    const decay = (broken: object = {}): number => Math.abs(measuredDecay(of, { ...DECAY, ...broken }) - predictedDecay(of));
    const [print, mean, theory] = ['F9 as printed', '∂R/∂w', 'theory of the linear student'];
    const rows = [
      agreePrinted({ ...subject, claim: 'norm and an entry of a step', oracle: print }, readings()),
      differPrinted({ ...subject, claim: 'passes with other inputs: others', oracle: print }, readings({ other: later })),
      agree(
        { ...subject, claim: 'steps summed over a basis of noise are the gradient', oracle: mean },
        relativeDifference(averaged(), gradient),
        AVERAGE,
      ),
      differ(
        { ...subject, claim: 'divided by σ once they are not', oracle: mean },
        relativeDifference(averaged({ power: 1 }), gradient),
        AVERAGE,
      ),
      agree({ ...subject, claim: 'the error decays at its rate a trial', oracle: theory }, decay(), RATE),
      differ(
        { ...subject, claim: 'with passes of different trials it does not', oracle: theory },
        decay({ trials: 10, common: false }),
        RATE,
      ),
    ];
    if (of === 'nodes') return rows;
    const oneByOne = weights.map((_, k) => {
      const alone = weights.map((__, s) => (s === k ? 1 : 0));
      return step(weights, trial, alone, SIGMA)[k];
    });
    return [
      agreePrinted({ ...subject, claim: 'the score and its gradient', oracle: print }, [
        [linearScore(weights, trial), f9Published.score],
        [norm(gradient), f9Published.gradient.norm],
        [gradient[0], f9Published.gradient['0,0']],
      ]),
      ...rows,
      agree(
        { ...subject, claim: 'one weight at a time it is the gradient', oracle: mean },
        relativeDifference(oneByOne, gradient),
        AVERAGE,
      ),
    ];
  });
}
