import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readFileSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolder } from '../../../drivers/index.ts';
import { raise } from '../../../runtime/index.ts';
import { lockFolder } from './lock.ts';
import type { SpoolCounts } from './messages.ts';

/** A message of the spool, and the number by which it is acknowledged. */
export interface Spooled {
  readonly index: number;
  readonly payload: Uint8Array;
}

/**
 * Messages on their way out, on disk: what was appended is there after a kill. A folder of segments; each is a head (sign, acknowledged records, CRC of both) and records (length, CRC,
 * payload). When there is no room the oldest segment goes. What was sent and not acknowledged is sent again, so a reader may see a message twice, in order.
 */
export interface Spool {
  /** never throws; what cannot be written is counted as dropped */
  append(payload: Uint8Array): void;
  /** the next one to send; undefined: there is none */
  next(): Spooled | undefined;
  /** it has arrived; in the order in which they were sent */
  acknowledge(index: number): void;
  /** the connection is lost: what was not acknowledged is next again */
  rewind(): void;
  counts(): SpoolCounts;
  /** why a message could not be written; null: none failed */
  readonly fault: string | null;
  close(): void;
}

interface Segment {
  readonly file: string;
  /** index of its first record */
  readonly first: number;
  /** records before it, which were acknowledged in an earlier run */
  readonly skipped: number;
  /** where each record begins */
  readonly offsets: number[];
  bytes: number;
  fd: number | undefined;
}

const SIGN = 0x47535031;
const HEAD = 12;
const RECORD = 8;
const SUFFIX = '.spool';
/** Of a segment, at most; and one of which all has arrived is deleted from this size on, before the system has written it to the disk at all. */
const SEGMENT_BYTES = 2 ** 18;
const DONE_BYTES = 2 ** 16;
/** Segments that the room is divided into, at least: so much of it is lost at a time. */
const SEGMENTS = 8;
/** Of a record: what claims to be longer is damage. */
const MOST_RECORD = 2 ** 16;
export const LEAST_SPOOL_BYTES = 2 ** 16;

const headOf = (acknowledged: number): Buffer => {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(SIGN, 0);
  head.writeUInt32LE(acknowledged, 4);
  head.writeUInt32LE(crc32(head.subarray(0, 8)), 8);
  return head;
};

/** Where the whole records of a segment begin, where they end, and how many were acknowledged. */
function scan(bytes: Buffer): { readonly offsets: number[]; readonly end: number; readonly acknowledged: number } {
  const whole = bytes.length >= HEAD && bytes.readUInt32LE(0) === SIGN && bytes.readUInt32LE(8) === crc32(bytes.subarray(0, 8));
  const offsets: number[] = [];
  let end = HEAD;
  while (end + RECORD <= bytes.length) {
    const length = bytes.readUInt32LE(end);
    const to = end + RECORD + length;
    if (length > MOST_RECORD || to > bytes.length || bytes.readUInt32LE(end + 4) !== crc32(bytes.subarray(end + RECORD, to))) break;
    offsets.push(end);
    end = to;
  }
  return { offsets, end: Math.min(end, bytes.length), acknowledged: whole ? Math.min(bytes.readUInt32LE(4), offsets.length) : 0 };
}

