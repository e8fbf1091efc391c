import { unpacked } from '../../data.ts';

/** Pixels of the camera on a side, and of the squares that are counted together. */
const [SIDE, SQUARE] = [34, 2];
const ROW = SIDE / SQUARE;
/** Polarity × rows × columns. */
export const MAPS = [2, ROW, ROW] as const;
export const INPUTS = 2 * ROW * ROW;
export const TICK_MS = 5;
/** What comes after 300 ms is left out: the decision is made there. */
export const TICKS = 60;
export const DIGITS = 10;

/** One digit before an event camera that makes three saccades. */
export interface Recording {
  readonly label: number;
  /** (ticks, inputs): events of a tick */
  readonly counts: Uint8Array;
}

/**
 * Counts (ticks, inputs) of events of 5 bytes: x, y, then polarity (bit 7) and the time in µs (23 bits, big endian). Throws a RangeError on what no such camera
 * sends.
 */
export function countEvents(events: Uint8Array): Uint8Array {
  if (events.length % 5 !== 0) throw new RangeError(`whole events of 5 bytes required, got ${events.length} bytes`);
  const counts = new Uint8Array(TICKS * INPUTS);
  for (let at = 0; at < events.length; at += 5) {
    const [x, y] = [events[at]!, events[at + 1]!];
    if (x >= SIDE || y >= SIDE) throw new RangeError(`pixels of 34 × 34 required, got (${x}, ${y}) in event ${at / 5}`);
    const polarity = events[at + 2]! >> 7;
    const microseconds = ((events[at + 2]! & 0x7f) << 16) | (events[at + 3]! << 8) | events[at + 4]!;
    const tick = Math.floor(microseconds / (1000 * TICK_MS));
    if (tick < TICKS) counts[tick * INPUTS + (polarity * ROW + Math.floor(y / SQUARE)) * ROW + Math.floor(x / SQUARE)]!++;
  }
  return counts;
}

/** The file of recordings: label and counts, one after the other. */
export const encodeRecordings = (recordings: readonly Recording[]): Uint8Array =>
  Buffer.concat(recordings.flatMap(({ label, counts }) => [Uint8Array.of(label), counts]));

/** The recordings of a file made by {@link encodeRecordings}. */
export function decodeRecordings(bytes: Uint8Array): Recording[] {
  const length = 1 + TICKS * INPUTS;
  if (bytes.length % length !== 0) throw new RangeError(`whole recordings of ${length} bytes required, got ${bytes.length} bytes`);
  return Array.from({ length: bytes.length / length }, (_, index) => {
    const label = bytes[index * length]!;
    if (label >= DIGITS) throw new RangeError(`labels 0 to 9 required, got ${label} in recording ${index}`);
    return { label, counts: bytes.subarray(index * length + 1, (index + 1) * length) };
  });
}

export const loadRecordings = (part: 'train' | 'test'): Recording[] => decodeRecordings(unpacked(`nmnist/${part}.br`));
