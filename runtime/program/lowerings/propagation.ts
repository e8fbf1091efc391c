import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Phase } from '../program.ts';
import { emitConvolution } from './convolution.ts';
import type { LoweredProjection } from './projections.ts';
import type { Ring } from './rings.ts';

/** Through the synapses of a projection, forward and back. */

/** Adds the projection's share to the input current of its post population. */
export function lowerPropagation(builder: Builder, lowered: LoweredProjection, ring: Ring, current: Region): void {
  const { projection, pre, acting: weights, stored, shared } = lowered;
  const { delay } = projection;
  if (shared !== undefined) emitConvolution(builder, { ...lowered, shared }, ring, current);
  else if (stored === undefined)
    builder.emit('forward', 'propagate_dense', { pre, ...ring, delay, weights, wStride: weights.stride, current });
  else
    builder.emit('forward', 'propagate_sparse', {
      pre,
      ...ring,
      delay,
      rowStart: stored.rowStart,
      column: stored.column,
      weights,
      current,
    });
}

/** Adds what an error behind the synapses of a projection is before them: L_i += Σ_j w_ij e_j. */
export function emitTransposed(
  builder: Builder,
  phase: Phase,
  { pre: n, post: m, weights, stored, shared }: LoweredProjection,
  error: Region,
  signal: Region,
): void {
  if (shared !== undefined)
    builder.emit(phase, 'feedback_transpose_convolution', { grid: shared.grid, cStride: weights.stride, error, weights, signal });
  else if (stored === undefined) builder.emit(phase, 'feedback_transpose', { n, m, error, weights, wStride: weights.stride, signal });
  else builder.emit(phase, 'feedback_transpose_sparse', { n, error, rowStart: stored.rowStart, column: stored.column, weights, signal });
}
