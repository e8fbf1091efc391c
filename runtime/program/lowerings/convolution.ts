import { positionsOf } from '../../network/convolution.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Phase } from '../program.ts';
import type { LoweredProjection, Shared } from './projections.ts';
import type { Ring } from './rings.ts';

/**
 * Weights that positions share. Populations have their neurons channel by channel; sums over taps run over channels that lie side by side, in a buffer
 * (positions, channels) that each op fills for the next one. A synapse keeps nothing: its trace is that of its presynaptic neuron, and the gradient of a
 * weight is a sum over positions.
 */
interface SharedProjection extends LoweredProjection {
  readonly shared: Shared;
}

/** What the ops of a projection have in common, and its buffer. */
function partsOf(builder: Builder, { name, shared, weights }: SharedProjection) {
  const positions = positionsOf(shared.sizes);
  const { channels } = shared.sizes;
  const buffer = builder.find(`${name}.maps`) ?? builder.reserve(`${name}.maps`, positions, channels);
  return { buffer, grid: { grid: shared.grid, cStride: weights.stride }, maps: { positions, channels, cStride: weights.stride } };
}

/** I_cq += Σ w_kc x_i */
export function emitConvolution(builder: Builder, lowered: SharedProjection, ring: Ring, current: Region): void {
  const { acting: weights, projection } = lowered;
  const { buffer: sums, grid, maps } = partsOf(builder, lowered);
  builder.emit('forward', 'clear', { target: sums });
  builder.emit('forward', 'propagate_convolution', { ...grid, ...ring, delay: projection.delay, weights, sums });
  builder.emit('forward', 'channels_first', { ...maps, x: sums, y: current });
}

/** G_kc += Σ_q p_cq x̄_i */
export function emitSharedGradient(
  builder: Builder,
  phase: Phase,
  lowered: SharedProjection,
  { factor, ...operands }: { readonly factor: Region; readonly trace: Region; readonly gradient: Region },
): void {
  const { buffer, grid, maps } = partsOf(builder, lowered);
  builder.emit(phase, 'channels_last', { ...maps, x: factor, y: buffer });
  builder.emit(phase, 'rank_one_convolution', { ...grid, factor: buffer, ...operands });
}
