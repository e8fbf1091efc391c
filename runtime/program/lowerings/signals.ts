import { decay as exactDecay } from '../../exact.ts';
import type { ErrorSignal, RateSignal } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Phase } from '../program.ts';
import type { Ring } from './populations.ts';
import type { LoweredProjection } from './projections.ts';

/** The error of a readout and, for label targets, what the label adds to it once it is known. */
export interface LoweredError {
  readonly error: Region;
  readonly importance: Region;
  readonly label: Region | undefined;
}

/**
 * Declares error and importance of a readout once. With targets at labels the error of a tick is m(t)·p(t), without the
 * target: y* is constant since the last label, so its share −B y* · Σ m F[e] is added when the label comes. Exact, and two
 * accumulators for any number of classes.
 */
export function lowerError(builder: Builder, readout: string): LoweredError {
  const existing = builder.find(`${readout}.error`);
  const byLabel = builder.network.learning?.target === 'label';
  if (existing !== undefined) {
    return {
      error: existing,
      importance: builder.find(`${readout}.importance`)!,
      label: byLabel ? builder.find(`${readout}.label`) : undefined,
    };
  }
  const n = builder.network.populations[readout]!.size;
  const p = builder.find(`${readout}.prediction`)!;
  const error = builder.reserve(`${readout}.error`, 1, n);
  const target = builder.reserveTape(`${readout}.target`, n);
  const importance = builder.reserveTape(`${readout}.importance`, 1);
  const tape = { tape: target, tapeStride: target.stride };
  if (!byLabel) {
    builder.emit('learn', 'error', { n, p, ...tape, importance, error });
    return { error, importance, label: undefined };
  }
  const none = builder.reserve(`${readout}.noTarget`, 1, n);
  const label = builder.reserve(`${readout}.label`, 1, n);
  builder.emit('learn', 'error', { n, p, tape: none, tapeStride: 0, importance, error });
  builder.emit('label', 'load_label', { n, ...tape, error: label });
  return { error, importance, label };
}

export interface SignalContext {
  readonly projections: ReadonlyMap<string, LoweredProjection>;
  readonly feedbacks: ReadonlyMap<string, Region>;
}

/** Adds B·error to `signal`, by the live readout weights or a feedback matrix. */
export function emitFeedback(
  builder: Builder,
  phase: Phase,
  { from, through }: ErrorSignal,
  population: string,
  error: Region,
  signal: Region,
  { projections, feedbacks }: SignalContext,
): void {
  const m = builder.network.populations[from]!.size;
  const n = builder.network.populations[population]!.size;
  if (typeof through === 'object') {
    const weights = feedbacks.get(through.feedback)!;
    builder.emit(phase, 'feedback', { m, error, weights, wStride: weights.stride, signal });
    return;
  }
  const output = [...projections.values()].find(({ projection }) => projection.pre === population && projection.post === from)!;
  const { weights, stored } = output;
  if (stored === undefined) builder.emit(phase, 'feedback_transpose', { n, m, error, weights, wStride: weights.stride, signal });
  else builder.emit(phase, 'feedback_transpose_sparse', { n, error, rowStart: stored.rowStart, column: stored.column, weights, signal });
}

/** L_j += c (f_j − f*), f_j a running mean. */
export function emitRunningRate(
  builder: Builder,
  { target, strength, average }: RateSignal,
  index: number,
  population: string,
  ring: Ring,
  signal: Region,
): void {
  if (average === 'episode') return;
  const n = builder.network.populations[population]!.size;
  const kappa = exactDecay(builder.network.dt, average.tau);
  const rate = builder.reserve(`${signal.name}.rate${index === 0 ? '' : index}`, 1, n, target);
  builder.emit('learn', 'rate_deviation', { n, ...ring, rate, signal, kappa, gain: 1 - kappa, strength, target });
}
