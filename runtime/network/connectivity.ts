import { type RandomStream, randomStream } from '../exact.ts';
import type { Connectivity } from './network.ts';

/** Stored synapses by presynaptic neuron: those of i are column[rowStart[i]] … column[rowStart[i+1] − 1], ascending. */
export interface StoredSynapses {
  readonly rowStart: Uint32Array;
  readonly column: Uint32Array;
  /** position in the description's own order of synapse k: its index in the list, or k */
  readonly source: Uint32Array;
}

/** The stored synapses of a projection, or undefined where it is dense or a convolution. Random connectivity draws (i, j) as number i·post + j of the stream. */
export function storedSynapses(
  connectivity: Connectivity,
  name: string,
  seed: number,
  pre: number,
  post: number,
  recurrent: boolean,
): StoredSynapses | undefined {
  if (connectivity.kind === 'dense' || connectivity.kind === 'convolution') return undefined;
  return connectivity.kind === 'list'
    ? listed(connectivity, pre)
    : drawn(connectivity, randomStream(seed, `${name}.connectivity`), pre, post, recurrent);
}

function listed({ pre: from, post: to }: Extract<Connectivity, { kind: 'list' }>, pre: number): StoredSynapses {
  const source = Uint32Array.from(from, (_, index) => index).sort((a, b) => from[a]! - from[b]! || to[a]! - to[b]!);
  const rowStart = new Uint32Array(pre + 1);
  for (const i of from) rowStart[i + 1]! += 1;
  for (let i = 0; i < pre; i++) rowStart[i + 1]! += rowStart[i]!;
  return { rowStart, column: source.map((index) => to[index]!), source };
}

function drawn(
  { density, autapses = true }: Extract<Connectivity, { kind: 'random' }>,
  stream: RandomStream,
  pre: number,
  post: number,
  recurrent: boolean,
): StoredSynapses {
  const rowStart = new Uint32Array(pre + 1);
  const row = new Uint32Array(post);
  const rows: Uint32Array[] = [];
  for (let from = 0; from < pre; from++) {
    let found = 0;
    for (let to = 0; to < post; to++) {
      if (recurrent && !autapses && from === to) continue;
      if (stream.uniform(from * post + to) < density) row[found++] = to;
    }
    rows.push(row.slice(0, found));
    rowStart[from + 1] = rowStart[from]! + found;
  }
  const column = new Uint32Array(rowStart[pre]!);
  rows.forEach((columns, from) => {
    column.set(columns, rowStart[from]!);
  });
  return { rowStart, column, source: column.map((_, index) => index) };
}
