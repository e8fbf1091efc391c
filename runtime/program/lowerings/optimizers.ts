import type { Adam, Adamax, Optimizer, Rmaxprop } from '../../learning/rule.ts';
import { RATE_FACTOR } from '../arena.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';

/**
 * Emits η, the step, the update that consumes a gradient (or, for SGD, what `consume` emits in its place), and the transforms; returns the running average, if one is kept. `masked`: the
 * diagonal of `weights` has no synapses.
 */
export function lowerOptimizer(
  builder: Builder,
  name: string,
  optimizer: Optimizer,
  weights: Region,
  consume: Region | ((step: Region) => void),
  masked: boolean,
  reserve: (role: string) => Region,
): Region | undefined {
  // doubles: [n, β₁ⁿ, β₂ⁿ, η, f]
  const state = builder.reserveFlat(`${name}.optimizer`, 2 * (RATE_FACTOR + 1));
  const step = builder.reserveFlat(`${name}.step`, 1);
  builder.onInitialize(({ doubles }) => {
    doubles[state.offset / 2 + 1] = 1;
    doubles[state.offset / 2 + 2] = 1;
    doubles[state.offset / 2 + RATE_FACTOR] = 1;
  });

  const { rate } = optimizer;
  if (typeof rate === 'number') builder.emit('update', 'rate_constant', { state, initial: rate });
  else if (rate.kind === 'inverse') builder.emit('update', 'rate_inverse', { state, initial: rate.initial, halfAt: rate.halfAt });
  else builder.emit('update', 'rate_straight', { state, initial: rate.initial, final: rate.final, updates: rate.updates });

  if (optimizer.kind === 'sgd') {
    builder.emit('update', 'sgd_step', { state, step });
    if (typeof consume === 'function') consume(step);
    else builder.emit('update', 'sgd', { step, gradient: consume, weights });
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
    } else {
      const kept = reserve('average');
      average = kept;
      builder.onInitialize((arena) => arena.view(kept.name).set(arena.view(weights.name)));
      builder.emit('update', 'average', { state, weights, average: kept, window: transform.window });
    }
  }
  return average;
}

/** An update that remembers more than its count. */
function emitMoments(
  builder: Builder,
  optimizer: Adam | Adamax | Rmaxprop,
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
  const [m, second] = [reserve('moment1'), reserve('moment2')];
  if (optimizer.kind === 'adamax') {
    builder.emit('update', 'adamax_step', { state, step, beta1 });
    builder.emit('update', 'adamax', { ...moved, m, u: second, beta1, gain1: 1 - beta1, beta2, epsilon });
    return;
  }
  builder.emit('update', 'adam_step', { state, step, beta1, beta2 });
  builder.emit('update', 'adam', { ...moved, m, v: second, beta1, beta2, gain1: 1 - beta1, gain2: 1 - beta2, epsilon });
}
