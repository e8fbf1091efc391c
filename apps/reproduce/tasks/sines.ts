import type { exact } from '../../../runtime/index.ts';

type RandomStream = exact.RandomStream;

/**
 * y*(t) = Σ_p A_p sin(φ_p + 2π c_p t/T), c_p cycles a trial of T ticks, A ~ U(0.5, 2), φ ~ U(0, 2π); then mean 0 and variance 1. Takes the draws 0, 1, … of
 * the stream, two a sine.
 */
export function sines(cycles: readonly number[], ticks: number, random: RandomStream): Float32Array {
  const parts = cycles.map((count, p) => ({
    count,
    amplitude: 0.5 + 1.5 * random.uniform(2 * p),
    phase: 2 * Math.PI * random.uniform(2 * p + 1),
  }));
  const target = Float32Array.from({ length: ticks }, (_, t) =>
    parts.reduce((sum, { count, amplitude, phase }) => sum + amplitude * Math.sin(phase + (2 * Math.PI * count * t) / ticks), 0),
  );
  const mean = target.reduce((sum, y) => sum + y, 0) / ticks;
  const deviation = Math.sqrt(target.reduce((sum, y) => sum + (y - mean) ** 2, 0) / ticks);
  return target.map((y) => (y - mean) / deviation);
}

/** Σ (y − y*)²/Σ (y* − mean y*)²: 1 for an output that only knows the mean. */
export function normalizedError(outputs: ArrayLike<number>, targets: ArrayLike<number>): number {
  const mean = Array.from(targets).reduce((sum, y) => sum + y, 0) / targets.length;
  let [error, power] = [0, 0];
  for (let t = 0; t < targets.length; t++) {
    error += (outputs[t]! - targets[t]!) ** 2;
    power += (targets[t]! - mean) ** 2;
  }
  return error / power;
}

/** nMSE of outputs [tick][coordinate] at the phase of a cycle [tick][coordinate] that fits them best, phases `step` ticks apart: what goes on by itself may be ahead or behind. */
export function phaseError(outputs: readonly ArrayLike<number>[], cycle: readonly ArrayLike<number>[], step = 1): number {
  let best = Number.POSITIVE_INFINITY;
  const found = outputs.flatMap((row) => Array.from(row));
  for (let shift = 0; shift < cycle.length; shift += step) {
    const wanted = outputs.flatMap((_, t) => Array.from(cycle[(t + shift) % cycle.length]!));
    best = Math.min(best, normalizedError(found, wanted));
  }
  return best;
}
