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

/**
 * The same with a time constant of each neuron, which is learned: ∂h/∂τ = −(tanh u − h')/τ². The Euler step is differentiated, not the differential equation,
 * so the gradient is that of what runs. (Pearlmutter 1989; sheet 6.24)
 */
export const timedRateCell: Cell = {
  kind: 'timed rate',
  states: 1,
  gates: ['input'],
  input: [0],
  recurrent: [0],
  own: ['tau'],
  tick: ({ states: [h] }, [u], [tau]) => {
    const phi = Math.tanh(u);
    const output = h + (phi - h) / tau;
    const slopes = { A: [1 - 1 / tau], R: [0], B: [(1 - phi * phi) / tau], C: [1], E: [0], S: [-(phi - h) / tau ** 2], Y: [0] };
    return { states: [output], output, slopes };
  },
};
