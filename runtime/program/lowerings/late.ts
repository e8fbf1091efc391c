import type { Projection } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { type Ring, rowsFor } from './rings.ts';

/**
 * Learning signals that arrive D = `learning.delay` ticks late. The learn phase of tick t reads what the network did at t − D, and the target of
 * t, so traces and signals meet as if the target had been there in time: it costs O(D) a neuron, nothing a synapse. With D = 0 all of this is
 * what the ticks made, and no op more.
 */
const lateBy = ({ network }: Builder): number => network.learning?.delay ?? 0;

/** A vector as it was D ticks ago, 0 before the first tick. Whoever asks first keeps it. */
export function seen(builder: Builder, region: Region): Region {
  const delay = lateBy(builder);
  if (delay === 0) return region;
  const n = region.columns;
  return recalled(builder, region.name, n, () => remembered(builder, region, delay), delay);
}

/** The values of a population as they were D ticks ago, as a ring of one row. */
export function seenValues(builder: Builder, population: string, ring: Ring): Ring {
  const delay = lateBy(builder);
  if (delay === 0) return ring;
  const { size: n } = builder.network.populations[population]!;
  const late = recalled(builder, ring.x.name, n, () => ring, delay);
  return { x: late, rows: 1, stride: late.stride };
}

/** What the synapses of a projection read in a trace: the presynaptic values, D ticks later than the spikes themselves arrive. */
export function presynaptic(
  builder: Builder,
  rings: ReadonlyMap<string, Ring>,
  { pre, delay: arrives }: Projection,
): Ring & { readonly delay: number } {
  const delay = lateBy(builder);
  const ring = rings.get(pre)!;
  const { neuron, size } = builder.network.populations[pre]!;
  if (delay === 0 || neuron.kind !== 'constant') return { ...ring, delay: arrives + delay };
  // A constant was there before the first tick, but no trace was: for traces it begins with it.
  const value = builder.find(`${pre}.constant`) ?? builder.reserve(`${pre}.constant`, 1, size, neuron.value ?? 1);
  return { ...remembered(builder, value, delay), delay };
}

/** The last D + 1 values of a vector; the ticks keep them, so that learning may be switched on at any time. */
function remembered(builder: Builder, region: Region, delay: number): Ring {
  const name = `${region.name}.past`;
  const rows = rowsFor(delay);
  const existing = builder.find(name);
  const x = existing ?? builder.reserve(name, rows, region.columns);
  const ring = { x, rows, stride: x.stride };
  if (existing !== undefined) return ring;
  builder.emit('forward', 'retain', { n: region.columns, y: region, ...ring });
  builder.emit('reset', 'clear', { target: x });
  return ring;
}

function recalled(builder: Builder, of: string, n: number, ring: () => Ring, delay: number): Region {
  const name = `${of}.late`;
  const existing = builder.find(name);
  if (existing !== undefined) return existing;
  const y = builder.reserve(name, 1, n);
  builder.emit('learn', 'recall', { n, ...ring(), delay, y });
  builder.emit('reset', 'clear', { target: y });
  return y;
}
