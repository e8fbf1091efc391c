import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Ring } from './rings.ts';

/** Values of one kind since the last fold, a row a tick. */
export interface History {
  readonly history: Region;
  readonly hStride: number;
  readonly block: number;
}

/** Rows of the histories of a network: a power of two, as the native kernel wants it. */
const rowsOf = ({ network: { learning } }: Builder): number => 2 ** Math.ceil(Math.log2(learning!.window ?? learning!.block!));

/** Reserves a history. */
export function reserveHistory(builder: Builder, name: string, n: number): History {
  const history = builder.reserve(name, rowsOf(builder), n);
  return { history, hStride: history.stride, block: history.rows };
}

/** Copies `x` (t − delay) into a history at every tick of learning; one history for all who ask for the same. */
export function recorded(builder: Builder, name: string, n: number, ring: Ring & { readonly delay: number }): History {
  const existing = builder.find(name);
  if (existing !== undefined) return { history: existing, hStride: existing.stride, block: existing.rows };
  const made = reserveHistory(builder, name, n);
  builder.emit('learn', 'record', { n, ...ring, ...made });
  return made;
}

export const recordedRow = (builder: Builder, region: Region): History =>
  recorded(builder, `${region.name}.history`, region.columns, { x: region, rows: 1, stride: region.stride, delay: 0 });

/** The history of what no op writes: all its rows are the region itself. */
export function steadyRow(builder: Builder, region: Region): History {
  const name = `${region.name}.history`;
  const existing = builder.find(name);
  if (existing !== undefined) return { history: existing, hStride: existing.stride, block: existing.rows };
  const { rows, columns } = reserveHistory(builder, name, region.columns).history;
  builder.onInitialize((arena) => {
    const value = arena.view(region.name).subarray(0, columns);
    arena.write(name, Array.from({ length: rows }, () => [...value]).flat());
  });
  return steadyRow(builder, region);
}
