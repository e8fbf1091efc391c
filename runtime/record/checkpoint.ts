import { createHash } from 'node:crypto';
import { raise } from '../errors.ts';
import { decodeState, encodeState, fieldsOf, type State } from './state.ts';

/**
 * One file that holds everything the future of a run depends on. Numbers are little-endian:
 *
 *     0   8  89 'G' 'N' 'G' 0D 0A 1A 0A: what a transfer as text would break
 *     8   4  version, 1
 *    12   4  bytes of the head
 *    16   8  bytes of the state
 *    24  32  SHA-256 of the head
 *    56  32  SHA-256 of the state
 *    88      head, then state, each an encoded {@link State}
 *   end  32  SHA-256 of everything before it, in this and every later version
 */
export interface Checkpoint {
  /** ticks that had run */
  readonly tick: number;
  /** who wrote it and with which options: what a resumed run needs before it has any state */
  readonly run: State;
  readonly state: State;
}

export const CHECKPOINT_VERSION = 1;
const MAGIC = [0x89, 0x47, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER = 88;
const HASH = 32;
/** Bytes of a file with nothing in it. */
const LEAST = HEADER + HASH;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);

/** `state`: encoded already, as a snapshot is. */
export function encodeCheckpoint(tick: number, run: State, state: Uint8Array): Uint8Array {
  const head = encodeState({ tick, run });
  const bytes = new Uint8Array(LEAST + head.length + state.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, CHECKPOINT_VERSION, true);
  view.setUint32(12, head.length, true);
  view.setBigUint64(16, BigInt(state.length), true);
  bytes.set(sha256(head), 24);
  bytes.set(head, HEADER);
  bytes.set(state, HEADER + head.length);
  bytes.set(sha256(bytes.subarray(HEADER + head.length, bytes.length - HASH)), 56);
  bytes.set(sha256(bytes.subarray(0, bytes.length - HASH)), bytes.length - HASH);
  return bytes;
}

/**
 * Reads a checkpoint; `path` is the name in errors. Raises ERR_CHECKPOINT_FORMAT for what is none, ERR_CHECKPOINT_TRUNCATED for a part of one,
 * ERR_CHECKPOINT_DAMAGED where a checksum fails, ERR_CHECKPOINT_VERSION for an intact one of another version. Whatever the bytes, takes time and memory in
 * proportion to their number.
 */
export function decodeCheckpoint(bytes: Uint8Array, path = 'checkpoint'): Checkpoint {
  const begins = Math.min(bytes.length, MAGIC.length);
  if (!equal(bytes.subarray(0, begins), Uint8Array.from(MAGIC.slice(0, begins)))) raise('ERR_CHECKPOINT_FORMAT', { path });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LEAST) raise('ERR_CHECKPOINT_TRUNCATED', { path, expected: `${LEAST} or more`, value: bytes.length });
  const intact = equal(sha256(bytes.subarray(0, bytes.length - HASH)), bytes.subarray(bytes.length - HASH));
  const version = view.getUint32(8, true);
  if (intact && version !== CHECKPOINT_VERSION) raise('ERR_CHECKPOINT_VERSION', { path, value: version, expected: CHECKPOINT_VERSION });
  const headLength = view.getUint32(12, true);
  const stateLength = Number(view.getBigUint64(16, true));
  const expected = LEAST + headLength + stateLength;
  if (bytes.length < expected && !intact) raise('ERR_CHECKPOINT_TRUNCATED', { path, expected, value: bytes.length });
  const head = bytes.subarray(HEADER, HEADER + headLength);
  const state = bytes.subarray(HEADER + headLength, HEADER + headLength + stateLength);
  if (!intact || bytes.length !== expected) {
    const part =
      bytes.length !== expected
        ? 'its lengths'
        : !equal(sha256(head), bytes.subarray(24, 56))
          ? 'the head'
          : !equal(sha256(state), bytes.subarray(56, 88))
            ? 'the state'
            : 'the header';
    raise('ERR_CHECKPOINT_DAMAGED', { path, part });
  }
  const fields = fieldsOf(decodeState(head, `${path}: head`), `${path}: head`);
  return { tick: fields.number('tick'), run: fields.any('run'), state: decodeState(state, `${path}: state`) };
}
