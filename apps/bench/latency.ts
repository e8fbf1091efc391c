/** How long single ticks took, µs. */
export interface Latency {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly meanUs: number;
}

/** The smallest sample that a share `q` of all samples does not exceed. */
export const quantile = (sorted: Float64Array, q: number): number => sorted[Math.ceil(q * sorted.length) - 1]!;

/** Times each of `ticks` calls by itself, one after another without a pause, after `warmUp` that are not counted. */
export function measureTicks(tick: () => void, ticks: number, warmUp: number): Latency {
  for (let k = 0; k < warmUp; k++) tick();
  const tookUs = new Float64Array(ticks);
  const started = performance.now();
  let before = started;
  for (let k = 0; k < ticks; k++) {
    tick();
    const after = performance.now();
    tookUs[k] = (after - before) * 1000;
    before = after;
  }
  const sorted = tookUs.sort();
  return {
    p50Us: quantile(sorted, 0.5),
    p99Us: quantile(sorted, 0.99),
    maxUs: quantile(sorted, 1),
    meanUs: ((before - started) * 1000) / ticks,
  };
}
