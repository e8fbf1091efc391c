import test from 'ava';
import fc from 'fast-check';
import { applyPatch, PatchWriter, WEIGHT_HEADER_BYTES, WeightHeader, writeChunk } from '../../firmware-bridge/index.ts';
import { noise } from './support.ts';

/** Writes all patches from `before` to `after`, applies them to a copy and returns it with the bytes that they took. */
function patchAll(before: Uint8Array, after: Uint8Array, limit: number): { result: Uint8Array; bytes: number } {
  const out = new Uint8Array(limit);
  const writer = new PatchWriter();
  const header = new WeightHeader();
  const result = before.slice();
  let bytes = 0;
  for (;;) {
    const length = writer.next(out, limit, 3, 4, before, after);
    if (length === 0) return { result, bytes };
    if (length > limit || !header.decode(out, 0, length) || header.region !== 3 || header.generation !== 4) throw new Error('bad patch');
    if (applyPatch(out, header, result) < 0) throw new Error('patch refused');
    bytes += length;
  }
}

test('patches turn one image into the other', (t) => {
  const changes = fc.array(fc.tuple(fc.nat(1999), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 255 })), { maxLength: 30 });
  fc.assert(
    fc.property(changes, fc.integer({ min: 16, max: 200 }), (list, limit) => {
      const before = noise(2000, 5);
      const after = before.slice();
      for (const [at, length, by] of list) for (let i = at; i < Math.min(2000, at + length); i++) after[i] ^= by;
      return Buffer.compare(patchAll(before, after, limit).result, after) === 0;
    }),
  );
  t.pass();
});

test('a patch costs what has changed: nothing, one weight, one row, every row', (t) => {
  const before = noise(64 * 128, 6);
  const change = (...at: number[]): Uint8Array => {
    const after = before.slice();
    for (const i of at) after[i] ^= 1;
    return after;
  };
  t.is(patchAll(before, before, 133).bytes, 0);
  t.is(patchAll(before, change(4000), 133).bytes, WEIGHT_HEADER_BYTES + 3);
  const row = Array.from({ length: 128 }, (_, i) => 128 * 7 + i);
  t.true(patchAll(before, change(...row), 133).bytes <= 128 + 2 * (WEIGHT_HEADER_BYTES + 3));
  const everything = patchAll(before, noise(64 * 128, 7), 133);
  t.true(everything.bytes < 1.09 * before.length, `${everything.bytes}`);
});

test('whatever a patch says, it changes nothing outside of the image', (t) => {
  const guarded = new Uint8Array(300).fill(0xaa);
  const image = guarded.subarray(100, 200);
  const header = new WeightHeader();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(120), (body, offset) => {
      const bytes = Uint8Array.of(0, 0, offset, 0, 0, ...body);
      if (!header.decode(bytes, 0, bytes.length)) return body.length === 0;
      const end = applyPatch(bytes, header, image);
      return end <= 100 && guarded.subarray(0, 100).every((b) => b === 0xaa) && guarded.subarray(200).every((b) => b === 0xaa);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('a chunk carries its place', (t) => {
  const image = noise(70_000, 8);
  const out = new Uint8Array(256);
  const length = writeChunk(out, 9, 200, image, 0x10203, 128);
  const header = new WeightHeader();
  t.true(header.decode(out, 0, length));
  t.deepEqual([header.region, header.generation, header.offset, header.end - header.start], [9, 200, 0x10203, 128]);
  t.deepEqual(out.slice(header.start, header.end), image.slice(0x10203, 0x10203 + 128));
  t.false(header.decode(out, 0, WEIGHT_HEADER_BYTES));
});
