/** Length of a record by its number: 0 to 63 bytes, in no order that suits a ring. */
const lengthOf = (index: number): number => (Math.imul(index, 0x9e3779b1) >>> 26) & 63;

const byteOf = (index: number, at: number): number => (Math.imul(index + 1, 0x85ebca6b) >>> 7) + at * 31;

/** Fills the record of a number; gives its length. */
export function makeRecord(index: number, into: Uint8Array): number {
  const length = lengthOf(index);
  for (let at = 0; at < length; at++) into[at] = byteOf(index, at);
  return length;
}

export function isRecord(index: number, bytes: Uint8Array): boolean {
  return bytes.length === lengthOf(index) && bytes.every((byte, at) => byte === (byteOf(index, at) & 255));
}
