import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { MCAP_MAGIC, McapStreamReader, type McapTypes, Opcode } from '@mcap/core';

/** A chunk that is larger is not read: ours have a 256th of it. */
const MOST_CHUNK = 1 << 26;
/** Schemas, channels and metadata. */
const MOST_RECORD = 1 << 26;
/** A saved state. */
const MOST_ATTACHMENT = 2 ** 31;
/** Bytes read at once of what is only checked. */
const BLOCK = 1 << 16;
const PREFIX = 9;
const MAGIC = Uint8Array.from(MCAP_MAGIC);
const FOOTER = 20;

/** Why reading ends: the file does, or what stands there cannot be. */
export class Damage extends Error {
  readonly offset: number;
  /** whether the file simply ends too early */
  readonly cut: boolean;

  constructor(reason: string, offset: number, cut: boolean) {
    super(reason);
    this.offset = offset;
    this.cut = cut;
  }
}

/** A record with the place where it ends. */
export interface Piece {
  readonly record: McapTypes.TypedMcapRecord;
  readonly end: number;
}

const limits: Readonly<Record<number, number>> = {
  [Opcode.HEADER]: MOST_RECORD,
  [Opcode.SCHEMA]: MOST_RECORD,
  [Opcode.CHANNEL]: MOST_RECORD,
  [Opcode.CHUNK]: MOST_CHUNK,
  [Opcode.ATTACHMENT]: MOST_ATTACHMENT,
  [Opcode.METADATA]: MOST_RECORD,
};

/**
 * Reads the records of an MCAP file from front to back, in memory that its largest record bounds, and holds every bit against a checksum. A chunk comes
 * first as itself, then its messages. What says where things are is checked and not told. Throws {@link Damage}.
 */
export function* readMcap(path: string): Generator<Piece, void, undefined> {
  const file = openSync(path, 'r');
  try {
    yield* read(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function* read(file: number, size: number): Generator<Piece, void, undefined> {
  const fill = (bytes: Uint8Array, offset: number): void => {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(file, bytes, done, bytes.length - done, offset + done);
      if (count === 0) throw new Damage('the file became shorter while it was read', offset + done, true);
      done += count;
    }
  };
  const take = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    fill(bytes, offset);
    return bytes;
  };
  const isMagic = (offset: number): boolean => take(offset, MAGIC.length).every((byte, k) => byte === MAGIC[k]);

  if (size < MAGIC.length) throw new Damage('it is shorter than the eight bytes with which an MCAP file begins', 0, true);
  if (!isMagic(0)) throw new Damage('it does not begin as an MCAP file does', 0, false);

  const parser = new McapStreamReader({ noMagicPrefix: true, includeChunks: true });
  const block = new Uint8Array(BLOCK);
  const prefix = new Uint8Array(PREFIX);
  let crc = crc32(MAGIC);
  let ended = false;
  let offset = MAGIC.length;
  for (;;) {
    if (size - offset < PREFIX) throw new Damage('it ends between two records', offset, true);
    fill(prefix, offset);
    const opcode = prefix[0]!;
    const length = Number(new DataView(prefix.buffer).getBigUint64(1, true));
    const content = offset + PREFIX;
    if (opcode === 0 || (opcode > Opcode.MAX && opcode < 0x80)) throw new Damage(`there is no record of kind ${opcode}`, offset, false);
    if (length > size - content) throw new Damage('it ends inside a record', offset, true);
    const end = content + length;
    if (opcode === Opcode.FOOTER) {
      if (length !== FOOTER) throw new Damage(`a footer of ${length} bytes`, offset, false);
      const footer = take(content, FOOTER);
      const expected = new DataView(footer.buffer).getUint32(16, true);
      if (!ended) throw new Damage('a footer before the end of the data', offset, false);
      if (crc32(footer.subarray(0, 16), crc32(prefix, crc)) !== expected)
        throw new Damage('the summary does not have its checksum', offset, false);
      if (size - end < MAGIC.length) throw new Damage('it ends inside the last eight bytes', end, true);
      if (size - end > MAGIC.length || !isMagic(end)) throw new Damage('it does not end as an MCAP file does', end, false);
      return;
    }
    if (opcode === Opcode.DATA_END) {
      if (length !== 4 || ended) throw new Damage('a wrong end of the data', offset, false);
      const expected = new DataView(take(content, 4).buffer).getUint32(0, true);
      if (crc !== expected) throw new Damage('the data do not have their checksum', offset, false);
      ended = true;
      crc = 0;
      offset = end;
      continue;
    }
    crc = crc32(prefix, crc);
    const limit = ended ? undefined : limits[opcode];
    if (limit === undefined) {
      for (let at = content; at < end; at += BLOCK) {
        const part = block.subarray(0, Math.min(BLOCK, end - at));
        fill(part, at);
        crc = crc32(part, crc);
      }
    } else {
      if (length > limit) throw new Damage(`a record of ${length} bytes, of at most ${limit}`, offset, false);
      const bytes = new Uint8Array(PREFIX + length);
      bytes.set(prefix);
      fill(bytes.subarray(PREFIX), content);
      crc = crc32(bytes.subarray(PREFIX), crc);
      yield* parse(parser, bytes, offset, end);
    }
    offset = end;
  }
}

function* parse(parser: McapStreamReader, bytes: Uint8Array, offset: number, end: number): Generator<Piece, void, undefined> {
  try {
    parser.append(bytes);
  } catch (cause) {
    throw new Damage(reason(cause), offset, false);
  }
  for (;;) {
    let record: McapTypes.TypedMcapRecord | undefined;
    try {
      record = parser.nextRecord();
    } catch (cause) {
      throw new Damage(reason(cause), offset, false);
    }
    if (record === undefined) break;
    yield { record, end };
  }
  if (parser.bytesRemaining() !== 0) throw new Damage('a record is not as long as it says', offset, false);
}

/** In short: the parser cites what it has read, whatever its length. */
const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).slice(0, 40);
