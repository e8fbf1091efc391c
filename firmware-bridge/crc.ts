/**
 * The two checks of the wire, table driven. Both take the result so far as `previous`, so that a CRC over several
 * pieces, or one that starts from a seed, is the CRC of the pieces joined: `crc(b, crc(a)) = crc(a ++ b)`.
 *
 * By hand because every frame starts from a seed (the protocol's description and the session) and the packages at
 * hand offer no CRC-32C.
 */

/** CRC-16/CCITT-FALSE before the first byte. */
export const CRC16_START = 0xffff;
/** CRC-32C before the first byte. */
export const CRC32C_START = 0;

const table16 = new Uint16Array(256);
const table32 = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let high = byte << 8;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    high = high & 0x8000 ? (high << 1) ^ 0x1021 : high << 1;
    low = low & 1 ? (low >>> 1) ^ 0x82f63b78 : low >>> 1;
  }
  table16[byte] = high;
  table32[byte] = low;
}

/** CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected. Of "123456789": 0x29B1. */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length, previous = CRC16_START): number {
  let crc = previous;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ table16[(crc >>> 8) ^ bytes[i]];
  return crc;
}

/** CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, complemented at both ends. Of "123456789": 0xE3069283. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, previous = CRC32C_START): number {
  return ~crc32cRegister(bytes, start, end, ~previous) >>> 0;
}

/** The shift register of CRC-32C, ~crc, as int32: what a frame's check takes, since V8 makes an object of a number beyond int32. */
export function crc32cRegister(bytes: Uint8Array, start: number, end: number, register: number): number {
  let crc = register;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ table32[(crc ^ bytes[i]) & 0xff];
  return crc;
}
