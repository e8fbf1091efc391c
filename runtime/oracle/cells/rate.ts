import type { Cell } from './cell.ts';

/**
 * Leaky rate neuron of RFLO: h ← h + (tanh u − h)/τ, y = h. (Murray 2019; sheet 6.12)
 */
export function rateCell(tau: number): Cell {
  return {
    kind: 'rate',
    states: 1,
    gates: ['input'],
    input: [0],
    recurrent: [0],
    own: [],
    tick: ({ states: [h] }, [u]) => {
      const phi = Math.tanh(u);
      const output = h + (phi - h) / tau;
      const slopes = { A: [1 - 1 / tau], R: [0], B: [(1 - phi * phi) / tau], C: [1], E: [0], S: [], Y: [] };
      return { states: [output], output, slopes };
    },
  };
}
