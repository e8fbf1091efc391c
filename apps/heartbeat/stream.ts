import { raise } from '../../runtime/index.ts';
import type { EcgRecord } from './records.ts';

/** What the sensor hands over at a tick: the mean of the tick's samples and whether an R peak fell into it. */
export interface EcgSample {
  /** NaN where the lead gave no value */
  millivolt: number;
  rPeak: boolean;
}

/** A beat whose prediction window is open or ahead. */
export interface PendingBeat {
  readonly record: string;
  readonly tick: number;
  readonly atSecond: number;
  readonly isPvc: boolean;
}

export const TICK_RATE_HZ = 120;
/** The window of a decision: R + 100 ms to R + 200 ms, both ends included. */
export const WINDOW_OPENS = 12;
export const WINDOW_CLOSES = 24;

/** ADC code by which recorders mark a sample that they did not get. */
const MISSING = -32768;

export type BeatCursor = (tick: number) => PendingBeat | undefined;

/**
 * The records one after another, as a device that moves from patient to patient: one sample a tick, and the beats with
 * their windows. `invert` flips the sign of the sensor from a second of one record on.
 */
export interface EcgStream {
  readonly ticks: number;
  /** fills `sample` with tick `tick`; ticks must be read in order */
  read(tick: number, sample: EcgSample): void;
  /** a reader of its own: the oldest beat whose window has not closed before a tick, or undefined; ticks must ascend */
  cursor(): BeatCursor;
  /** the record that runs at `tick` and the seconds since its start */
  recordAt(tick: number): { readonly record: EcgRecord; readonly second: number };
  /** first tick of each record */
  readonly starts: readonly number[];
}

export function createStream(records: readonly EcgRecord[], invert?: { readonly record: string; readonly atSecond: number }): EcgStream {
  const starts: number[] = [];
  const beats: PendingBeat[] = [];
  let ticks = 0;
  for (const { name, rateHz, samples, beatSamples, beatIsPvc } of records) {
    starts.push(ticks);
    const perTick = rateHz / TICK_RATE_HZ;
    const length = Math.floor(samples.length / perTick);
    if (length === 0) raise('ERR_RECORD_FORMAT', { path: name, expected: 'a tick of samples or more', value: samples.length });
    for (let k = 0; k < beatSamples.length; k++) {
      const tick = Math.floor(beatSamples[k]! / perTick);
      if (k > 0 && tick === Math.floor(beatSamples[k - 1]! / perTick)) {
        raise('ERR_RECORD_FORMAT', {
          path: `${name}_beats.csv:${k + 2}`,
          value: beatSamples[k],
          expected: `beats at least ${Math.ceil(perTick)} samples apart`,
        });
      }
      if (tick + WINDOW_CLOSES < length)
        beats.push({ record: name, tick: ticks + tick, atSecond: beatSamples[k]! / rateHz, isPvc: beatIsPvc[k] === 1 });
    }
    ticks += length;
  }
  let at = 0; // record of the last tick read
  let nextPeak = 0; // first beat whose R peak has not been read

  const locate = (tick: number): number => {
    while (at + 1 < records.length && tick >= starts[at + 1]!) at++;
    while (at > 0 && tick < starts[at]!) at--;
    return at;
  };

  return {
    ticks,
    starts,
    recordAt(tick) {
      const index = locate(tick);
      return { record: records[index]!, second: (tick - starts[index]!) / TICK_RATE_HZ };
    },
    read(tick, sample) {
      const index = locate(tick);
      const { name, rateHz, unitsPerMillivolt, samples } = records[index]!;
      const perTick = rateHz / TICK_RATE_HZ;
      const local = tick - starts[index]!;
      const from = Math.floor(local * perTick);
      const to = Math.max(from + 1, Math.floor((local + 1) * perTick)); // a slow recorder's sample holds for several ticks
      let sum = 0;
      for (let k = from; k < to; k++) sum += samples[k] === MISSING ? Number.NaN : samples[k]!;
      const flipped = invert !== undefined && invert.record === name && local >= invert.atSecond * TICK_RATE_HZ;
      sample.millivolt = ((flipped ? -1 : 1) * sum) / ((to - from) * unitsPerMillivolt);
      while (nextPeak < beats.length && beats[nextPeak]!.tick < tick) nextPeak++;
      sample.rPeak = nextPeak < beats.length && beats[nextPeak]!.tick === tick;
    },
    cursor() {
      let open = 0;
      return (tick) => {
        while (open < beats.length && beats[open]!.tick + WINDOW_CLOSES < tick) open++;
        const beat = beats[open];
        return beat !== undefined && beat.tick <= tick ? beat : undefined;
      };
    },
  };
}
