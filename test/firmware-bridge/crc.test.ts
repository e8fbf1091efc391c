import test from 'ava';
import fc from 'fast-check';
import { crc16, crc32c } from '../../firmware-bridge/index.ts';
import { noise } from './support.ts';

test('the published check values', (t) => {
  const digits = new TextEncoder().encode('123456789');
  t.is(crc16(digits), 0x29b1);
  t.is(crc32c(digits), 0xe3069283);
});

test('going on from a CRC gives that of the joined bytes', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      const joined = Uint8Array.of(...a, ...b);
      return (
        crc16(b, 0, b.length, crc16(a)) === crc16(joined) &&
        crc32c(b, 0, b.length, crc32c(a)) === crc32c(joined) &&
        crc16(joined, a.length, joined.length) === crc16(b)
      );
    }),
  );
  t.pass();
});

test('every error of one or two bits in a short frame changes both', (t) => {
  const bytes = noise(16, 1);
  const right16 = crc16(bytes);
  const right32 = crc32c(bytes);
  let missed = 0;
  for (let a = 0; a < 128; a++) {
    for (let b = a; b < 128; b++) {
      bytes[a >> 3] ^= 1 << (a & 7);
      if (b > a) bytes[b >> 3] ^= 1 << (b & 7);
      if (crc16(bytes) === right16 || crc32c(bytes) === right32) missed++;
      bytes[a >> 3] ^= 1 << (a & 7);
      if (b > a) bytes[b >> 3] ^= 1 << (b & 7);
    }
  }
  t.is(missed, 0);
});
