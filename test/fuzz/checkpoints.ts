import { createHash } from 'node:crypto';
import { decodeCheckpoint, encodeCheckpoint, encodeState } from '../../runtime/index.ts';
import { refusal } from '../runtime/network/refusal.ts';
import { editedBy, type Spoiled, spoiled, type Target } from './target.ts';

const state = {
  words: Uint32Array.from({ length: 60 }, (_, k) => k * 0x01010101),
  moments: [Float64Array.of(1, -0, Number.NaN), Float32Array.of(1), BigInt64Array.of(-1n), new Uint8Array(5)],
  text: 'ü',
  list: [1, null, true, { inner: [[], {}] }],
};
const whole = encodeCheckpoint(12_345, { app: 'a', seed: 1, flags: ['x'] }, encodeState(state));
const HEADER = 88;
const HASH = 32;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** The bytes, with lengths and checksums made right where that is asked for: head as long as it was, or as what is there allows. */
function bytesOf({ edits, mended }: Spoiled): Uint8Array {
  const bytes = editedBy(whole, edits);
  if (!mended || bytes.length < HEADER + HASH) return bytes;
  const view = new DataView(bytes.buffer);
  const room = bytes.length - HEADER - HASH;
  const head = Math.min(room, view.getUint32(12, true));
  view.setUint32(12, head, true);
  view.setBigUint64(16, BigInt(room - head), true);
  bytes.set(sha256(bytes.subarray(HEADER, HEADER + head)), 24);
  bytes.set(sha256(bytes.subarray(HEADER + head, bytes.length - HASH)), 56);
  bytes.set(sha256(bytes.subarray(0, bytes.length - HASH)), bytes.length - HASH);
  return bytes;
}

export const checkpoints: Target<Spoiled> = {
  name: 'checkpoint',
  share: 0.25,
  cases: spoiled,
  whole: { edits: [], mended: true },
  size: (input) => bytesOf(input).length,
  read: (input) => refusal(() => decodeCheckpoint(bytesOf(input), 'file')) === undefined,
};
