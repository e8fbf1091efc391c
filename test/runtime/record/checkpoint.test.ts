import test from 'ava';
import fc from 'fast-check';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint, encodeState } from '../../../runtime/index.ts';

const run = { app: 'a', seed: 1 };
const state = { words: Uint32Array.from({ length: 40 }, (_, k) => k * 0x01010101), text: 'ü', list: [1, null] };
const whole = encodeCheckpoint(12_345, run, encodeState(state));

test('a checkpoint gives back what it holds', (t) => {
  t.deepEqual(decodeCheckpoint(whole), { tick: 12_345, run, state });
});

/** The code of the error that decoding raises, which must be one of ours with a path and a remedy. */
function codeOf(bytes: Uint8Array): string | undefined {
  try {
    decodeCheckpoint(bytes, 'file');
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckpointError && error.path !== undefined && error.remedy !== '')) throw error;
    return error.code;
  }
}

test('every bit flipped and every byte cut off is noticed', (t) => {
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const bytes = whole.slice();
    bytes[bit >>> 3]! ^= 1 << (bit & 7);
    const code = codeOf(bytes);
    t.true(code !== undefined && /FORMAT|TRUNCATED|DAMAGED/.test(code), `bit ${bit}: ${code}`);
  }
  for (let length = 0; length < whole.length; length++) t.is(codeOf(whole.slice(0, length)), 'ERR_CHECKPOINT_TRUNCATED', `${length} bytes`);
});

test('a torn file, whose last blocks never reached the disk, is noticed', (t) => {
  for (let from = 0; from < whole.length; from++) {
    const bytes = whole.slice();
    if (bytes.subarray(from).every((byte) => byte === 0)) continue;
    bytes.fill(0, from);
    t.not(codeOf(bytes), undefined, `zero from ${from}`);
  }
  t.is(codeOf(Uint8Array.of(...whole, 0)), 'ERR_CHECKPOINT_DAMAGED');
});

test('the damaged part is named', (t) => {
  const flipped = (at: number): Uint8Array => {
    const bytes = whole.slice();
    bytes[at]! ^= 1;
    return bytes;
  };
  t.throws(() => decodeCheckpoint(flipped(92)), { message: /the head/ });
  t.throws(() => decodeCheckpoint(flipped(whole.length - 40)), { message: /the state/ });
  t.throws(() => decodeCheckpoint(flipped(whole.length - 1)), { message: /the header/ });
});

test('an intact one of another version is refused by its version, not as damaged', async (t) => {
  const { createHash } = await import('node:crypto');
  const bytes = whole.slice();
  bytes[8] = 7;
  bytes.set(createHash('sha256').update(bytes.subarray(0, -32)).digest(), bytes.length - 32);
  t.throws(() => decodeCheckpoint(bytes, 'f'), { code: 'ERR_CHECKPOINT_VERSION', message: 'f is a checkpoint of version 7, this is 1' });
});

test('no bytes at all make the decoder crash, hang, or accept what was not written', (t) => {
  const accepted = Buffer.from(whole);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => codeOf(bytes) !== undefined),
    { numRuns: 2000 },
  );
  const edit = fc.record({
    at: fc.nat({ max: whole.length - 1 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    cut: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let bytes = whole.slice();
      for (const { at, bytes: some, cut } of edits) {
        if (cut) bytes = bytes.slice(0, at);
        else if (at + some.length <= bytes.length) bytes.set(some, at);
      }
      return accepted.equals(bytes) || codeOf(bytes) !== undefined;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('with checksums that fit, what they cover is read as carefully', async (t) => {
  const { createHash } = await import('node:crypto');
  const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.boolean(),
      (head, body, length, lies) => {
        const bytes = new Uint8Array(120 + head.length + body.length);
        const view = new DataView(bytes.buffer);
        bytes.set(whole.subarray(0, 12));
        view.setUint32(12, head.length, true);
        view.setBigUint64(16, lies ? length : BigInt(body.length), true);
        bytes.set(sha(head), 24);
        bytes.set(sha(body), 56);
        bytes.set(head, 88);
        bytes.set(body, 88 + head.length);
        bytes.set(sha(bytes.subarray(0, -32)), bytes.length - 32);
        return codeOf(bytes) !== undefined;
      },
    ),
    { numRuns: 1000 },
  );
  t.pass();
});
