import { FRAME_WORDS, frameWord, type RecordLayout } from './capture.ts';

/** One tape of a recorded frame: ticks × columns values, row by row. */
export type Rows = Float32Array | Uint32Array;

/** A recorded frame, as it is read back. */
export interface RecordedFrame {
  /** place in the recording, from 0; a gap is a frame that was dropped */
  readonly sequence: number;
  readonly tick: number;
  readonly ticks: number;
  readonly latenessUs: number;
  readonly status: number;
  /** ticks of the network since its start, after the frame */
  readonly networkTick: number;
  readonly updates: number;
  /** whether learning was on while the frame ran */
  readonly learning: boolean;
  readonly fingerprint: number | undefined;
  /** what was learned that came back when the frame was over; undefined: nothing was undone */
  readonly restored: Uint32Array | undefined;
  readonly signals: ReadonlyMap<string, Float64Array>;
  /** inputs and outputs by the name of the tape */
  readonly tapes: ReadonlyMap<string, Rows>;
  /** by population */
  readonly spikes: ReadonlyMap<string, { readonly counts: Uint32Array; readonly addresses: Uint32Array }>;
}

/** The name of the tape of event bits; all others hold floats. */
export const EVENTS = 'events';

/** Takes a captured frame apart: copies, so that the words may be used again. */
export function readCaptured({ inputs, outputs, spikes, signals }: RecordLayout, words: Uint32Array): RecordedFrame {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const bytes = new DataView(words.buffer, words.byteOffset, words.byteLength);
  const double = (at: number): number => bytes.getFloat64(4 * at, true);
  const ticks = words[frameWord.ticks]!;
  let at = FRAME_WORDS;
  const take = (count: number): number => {
    at += count;
    return at - count;
  };
  const vectors = signals.map(({ name, values }): [string, Float64Array] => {
    const start = take(2 * values.length);
    return [name, values.map((_, k) => double(start + 2 * k))];
  });
  const tapes = [...inputs, ...outputs].map(({ name, region }): [string, Rows] => {
    const start = take(ticks * region.columns);
    return [name, (name === EVENTS ? words : floats).slice(start, at)];
  });
  const trains = spikes.map(({ population }) => {
    const counts = words.slice(take(ticks), at);
    const addresses = words.slice(take(counts.reduce((sum, count) => sum + count, 0)), at);
    return [population, { counts, addresses }] as const;
  });
  const restored = words[frameWord.restored]!;
  return {
    sequence: words[frameWord.sequence]!,
    tick: double(frameWord.tick),
    ticks,
    latenessUs: double(frameWord.latenessUs),
    status: words[frameWord.status]!,
    networkTick: words[frameWord.networkTick]!,
    updates: words[frameWord.updates]!,
    learning: words[frameWord.learning] !== 0,
    fingerprint: words[frameWord.fingerprinted] === 0 ? undefined : words[frameWord.fingerprint]!,
    restored: restored === 0 ? undefined : words.slice(take(restored), at),
    signals: new Map(vectors),
    tapes: new Map(tapes),
    spikes: new Map(trains),
  };
}
