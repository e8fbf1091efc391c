import { multiGaussian } from './cells/srnn.ts';

/** A pseudo-derivative ψ(u) of the spike, 1 at u = 0 and of width 1, and the smooth step that it is the true derivative of, where that has a closed form. */
export interface SurrogateShape {
  readonly name: 'triangle' | 'fastSigmoid' | 'boxcar' | 'exponential' | 'arctan' | 'sigmoidDerivative';
  readonly slope: (u: number) => number;
  readonly step: (u: number) => number;
}

const towards = (u: number, half: (distance: number) => number): number => Math.sign(u) * half(Math.abs(u));

/** The shapes of the sheet in float64, each with its primitive. (Neftci et al. 2019, table 1; sheet 6.7, 6.15, 6.16) */
export const surrogateShapes: readonly SurrogateShape[] = [
  {
    name: 'triangle',
    slope: (u) => Math.max(0, 1 - Math.abs(u)),
    step: (u) => towards(u, (d) => (d < 1 ? d - (d * d) / 2 : 0.5)),
  },
  { name: 'fastSigmoid', slope: (u) => 1 / (1 + Math.abs(u)) ** 2, step: (u) => u / (1 + Math.abs(u)) },
  { name: 'boxcar', slope: (u) => (Math.abs(u) <= 1 ? 1 : 0), step: (u) => towards(u, (d) => Math.min(d, 1)) },
  { name: 'exponential', slope: (u) => Math.exp(-Math.abs(u)), step: (u) => towards(u, (d) => 1 - Math.exp(-d)) },
  { name: 'arctan', slope: (u) => 1 / (1 + u * u), step: Math.atan },
  {
    name: 'sigmoidDerivative',
    slope: (u) => 4 / ((1 + Math.exp(-u)) * (1 + Math.exp(u))),
    step: (u) => 4 / (1 + Math.exp(-u)),
  },
];

/** Height and width that make the published multi-Gaussian, γ = σ = 0.5, of bells N(x) = e^(−x²/2). */
export const publishedMultiGaussian = { height: 0.5 / (0.5 * Math.sqrt(2 * Math.PI)), width: 0.5, slope: multiGaussian } as const;