/** Opens a spool of at most so many bytes, with what an earlier run has left in it. Throws what the system says, and ERR_SPOOL_USED where another process has it. */
export function openSpool(folder: string, mostBytes: number): Spool {
  if (!(mostBytes >= LEAST_SPOOL_BYTES))
    raise('ERR_OUT_OF_RANGE', { path: 'spool.bytes', bound: `≥ ${LEAST_SPOOL_BYTES}`, value: mostBytes, remedy: 'give it more room' });
  makeFolder(folder);
  const unlock = lockFolder(folder);
  const segmentBytes = Math.min(SEGMENT_BYTES, Math.floor(mostBytes / SEGMENTS));
  const segments: Segment[] = [];
  let [number, end, acknowledged, sent, gone, orphans, bytes, dropped, torn] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let fault: string | null = null;
  let tail: Segment | undefined;

  const fdOf = (segment: Segment): number => {
    segment.fd ??= openSync(segment.file, 'r+');
    return segment.fd;
  };
  const shut = (segment: Segment): void => {
    if (segment.fd !== undefined) closeSync(segment.fd);
    segment.fd = undefined;
  };
  const remove = (segment: Segment): void => {
    segments.splice(segments.indexOf(segment), 1);
    if (tail === segment) tail = undefined;
    bytes -= segment.bytes;
    gone = Math.max(gone, segment.first + segment.offsets.length);
    shut(segment);
    unlinkSync(segment.file);
  };
  const endOf = ({ first, offsets }: Segment): number => first + offsets.length;

  /** What of it is on its way may still arrive: it is dropped only when the connection fails. */
  const dropOldest = (): void => {
    const oldest = segments[0]!;
    const to = endOf(oldest);
    orphans += Math.max(0, Math.min(sent, to) - Math.max(acknowledged, oldest.first));
    dropped += Math.max(0, to - Math.max(sent, oldest.first));
    sent = Math.max(sent, to);
    remove(oldest);
  };

  const begin = (): Segment => {
    if (tail !== undefined) {
      fsyncSync(fdOf(tail));
      if (endOf(tail) <= acknowledged) remove(tail);
      else shut(tail);
    }
    const file = join(folder, `${String(++number).padStart(10, '0')}${SUFFIX}`);
    const fd = openSync(file, 'wx+');
    tail = { file, first: end, skipped: 0, offsets: [], bytes: HEAD, fd };
    segments.push(tail);
    bytes += HEAD;
    writeSync(fd, headOf(0), 0, HEAD, 0);
    return tail;
  };

  for (const name of readdirSync(folder).sort()) {
    if (!/^\d{10}\.spool$/.test(name)) continue;
    number = Number(name.slice(0, 10));
    const file = join(folder, name);
    const content = readFileSync(file);
    const found = scan(content);
    if (found.end < content.length || content.length < HEAD) torn++;
    if (found.offsets.length === found.acknowledged) {
      unlinkSync(file);
      continue;
    }
    // Acknowledged records are always the first ones, and none lies before those of an older segment.
    const { acknowledged: skipped } = found;
    const segment: Segment = { file, first: end, skipped, offsets: found.offsets.slice(skipped), bytes: found.end, fd: undefined };
    if (found.end < content.length) ftruncateSync(fdOf(segment), found.end);
    segments.push(segment);
    end += segment.offsets.length;
    bytes += segment.bytes;
    shut(segment);
  }
  while (bytes > mostBytes && segments.length > 0) dropOldest();

  return {
    append(payload) {
      const size = RECORD + payload.length;
      try {
        if (payload.length > MOST_RECORD || HEAD + size > segmentBytes)
          throw new Error(`a message of ${payload.length} bytes is too long for it`);
        let segment = tail;
        if (segment === undefined || segment.bytes + size > segmentBytes) segment = begin();
        while (bytes + size > mostBytes && segments.length > 1) dropOldest();
        const record = Buffer.alloc(size);
        record.writeUInt32LE(payload.length, 0);
        record.writeUInt32LE(crc32(payload), 4);
        record.set(payload, RECORD);
        const fd = fdOf(segment);
        try {
          for (let at = 0; at < size; ) at += writeSync(fd, record, at, size - at, segment.bytes + at);
        } catch (error) {
          ftruncateSync(fd, segment.bytes);
          throw error;
        }
        segment.offsets.push(segment.bytes);
        segment.bytes += size;
        bytes += size;
        end++;
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error);
        dropped++;
      }
    },
    next() {
      const segment = segments.find((one) => sent < endOf(one));
      if (segment === undefined) return undefined;
      sent = Math.max(sent, segment.first);
      const at = segment.offsets[sent - segment.first]!;
      const to = segment.offsets[sent - segment.first + 1] ?? segment.bytes;
      const payload = Buffer.alloc(to - at - RECORD);
      readSync(fdOf(segment), payload, 0, payload.length, at + RECORD);
      return { index: sent++, payload };
    },
    acknowledge(index) {
      if (index < gone) orphans = Math.max(0, orphans - 1);
      acknowledged = Math.max(acknowledged, index + 1);
      for (const segment of [...segments]) {
        if (segment.first > index) break;
        if (endOf(segment) <= acknowledged && (segment !== tail || segment.bytes >= DONE_BYTES)) remove(segment);
        else writeSync(fdOf(segment), headOf(segment.skipped + acknowledged - segment.first), 0, HEAD, 0);
      }
    },
    rewind() {
      dropped += orphans;
      orphans = 0;
      acknowledged = Math.max(acknowledged, gone);
      sent = acknowledged;
    },
    counts: () => ({ waiting: end - Math.max(acknowledged, gone) + orphans, bytes, dropped, torn }),
    get fault() {
      return fault;
    },
    close() {
      for (const segment of [...segments]) {
        if (endOf(segment) <= acknowledged) remove(segment);
        else shut(segment);
      }
      unlock();
    },
  };
}
