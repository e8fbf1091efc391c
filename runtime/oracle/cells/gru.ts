import { type Cell, sigmoid } from './cell.ts';

/**
 * Gated recurrent unit, reset after the product, which keeps every product local to its neuron:
 *   r = sigmoid(I_reset), u = sigmoid(I_update), n = tanh(I_candidate + r I_memory), y = (1 − u) y' + u n
 * Its state is its output. Inputs reach reset, update and candidate; the layer itself reaches reset, update and memory.
 * (Cho et al. 2014 in the form of cuDNN; sheet 6.13)
 */
export const gruCell: Cell = {
  kind: 'GRU',
  states: 1,
  gates: ['reset', 'update', 'candidate', 'memory'],
  input: [0, 1, 2],
  recurrent: [0, 1, 3],
  own: [],
  tick: ({ states: [before] }, [reset, update, candidate, memory]) => {
    const r = sigmoid(reset);
    const u = sigmoid(update);
    const n = Math.tanh(candidate + r * memory);
    const output = (1 - u) * before + u * n;
    const slope = u * (1 - n * n);
    const B = [slope * memory * r * (1 - r), (n - before) * u * (1 - u), slope, slope * r];
    return { states: [output], output, slopes: { A: [1 - u], R: [0], B, C: [1], E: [0, 0, 0, 0], S: [], Y: [] } };
  },
};
