import { type Cell, sigmoid } from './cell.ts';

export interface SnuSettings {
  /** d: what a state keeps of itself from tick to tick */
  readonly decay: number;
  /** g: the activation of the state */
  readonly state: 'identity' | 'relu';
  /** h: 'sigmoid' is the soft unit sSNU; 'step' spikes, with the pseudo-derivative 1 − tanh² */
  readonly output: 'sigmoid' | 'step';
}

/**
 * Spiking neural unit: s = g(I + d s'(1 − y')), y = h(s − b). The bias b acts on the output alone: ∂s/∂b = 0 and ∂y/∂b = −h'.
 * (Woźniak et al. 2020; Bohnstingl et al. 2022; sheet 6.13)
 */
export function snuCell({ decay, state, output: kind }: SnuSettings): Cell {
  return {
    kind: kind === 'sigmoid' ? 'sSNU' : 'SNU',
    states: 1,
    gates: ['input'],
    input: [0],
    recurrent: [0],
    own: ['bias'],
    tick: ({ states: [before], output: y }, [current], [bias]) => {
      const x = current + decay * before * (1 - y);
      const slope = state === 'identity' || x > 0 ? 1 : 0;
      const s = slope * x;
      const u = s - bias;
      const output = kind === 'sigmoid' ? sigmoid(u) : u >= 0 ? 1 : 0;
      const h = kind === 'sigmoid' ? output * (1 - output) : 1 - Math.tanh(u) ** 2;
      const slopes = { A: [slope * decay * (1 - y)], R: [-slope * decay * before], B: [slope], C: [h], E: [0], S: [0], Y: [-h] };
      return { states: [s], output, slopes };
    },
  };
}
