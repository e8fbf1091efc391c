/**
 * Clock comparison by four stamps: t1 host sends, t2 device receives, t3 device sends, t4 host receives. Request and
 * answer are of one length on the wire, because a longer answer would shift the result by its extra time on the line (340 µs were
 * measured at 115200 baud). The request carries t1 and zeros.
 */
export const TIME_SYNC_BYTES = 25;

/** Payload of a TimeSync message; times are whole microseconds below 2⁵³. */
export interface TimeSync {
  id: number;
  t1: number;
  t2: number;
  t3: number;
}

const HALF = 0x100000000;

function writeTime(out: Uint8Array, at: number, time: number): void {
  let low = time % HALF;
  let high = Math.floor(time / HALF);
  for (let i = 0; i < 4; i++) {
    out[at + i] = low & 0xff;
    out[at + 4 + i] = high & 0xff;
    low = Math.floor(low / 256);
    high = Math.floor(high / 256);
  }
}

function readTime(bytes: Uint8Array, at: number): number {
  let time = 0;
  for (let i = 7; i >= 0; i--) time = time * 256 + bytes[at + i];
  return time;
}

/** Writes the payload at the start of `out`. Returns its length. */
export function writeTimeSync(out: Uint8Array, message: Readonly<TimeSync>): number {
  out[0] = message.id;
  writeTime(out, 1, message.t1);
  writeTime(out, 9, message.t2);
  writeTime(out, 17, message.t3);
  return TIME_SYNC_BYTES;
}

/** Reads a payload into `into`; false if it has another length or a time of 2⁵³ or more. */
export function readTimeSync(bytes: Uint8Array, start: number, end: number, into: TimeSync): boolean {
  if (end - start !== TIME_SYNC_BYTES) return false;
  into.id = bytes[start];
  into.t1 = readTime(bytes, start + 1);
  into.t2 = readTime(bytes, start + 9);
  into.t3 = readTime(bytes, start + 17);
  return Math.max(into.t1, into.t2, into.t3) <= Number.MAX_SAFE_INTEGER;
}

/** How far the device's clock is ahead of the host's, as one exchange shows it. Right to half of any asymmetry of the line. */
export const clockOffset = (m: Readonly<TimeSync>, t4: number): number => (m.t2 - m.t1 + (m.t3 - t4)) / 2;

/** Time on the line, there and back. */
export const roundTripTime = (m: Readonly<TimeSync>, t4: number): number => t4 - m.t1 - (m.t3 - m.t2);
