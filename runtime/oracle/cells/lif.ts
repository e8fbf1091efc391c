import type { Cell } from './cell.ts';

export interface LifSettings {
  /** α */
  readonly decay: number;
  readonly threshold: number;
  /** factor of thr in the reset; 0 means that a spike leaves the membrane as it is */
  readonly reset: 0 | 1;
  /** 'step' with the triangular pseudo-derivative .3 max(0, 1 − |v/thr − 1|)/thr, or a 'sigmoid' of slope 6 with its true one */
  readonly spike: 'step' | 'sigmoid';
}

/** Leaky integrate-and-fire in layers: v = α v' + I − thr z', z = Θ(v − thr). (sheet 1.3) */
export function lifCell({ decay, threshold, reset, spike }: LifSettings): Cell {
  return {
    kind: 'LIF',
    states: 1,
    gates: ['input'],
    input: [0],
    recurrent: [0],
    own: [],
    tick: ({ states: [before], output: z }, [current]) => {
      const v = decay * before + current - reset * threshold * z;
      const smooth = 1 / (1 + Math.exp(-6 * (v - threshold)));
      const output = spike === 'sigmoid' ? smooth : v >= threshold ? 1 : 0;
      const triangle = (0.3 / threshold) * Math.max(0, 1 - Math.abs(v / threshold - 1));
      const psi = spike === 'sigmoid' ? 6 * smooth * (1 - smooth) : triangle;
      return { states: [v], output, slopes: { A: [decay], R: [-reset * threshold], B: [1], C: [psi], E: [0], S: [], Y: [] } };
    },
  };
}
