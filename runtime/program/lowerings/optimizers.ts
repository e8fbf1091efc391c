import type { Adamax, GradientOptimizer, Rmaxprop } from '../../learning/rule.ts';
import { RATE_FACTOR } from '../arena.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';

/** What Adam keeps and how it moves. */
export type AdamMoments = Omit<Operands<'adam'>, 'step' | 'gradient' | 'weights'>;

/** Doubles [n, β₁ⁿ, β₂ⁿ, η, f]; f is a factor on the rate that the host sets. */
export function reserveState(builder: Builder, name: string): Region {
  const state = builder.reserveFlat(`${name}.optimizer`, 2 * (RATE_FACTOR + 1));
  builder.onInitialize(({ doubles }) => {
    for (const place of [1, 2, RATE_FACTOR]) doubles[state.offset / 2 + place] = 1;
  });
  return state;
}

/** The synapses that an optimizer moves. */
export interface Synapses {
  /** an array with one element a synapse */
  readonly reserve: (role: string) => Region;
  /** emits their scaling to a total; a feedback that follows others is never scaled */
  readonly scale?: (total: number) => void;
}

/**
 * Emits η, the step, the update that consumes a gradient (or, for SGD and Adam, what `consume` emits in its place), and the transforms; returns the running
 * average, if one is kept. `masked`: the diagonal of `weights` has no synapses.
 */
export function lowerOptimizer(
  builder: Builder,
  name: string,
  optimizer: GradientOptimizer,
  weights: Region,
  consume: Region | ((step: Region, adam?: AdamMoments) => void),
  masked: boolean,
  { reserve, scale }: Synapses,
): Region | undefined {
  const state = reserveState(builder, name);
  const step = builder.reserveFlat(`${name}.step`, 1);

  const { rate } = optimizer;
  if (typeof rate === 'number') builder.emit('update', 'rate_constant', { state, initial: rate });
  else if (rate.kind === 'inverse') builder.emit('update', 'rate_inverse', { state, initial: rate.initial, halfAt: rate.halfAt });
  else builder.emit('update', 'rate_straight', { state, initial: rate.initial, final: rate.final, updates: rate.updates });

  if (optimizer.kind === 'sgd') {
    builder.emit('update', 'sgd_step', { state, step });
    if (typeof consume === 'function') consume(step);
    else builder.emit('update', 'sgd', { step, gradient: consume, weights });
  } else if (optimizer.kind === 'adam') {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = optimizer;
    builder.emit('update', 'adam_step', { state, step, beta1, beta2 });
    const adam = { m: reserve('moment1'), v: reserve('moment2'), beta1, beta2, gain1: 1 - beta1, gain2: 1 - beta2, epsilon };
    if (typeof consume === 'function') consume(step, adam);
    else builder.emit('update', 'adam', { step, gradient: consume, weights, ...adam });
  } else if (typeof consume !== 'function') emitMoments(builder, optimizer, { state, step, gradient: consume, weights }, reserve);

  let average: Region | undefined;
  for (const transform of optimizer.transforms ?? []) {
    if (transform.kind === 'decay') builder.emit('update', 'decay', { weights, keep: 1 - transform.rate });
    else if (transform.kind === 'bounds') {
      const { min, max } = transform;
      builder.emit('update', 'bounds', { weights, low: min, high: max });
      // Bounds without 0 would make a synapse of a place that has none.
      if (masked && (min > 0 || max < 0))
        builder.emit('update', 'mask_diagonal', { n: weights.rows, eStride: weights.stride, gradient: weights });
    } else if (transform.kind === 'scaling') scale!(transform.total);
    else {
      const kept = reserve('average');
      average = kept;
      builder.onInitialize((arena) => arena.view(kept.name).set(arena.view(weights.name)));
      builder.emit('update', 'average', { state, weights, average: kept, window: transform.window });
    }
  }
  return average;
}

/** An update that remembers the size of gradients. */
function emitMoments(
  builder: Builder,
  optimizer: Adamax | Rmaxprop,
  { state, ...moved }: { readonly state: Region; readonly step: Region; readonly gradient: Region; readonly weights: Region },
  reserve: (role: string) => Region,
): void {
  const { step } = moved;
  const { epsilon = 1e-8 } = optimizer;
  if (optimizer.kind === 'rmaxprop') {
    builder.emit('update', 'sgd_step', { state, step });
    builder.emit('update', 'rmaxprop', { ...moved, v: reserve('moment2'), keep: optimizer.keep ?? 0.99, epsilon });
    return;
  }
  const { beta1 = 0.9, beta2 = 0.999 } = optimizer;
  const [m, u] = [reserve('moment1'), reserve('moment2')];
  builder.emit('update', 'adamax_step', { state, step, beta1 });
  builder.emit('update', 'adamax', { ...moved, m, u, beta1, gain1: 1 - beta1, beta2, epsilon });
}
