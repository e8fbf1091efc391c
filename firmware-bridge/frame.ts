import { CobsDecoder, CobsEncoder, cobsMaxEncoded } from './cobs.ts';
import { CRC16_START, CRC32C_START, crc16, crc32c, crc32cRegister } from './crc.ts';
import { schema16, schema32 } from './description.ts';
import { CODE_MASK, isHandshake } from './messages.ts';

/**
 * A frame on the wire is `cobs(type u8 | seq u8 | ack u8 | credit u8 | payload | crc) 00`, little-endian throughout.
 *
 * Its length says which CRC it has: CRC-16 when header and payload are at most 64 bytes, CRC-32C above (or for every
 * frame, once both ends offered `wideCrc`).
 */
export const HEADER_BYTES = 4;
const SHORT_BODY = 64;
const CRC_BYTES = 4;

/** Header, payload and the longer CRC: the size that `max_frame` limits. */
export const frameBytes = (payload: number): number => HEADER_BYTES + payload + CRC_BYTES;
/** Largest payload of a frame of `maxFrame` bytes. */
export const payloadLimit = (maxFrame: number): number => maxFrame - HEADER_BYTES - CRC_BYTES;
/** Bytes on the wire of a frame with `payload` bytes, at most. */
export const wireBytes = (payload: number): number => cobsMaxEncoded(frameBytes(payload));

/** Where the CRCs of a session start, and whether even short frames get the long one. */
export interface FrameFormat {
  readonly seed16: number;
  readonly seed32: number;
  readonly wide: boolean;
}

/** Hello and Caps start from the plain values, so that any two versions can still tell each other who they are. */
export const handshakeFormat: FrameFormat = { seed16: CRC16_START, seed32: CRC32C_START, wide: false };

/**
 * All other frames: the CRC runs over description, session and frame. A frame of other firmware or of a session that
 * is over fails its check like a damaged one, at no cost in bytes.
 */
export function sessionFormat(session: number, wide: boolean): FrameFormat {
  const salt = Uint8Array.of(session, session >>> 8, session >>> 16, session >>> 24);
  return { seed16: crc16(salt, 0, 4, schema16), seed32: crc32c(salt, 0, 4, schema32), wide };
}

const formatOf = (type: number, session: FrameFormat): FrameFormat => (isHandshake(type & CODE_MASK) ? handshakeFormat : session);

/** Writes frames; owns nothing but four header bytes. */
export class FrameWriter {
  readonly #encoder = new CobsEncoder();
  readonly #header = new Uint8Array(HEADER_BYTES);
  /** that of the running session */
  format: FrameFormat = handshakeFormat;

  /** Encodes a frame with the payload `bytes[start..end)` into `out` from `at`. Returns the end, or -1 if it did not fit. */
  write(
    type: number,
    seq: number,
    ack: number,
    credit: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    out: Uint8Array,
    at: number,
  ): number {
    const header = this.#header;
    header[0] = type;
    header[1] = seq;
    header[2] = ack;
    header[3] = credit;
    const encoder = this.#encoder;
    encoder.begin(out, at);
    encoder.bytes(header, 0, HEADER_BYTES);
    encoder.bytes(bytes, start, end);

    const format = formatOf(type, this.format);
    const long = format.wide || HEADER_BYTES + end - start > SHORT_BODY;
    let crc = long
      ? ~crc32cRegister(bytes, start, end, crc32cRegister(header, 0, HEADER_BYTES, ~format.seed32))
      : crc16(bytes, start, end, crc16(header, 0, HEADER_BYTES, format.seed16));
    for (let i = long ? 4 : 2; i > 0; i--) {
      encoder.byte(crc & 0xff);
      crc >>>= 8;
    }
    return encoder.finish();
  }
}

/** Why a frame was thrown away. */
export type Damage = 'crc' | 'short' | 'broken' | 'oversize';

export interface FrameSink {
  /** A good frame; `bytes[start..end)` is its payload and belongs to the parser: valid until the callback returns. */
  frame(type: number, seq: number, ack: number, credit: number, bytes: Uint8Array, start: number, end: number): void;
  damaged(damage: Damage): void;
}

/**
 * Finds frames in arbitrary chunks of bytes. Its memory is one frame; whatever arrives, it neither throws nor grows, and it is
 * in step again behind the next zero. It allocates nothing.
 */
export class FrameParser {
  readonly #decoder: CobsDecoder;
  readonly #sink: FrameSink;
  /** that of the running session */
  format: FrameFormat = handshakeFormat;

  constructor(maxFrame: number, sink: FrameSink) {
    this.#decoder = new CobsDecoder(maxFrame);
    this.#sink = sink;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const event = this.#decoder.push(bytes[i]);
      if (event === 'more' || event === 'empty') continue;
      if (event === 'frame') this.#check(this.#decoder.buffer, this.#decoder.length);
      else this.#sink.damaged(event);
    }
  }

  /** Forgets a frame that has begun. */
  reset(): void {
    this.#decoder.reset();
  }

  #check(frame: Uint8Array, length: number): void {
    if (length < HEADER_BYTES + 2) {
      this.#sink.damaged('short');
      return;
    }
    const format = formatOf(frame[0], this.format);
    const long = format.wide || length - 2 > SHORT_BODY;
    const body = length - (long ? 4 : 2);
    // Lengths that no sender makes: too short for the long CRC, or a long CRC on a body that would have had the short one.
    if (body < HEADER_BYTES || (long && !format.wide && body <= SHORT_BODY)) {
      this.#sink.damaged('short');
      return;
    }
    const good = long
      ? ~crc32cRegister(frame, 0, body, ~format.seed32) === read32(frame, body)
      : crc16(frame, 0, body, format.seed16) === (frame[body] | (frame[body + 1] << 8));
    if (good) this.#sink.frame(frame[0], frame[1], frame[2], frame[3], frame, HEADER_BYTES, body);
    else this.#sink.damaged('crc');
  }
}

const read32 = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
