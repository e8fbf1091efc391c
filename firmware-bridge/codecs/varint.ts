/** Unsigned LEB128, as in protobuf, for values below 2³². */

/** Longest encoding of a 32-bit value. */
export const VARINT_BYTES = 5;

export const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

/** Writes `value` at `at` and returns the end; the caller has made sure of {@link varintSize} bytes. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0;
  let position = at;
  while (rest >= 0x80) {
    out[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[position++] = rest;
  return position;
}

/** Reads varints in a bounded range. After a read, `value` is the value, or -1 if there was no whole one below 2³². */
export class VarintReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** next byte to read */
  at = 0;
  value = -1;

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.at >= this.#end;
  }

  read(): number {
    let value = 0;
    let scale = 1;
    this.value = -1;
    for (let i = 0; i < VARINT_BYTES; i++) {
      if (this.at >= this.#end) return -1;
      const byte = this.#bytes[this.at++];
      // Multiplied, not shifted: the fifth byte reaches bit 31 and beyond, where a shift would wrap.
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.value = value <= 0xffffffff ? value : -1;
        return this.value;
      }
      scale *= 128;
    }
    return -1;
  }
}
