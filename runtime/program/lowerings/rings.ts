import type { Network, Population } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';

/** The last values of a population: what its projections read. */
export interface Ring {
  readonly x: Region;
  readonly rows: number;
  readonly stride: number;
}

/** Rows of a ring in which a value is found `delay` ticks later. */
export const rowsFor = (delay: number): number => 2 ** Math.ceil(Math.log2(delay + 1));

/** Rows that the longest delay out of a population needs, the lag of learning included; two at least, for the spike of the previous tick. */
function ringRows({ projections, learning }: Network, name: string): number {
  const late = learning?.delay ?? 0;
  const delays = Object.values(projections).flatMap(({ pre, post, delay, plasticity }) => {
    const lag = plasticity === undefined ? 0 : late;
    return [...(pre === name ? [delay + lag] : []), ...(post === name ? [lag] : [])];
  });
  return rowsFor(Math.max(1, ...delays));
}

export function declareRing(builder: Builder, name: string, { size, neuron }: Population): Ring {
  const rows = ringRows(builder.network, name);
  const constant = neuron.kind === 'constant' ? (neuron.value ?? 1) : undefined;
  const x = builder.reserve(`${name}.value`, rows, size, constant);
  if (constant === undefined) builder.emit('reset', 'clear', { target: x });
  return { x, rows, stride: x.stride };
}
