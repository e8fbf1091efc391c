import { randomStream } from '../exact.ts';
import type { Connectivity } from './network.ts';

/** Stored synapses by presynaptic neuron: those of i are column[rowStart[i]] … column[rowStart[i+1] − 1], ascending. */
export interface StoredSynapses {
  readonly rowStart: Uint32Array;
  readonly column: Uint32Array;
  /** position in the description's own order of synapse k: its index in the list, or k */
  readonly source: Uint32Array;
}

/** The stored synapses of a projection, or undefined where it is dense. Random connectivity draws (i, j) as number i·post + j of the stream. */
export function storedSynapses(
  connectivity: Connectivity,
  name: string,
  seed: number,
  pre: number,
  post: number,
  recurrent: boolean,
): StoredSynapses | undefined {
  if (connectivity.kind === 'dense') return undefined;
  const pairs: { readonly from: number; readonly to: number; readonly index: number }[] = [];
  if (connectivity.kind === 'list') {
    connectivity.pre.forEach((from, index) => {
      pairs.push({ from, to: connectivity.post[index]!, index });
    });
    pairs.sort((a, b) => a.from - b.from || a.to - b.to);
  } else {
    const { density, autapses = true } = connectivity;
    const stream = randomStream(seed, `${name}.connectivity`);
    for (let from = 0; from < pre; from++) {
      for (let to = 0; to < post; to++) {
        if (recurrent && !autapses && from === to) continue;
        if (stream.uniform(from * post + to) < density) pairs.push({ from, to, index: pairs.length });
      }
    }
  }
  const rowStart = new Uint32Array(pre + 1);
  for (const { from } of pairs) rowStart[from + 1]! += 1;
  for (let i = 0; i < pre; i++) rowStart[i + 1]! += rowStart[i]!;
  return { rowStart, column: Uint32Array.from(pairs, ({ to }) => to), source: Uint32Array.from(pairs, ({ index }) => index) };
}
