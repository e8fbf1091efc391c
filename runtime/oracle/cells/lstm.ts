import { type Cell, sigmoid } from './cell.ts';

/**
 * Long short-term memory: c = f c' + i g, y = o tanh c with i, f, o = sigmoid and g = tanh of their gates.
 * (Hochreiter & Schmidhuber 1997; Gers et al. 2000; sheet 6.13)
 */
export const lstmCell: Cell = {
  kind: 'LSTM',
  states: 1,
  gates: ['input', 'forget', 'cell', 'output'],
  input: [0, 1, 2, 3],
  recurrent: [0, 1, 2, 3],
  own: [],
  tick: ({ states: [before] }, [input, forget, cell, out]) => {
    const i = sigmoid(input);
    const f = sigmoid(forget);
    const g = Math.tanh(cell);
    const o = sigmoid(out);
    const c = f * before + i * g;
    const seen = Math.tanh(c);
    const slopes = {
      A: [f],
      R: [0],
      B: [i * (1 - i) * g, f * (1 - f) * before, i * (1 - g * g), 0],
      C: [o * (1 - seen * seen)],
      E: [0, 0, 0, o * (1 - o) * seen],
      S: [],
      Y: [],
    };
    return { states: [c], output: o * seen, slopes };
  },
};
