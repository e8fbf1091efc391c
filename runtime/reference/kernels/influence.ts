import { flush, fma } from '../../exact.ts';
import type { TopologyRegion } from '../../program/ops.ts';
import { type Kernels, type Memory, ringRow } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'influence_carry'
  | 'influence_spread'
  | 'influence_feed'
  | 'influence_input'
  | 'influence_output'
  | 'influence_output_add'
  | 'influence_gradient';

/** The synapses onto neuron j: rows of kept neurons, `columns` apart, from `offset` on. */
interface Block {
  readonly j: number;
  readonly offset: number;
  readonly columns: number;
  readonly keptCount: number;
  readonly keptAt: number;
  /** row of j itself */
  readonly own: number;
}

/** Words of a block in the topology. */
const WORDS = 5;

function blocksOf({ topology }: Memory, blocks: TopologyRegion): readonly Block[] {
  const words = topology(blocks);
  return Array.from({ length: words.length / WORDS }, (_, j) => {
    const [offset, columns, keptCount, keptAt, own] = words.subarray(j * WORDS, (j + 1) * WORDS) as unknown as number[];
    return { j, offset: offset!, columns: columns!, keptCount: keptCount!, keptAt: keptAt!, own: own! };
  });
}

/** Visits every row of every block: its first index, how many synapses it has, and its neuron l. */
function eachRow(blocks: readonly Block[], kept: Uint32Array, visit: (at: number, columns: number, l: number) => void): void {
  for (const { offset, columns, keptCount, keptAt } of blocks) {
    for (let row = 0; row < keptCount; row++) visit(offset + row * columns, columns, kept[keptAt + row]!);
  }
}

export const influence: Kernels<Names> = {
  influence_carry({ blocks, kept, carry, back, outputs, states }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [A, R, Q, P] = [carry, back, outputs, states].map(memory.floats) as [Float32Array, Float32Array, Float32Array, Float32Array];
    return () => {
      eachRow(list, neurons, (at, columns, l) => {
        for (let s = at; s < at + columns; s++) P[s] = flush(fma(A[l]!, P[s]!, fround(R[l]! * Q[s]!)));
      });
    };
  },
  influence_spread({ blocks, kept, edgeAt, edgeRow, edgeWeight, weights, drive, outputs, states }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [start, rows, indices] = [memory.topology(edgeAt), memory.topology(edgeRow), memory.topology(edgeWeight)];
    const [w, B, Q, P] = [weights, drive, outputs, states].map(memory.floats) as [Float32Array, Float32Array, Float32Array, Float32Array];
    return () => {
      for (const { offset, columns, keptCount, keptAt } of list) {
        for (let row = 0; row < keptCount; row++) {
          const [first, end] = [start[keptAt + row]!, start[keptAt + row + 1]!];
          if (first === end) continue;
          const at = offset + row * columns;
          for (let s = 0; s < columns; s++) {
            let sum = 0;
            for (let edge = first; edge < end; edge++) sum = fma(w[indices[edge]!]!, Q[offset + rows[edge]! * columns + s]!, sum);
            P[at + s] = fma(B[neurons[keptAt + row]!]!, sum, P[at + s]!);
          }
        }
      }
    };
  },
  influence_feed({ blocks, kept, slope, from, states }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [F, source, P] = [slope, from, states].map(memory.floats) as [Float32Array, Float32Array, Float32Array];
    return () => {
      eachRow(list, neurons, (at, columns, l) => {
        for (let s = at; s < at + columns; s++) P[s] = fma(F[l]!, source[s]!, P[s]!);
      });
    };
  },
  influence_input({ blocks, sourceAt, source, x, rows, stride, delay, drive, states }, memory) {
    const list = blocksOf(memory, blocks);
    const [start, presynaptic] = [memory.topology(sourceAt), memory.topology(source)];
    const [value, B, P] = [memory.floats(x), memory.floats(drive), memory.floats(states)];
    return ({ tick }) => {
      const now = ringRow(tick, delay, rows, stride);
      for (const { j, offset, columns, own } of list) {
        const at = offset + own * columns;
        for (let k = start[j]!, s = at; k < start[j + 1]!; k++, s++) P[s] = fma(B[j]!, value[now + presynaptic[k]!]!, P[s]!);
      }
    };
  },
  influence_output({ blocks, kept, slope, states, outputs }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [C, P, Q] = [memory.floats(slope), memory.floats(states), memory.floats(outputs)];
    return () => {
      eachRow(list, neurons, (at, columns, l) => {
        for (let s = at; s < at + columns; s++) Q[s] = C[l]! * P[s]!;
      });
    };
  },
  influence_output_add({ blocks, kept, slope, states, outputs }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [C, P, Q] = [memory.floats(slope), memory.floats(states), memory.floats(outputs)];
    return () => {
      eachRow(list, neurons, (at, columns, l) => {
        for (let s = at; s < at + columns; s++) Q[s] = fma(C[l]!, P[s]!, Q[s]!);
      });
    };
  },
  influence_gradient({ blocks, kept, sourceAt, synapse, signal, outputs, gradient }, memory) {
    const [list, neurons] = [blocksOf(memory, blocks), memory.topology(kept)];
    const [start, places] = [memory.topology(sourceAt), memory.topology(synapse)];
    const [L, Q, G] = [memory.floats(signal), memory.floats(outputs), memory.floats(gradient)];
    return () => {
      if (L.every((value) => value === 0)) return;
      for (const { j, offset, columns, keptCount, keptAt } of list) {
        for (let k = start[j]!, s = offset; k < start[j + 1]!; k++, s++) {
          let sum = 0;
          for (let row = 0; row < keptCount; row++) sum = fma(L[neurons[keptAt + row]!]!, Q[s + row * columns]!, sum);
          G[places[k]!] = G[places[k]!]! + sum;
        }
      }
    };
  },
};
