import test from 'ava';
import fc from 'fast-check';
import { CobsDecoder } from '../../firmware-bridge/cobs.ts';
import { cobsDecode, cobsEncode, cobsMaxEncoded } from '../../firmware-bridge/index.ts';

const encode = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(cobsMaxEncoded(bytes.length));
  return out.slice(0, cobsEncode(bytes, 0, bytes.length, out, 0));
};
/** Zeros and full blocks are what COBS is about: make them likely. */
const frames = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 600 }).map((list) => Uint8Array.from(list)),
  fc
    .tuple(fc.integer({ min: 250, max: 260 }), fc.uint8Array({ maxLength: 4 }))
    .map(([n, tail]) => Uint8Array.of(...new Uint8Array(n).fill(7), ...tail)),
);

test('decoding what was encoded gives it back', (t) => {
  fc.assert(
    fc.property(frames, (bytes) => {
      const wire = encode(bytes);
      const out = new Uint8Array(bytes.length);
      return cobsDecode(wire, 0, wire.length, out) === bytes.length && Buffer.compare(out, bytes) === 0;
    }),
  );
  t.pass();
});

test('a frame on the wire has one zero, its last byte, and is never longer than promised', (t) => {
  fc.assert(
    fc.property(frames, (bytes) => {
      const wire = encode(bytes);
      return wire.indexOf(0) === wire.length - 1 && wire.length <= cobsMaxEncoded(bytes.length);
    }),
  );
  t.pass();
});

test('an encoder writes nothing outside of its buffer and says that it did not fit', (t) => {
  fc.assert(
    fc.property(frames, fc.nat(20), (bytes, missing) => {
      const needed = encode(bytes).length;
      const whole = new Uint8Array(needed + 8).fill(0xee);
      const end = cobsEncode(bytes, 0, bytes.length, whole.subarray(0, Math.max(0, needed - missing)), 0);
      return (missing === 0 ? end === needed : end === -1) && whole.subarray(needed).every((byte) => byte === 0xee);
    }),
  );
  t.pass();
});

test('whatever arrives, a decoder stays in its buffer and is in step again behind the next zero', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ minLength: 1, maxLength: 32 }), (junk, bytes) => {
      const decoder = new CobsDecoder(32);
      for (const byte of junk) {
        decoder.push(byte);
        if (decoder.length > 32) return false;
      }
      decoder.push(0);
      const wire = encode(bytes);
      const events = Array.from(wire, (byte) => decoder.push(byte));
      return (
        events.slice(0, -1).every((event) => event === 'more') &&
        events.at(-1) === 'frame' &&
        Buffer.compare(decoder.buffer.subarray(0, decoder.length), bytes) === 0
      );
    }),
  );
  t.pass();
});

test('a frame that is too long, cut or split is none', (t) => {
  const wire = encode(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const out = new Uint8Array(8);
  t.is(cobsDecode(wire, 0, wire.length, out), 8);
  t.is(cobsDecode(wire, 0, wire.length, new Uint8Array(7)), -1);
  t.is(cobsDecode(wire, 0, wire.length - 1, out), -1);
  t.is(cobsDecode(Uint8Array.of(...wire.subarray(0, 4), 0, ...wire.subarray(4)), 0, wire.length + 1, out), -1);
});
