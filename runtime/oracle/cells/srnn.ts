import { type Cell, sigmoid } from './cell.ts';

export interface SrnnSettings {
  /** b₀ */
  readonly threshold: number;
  /** β */
  readonly beta: number;
  /** 'step' with the multi-Gaussian pseudo-derivative, or a 'sigmoid' of slope 6 with its true one */
  readonly spike: 'step' | 'sigmoid';
}

/** Constants of the published code. */
const [SIGMA, HEIGHT, SCALE, GAIN] = [0.5, 0.15, 6, 0.5];

const gaussian = (x: number, mean: number, sigma: number): number =>
  Math.exp(-((x - mean) ** 2) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));

/**
 * ψ(u) = γ [(1 + h) N(u; 0, σ) − h N(u; σ, 6σ) − h N(u; −σ, 6σ)], the last argument being a standard deviation. Its side lobes are
 * negative: a neuron far from its threshold is pushed the other way. (Yin et al. 2021; sheet 6.25)
 */
export function multiGaussian(u: number): number {
  const lobes = gaussian(u, SIGMA, SCALE * SIGMA) + gaussian(u, -SIGMA, SCALE * SIGMA);
  return GAIN * ((1 + HEIGHT) * gaussian(u, 0, SIGMA) - HEIGHT * lobes);
}

/**
 * Adaptive spiking neuron whose time constants are learned, each neuron its own, through the exponential:
 *   b = ρ b' + (1 − ρ) z',  θ = b₀ + β b,  v = α v' + (1 − α) I − θ z',  z = Θ(v − θ),  α = e^{−1/τ_m},  ρ = e^{−1/τ_adp}
 * The states are (v, b). The reset takes the threshold of the same tick. (Yin et al. 2021; sheet 6.25)
 */
export function srnnCell({ threshold, beta, spike }: SrnnSettings): Cell {
  return {
    kind: 'SRNN',
    states: 2,
    gates: ['input'],
    input: [0],
    recurrent: [0],
    own: ['tauMem', 'tauAdapt'],
    tick: ({ states: [vBefore, bBefore], output: z }, [current], [tauMem, tauAdapt]) => {
      const alpha = Math.exp(-1 / tauMem);
      const rho = Math.exp(-1 / tauAdapt);
      const b = rho * bBefore + (1 - rho) * z;
      const theta = threshold + beta * b;
      const v = alpha * vBefore + (1 - alpha) * current - theta * z;
      const smooth = sigmoid(6 * (v - theta));
      const psi = spike === 'sigmoid' ? 6 * smooth * (1 - smooth) : multiGaussian(v - theta);
      // dα/dτ = α/τ², and the same for ρ.
      const slowerMem = ((vBefore - current) * alpha) / tauMem ** 2;
      const slowerAdapt = ((bBefore - z) * rho) / tauAdapt ** 2;
      const slopes = {
        A: [alpha, 0, -beta * z * rho, rho],
        R: [-theta - beta * z * (1 - rho), 1 - rho],
        B: [1 - alpha, 0],
        C: [psi, -beta * psi],
        E: [0],
        S: [slowerMem, 0, -beta * z * slowerAdapt, slowerAdapt],
        Y: [0, 0],
      };
      return { states: [v, b], output: spike === 'sigmoid' ? smooth : v >= theta ? 1 : 0, slopes };
    },
  };
}
