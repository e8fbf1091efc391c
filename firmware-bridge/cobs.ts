/**
 * Consistent Overhead Byte Stuffing (Cheshire & Baker 1999): a frame without zeros, ended by a zero. A receiver that has
 * lost its place finds it again at the next zero, and the cost is fixed: one byte, and one more in every 254.
 *
 * Both directions stream: the encoder takes a frame in pieces, the decoder takes bytes as they arrive, and neither
 * writes outside the buffer it was given.
 */

/** Wire size of a frame of `length` bytes at most: its bytes, the code bytes and the delimiter. */
export const cobsMaxEncoded = (length: number): number => length + Math.floor(length / 254) + 2;

/** Writes one frame at a time into a caller's buffer. `at` is where the next byte goes, or past the end after an overflow. */
export class CobsEncoder {
  #out: Uint8Array = new Uint8Array(0);
  #at = 0;
  #codeAt = 0;
  /** value that the open code byte will have: 1 + the non-zero bytes written behind it */
  #code = 1;

  begin(out: Uint8Array, at: number): void {
    this.#out = out;
    this.#at = at;
    this.#open();
  }

  byte(value: number): void {
    // A full block stands for its 254 bytes alone, without a zero behind it.
    if (this.#code === 0xff) this.#close();
    if (value === 0) {
      this.#close();
      return;
    }
    this.#out[this.#at++] = value;
    this.#code++;
  }

  bytes(source: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; i++) this.byte(source[i]);
  }

  /** Closes the frame with its delimiter. Returns the end of the frame in the buffer, or -1 if it did not fit. */
  finish(): number {
    this.#out[this.#codeAt] = this.#code;
    this.#out[this.#at++] = 0;
    return this.#at <= this.#out.length ? this.#at : -1;
  }

  #open(): void {
    this.#codeAt = this.#at++;
    this.#code = 1;
  }

  #close(): void {
    this.#out[this.#codeAt] = this.#code;
    this.#open();
  }
}

/**
 * What one byte did. `more`: the frame goes on. `frame`: a frame is complete in `buffer[0..length)`. `empty`: a
 * delimiter with nothing before it. `broken`: the delimiter came inside a block. `oversize`: more bytes than the buffer holds.
 */
export type CobsEvent = 'more' | 'frame' | 'empty' | 'broken' | 'oversize';

/** Decodes a byte stream into one fixed buffer; after any damage it starts afresh behind the next zero. */
export class CobsDecoder {
  readonly buffer: Uint8Array;
  #length = 0;
  #left = 0;
  #previousCode = 0;
  #overflow = false;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity);
  }

  /** Bytes of the frame decoded so far; after a `frame` event, of the whole frame, until the next byte is pushed. */
  get length(): number {
    return this.#length;
  }

  push(byte: number): CobsEvent {
    if (byte === 0) return this.#delimiter();
    if (this.#left > 0) {
      this.#left--;
      this.#append(byte);
      return 'more';
    }
    // A new code byte: the block before it stands for a zero too, unless it was full or there was none.
    if (this.#previousCode === 0) {
      this.#length = 0;
      this.#overflow = false;
    } else if (this.#previousCode !== 0xff) {
      this.#append(0);
    }
    this.#previousCode = byte;
    this.#left = byte - 1;
    return 'more';
  }

  /** Forgets a frame that has begun, as after the port was opened anew. */
  reset(): void {
    this.#previousCode = 0;
    this.#left = 0;
  }

  #append(byte: number): void {
    if (this.#length < this.buffer.length) this.buffer[this.#length++] = byte;
    else this.#overflow = true;
  }

  #delimiter(): CobsEvent {
    const begun = this.#previousCode !== 0;
    const inside = this.#left > 0;
    this.reset();
    if (!begun) return 'empty';
    if (this.#overflow) return 'oversize';
    return inside ? 'broken' : 'frame';
  }
}

/** Encodes `source[start..end)` and its delimiter into `out` from `at`. Returns the end, or -1 if it did not fit. */
export function cobsEncode(source: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  const encoder = new CobsEncoder();
  encoder.begin(out, at);
  encoder.bytes(source, start, end);
  return encoder.finish();
}

/** Decodes one frame, its delimiter included, into `out` from 0. Returns its length, or -1 if it is not exactly one frame that fits. */
export function cobsDecode(source: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const decoder = new CobsDecoder(out.length);
  for (let i = start; i < end; i++) {
    const event = decoder.push(source[i]);
    if (event === 'more') continue;
    if (event !== 'frame' || i !== end - 1) return -1;
    out.set(decoder.buffer.subarray(0, decoder.length));
    return decoder.length;
  }
  return -1;
}
