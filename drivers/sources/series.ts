import { type Ms, raise, type Sensor } from '../../runtime/index.ts';

/** Samples that were taken once: of a CSV table, a sound, a recording. */
export interface Series {
  /** what each number of a sample is */
  readonly names: readonly string[];
  /** ms, ascending */
  readonly times: Float64Array;
  /** sample after sample, `names.length` numbers each; NaN: that number is missing */
  readonly values: Float64Array;
}

export interface PlayOptions {
  /** length of a tick, ms: that of the network */
  readonly dt: Ms;
  /** time of the series at tick 0, ms; default that of its first sample */
  readonly startMs?: Ms;
  /** begins anew after its end; default false, and then there is no sample after the last one has been there for as long as the one before it */
  readonly repeat?: boolean;
}

/**
 * A series as a sensor: at tick t the last sample whose time is at most startMs + t·dt (zero-order hold), by counted ticks, so that every run sees the same.
 * Nothing before its first sample. The sample is borrowed until the next tick.
 */
export function play({ names, times, values }: Series, { dt, startMs, repeat = false }: PlayOptions): Sensor<Float64Array> {
  if (!(dt > 0 && Number.isFinite(dt)))
    raise('ERR_OUT_OF_RANGE', { path: 'play.dt', bound: '> 0', value: dt, remedy: 'give a time in ms' });
  if (times.length === 0)
    raise('ERR_OUT_OF_RANGE', { path: 'play.series', bound: 'at least one sample', value: 0, remedy: 'give a series that has samples' });
  const width = names.length;
  const sample = new Float64Array(width);
  const [first, last] = [times[0]!, times.at(-1)!];
  // The last sample lasts as long as the one before it did.
  const span = last - first + (times.length > 1 ? last - times.at(-2)! : dt);
  const start = startMs ?? first;
  let at = 0;
  return {
    open() {
      at = 0;
    },
    read(tick) {
      let time = start + tick * dt - first;
      if (time < 0) return undefined;
      if (time >= span) {
        if (!repeat) return undefined;
        time %= span;
      }
      time += first;
      // Ticks come in order; where one goes back, the series does so too.
      if (times[at]! > time) at = 0;
      while (at + 1 < times.length && times[at + 1]! <= time) at++;
      sample.set(values.subarray(at * width, (at + 1) * width));
      return sample;
    },
  };
}

/** Times of samples at a constant rate. */
export const evenTimes = (count: number, rateHz: number): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => (k * 1000) / rateHz);

/** Why a file holds no samples. */
export const refuseSamples = (path: string, value: string, cause?: unknown): never => raise('ERR_SAMPLES_FORMAT', { path, value }, cause);

/** Times must ascend. */
export function checkTimes(path: string, times: Float64Array): void {
  for (let k = 0; k < times.length; k++)
    if (!Number.isFinite(times[k]) || (k > 0 && times[k]! < times[k - 1]!))
      refuseSamples(path, `sample ${k} has time ${times[k]}, after ${k === 0 ? 'nothing' : times[k - 1]} ms: times must ascend`);
}
