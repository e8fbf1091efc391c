import { type Cell, sigmoid } from './cell.ts';

export interface CubaSettings {
  /** β and b of the synaptic current, and whether v sees the current of its own tick or of the tick before */
  readonly synapse: { readonly decay: number; readonly gain: number; readonly order: 'sameTick' | 'tickBefore' };
  /** θ₀ */
  readonly threshold: number;
  /** strength of the adaptation; 0 leaves none */
  readonly beta: number;
  /** what a spike takes off v one tick later: θ₀, the θ of that tick, or nothing */
  readonly reset: 'subtract' | 'level' | 'none';
  /** 'step' with the pseudo-derivative ½/(1 + |u|/0.3)², or a 'sigmoid' of slope 6 with its true one */
  readonly spike: 'step' | 'sigmoid';
}

/**
 * Current-based leaky integrate-and-fire with adaptation, bias and time constants of its own, the states being (q, v, a):
 *   q = β q' + b I,  a = ρ a' + (1 − ρ) z',  θ = θ₀ + strength · a,  v = α v' + (1 − α) (q or q') − reset z',  z = Θ(v − θ − bias)
 * With reset 'none' the adaptation is a refractory trace beside the membrane: v − θ = (v + R) − θ₀. (sheet 6.15, 6.16, 6.25)
 */
export function cubaCell({ synapse, threshold, beta, reset, spike }: CubaSettings): Cell {
  const { decay, gain, order } = synapse;
  const now = order === 'sameTick';
  return {
    kind: 'CUBA',
    states: 3,
    gates: ['input'],
    input: [0],
    recurrent: [0],
    own: ['bias', 'tauMem', 'tauAdapt'],
    tick: ({ states: [qBefore, vBefore, aBefore], output: z }, [current], [bias, tauMem, tauAdapt]) => {
      const alpha = Math.exp(-1 / tauMem);
      const rho = Math.exp(-1 / tauAdapt);
      const q = decay * qBefore + gain * current;
      const a = rho * aBefore + (1 - rho) * z;
      const theta = threshold + beta * a;
      const seen = now ? q : qBefore;
      const taken = reset === 'none' ? 0 : reset === 'level' ? theta : threshold;
      const v = alpha * vBefore + (1 - alpha) * seen - taken * z;
      const u = v - theta - bias;
      const smooth = sigmoid(6 * u);
      const psi = spike === 'sigmoid' ? 6 * smooth * (1 - smooth) : 0.5 / (1 + Math.abs(u) / 0.3) ** 2;
      // ∂v/∂a of the same tick, through what the reset takes.
      const through = reset === 'level' ? -beta * z : 0;
      const slowerAdapt = ((aBefore - z) * rho) / tauAdapt ** 2;
      const slopes = {
        A: [decay, (1 - alpha) * (now ? decay : 1), 0, 0, alpha, 0, 0, through * rho, rho],
        R: [0, -taken + through * (1 - rho), 1 - rho],
        B: [gain, now ? (1 - alpha) * gain : 0, 0],
        C: [0, psi, -beta * psi],
        E: [0],
        S: [0, 0, 0, 0, ((vBefore - seen) * alpha) / tauMem ** 2, 0, 0, through * slowerAdapt, slowerAdapt],
        Y: [-psi, 0, 0],
      };
      return { states: [q, v, a], output: spike === 'sigmoid' ? smooth : u >= 0 ? 1 : 0, slopes };
    },
  };
}
