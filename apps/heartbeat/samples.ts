/**
 * Samples without loss, in a quarter of their bytes: differences d = x[t] − x[t−1] modulo 2¹⁶, x[−1] = 0, folded to z = 2d for d ≥ 0 and −2d − 1 for d < 0, so
 * that small ones of either sign are small; the low bytes of all z, then the high bytes; and brotli over that.
 */
import { brotliDecompressSync } from 'node:zlib';
import { packed } from '../brotli.ts';

/** A day at 360 Hz: bytes that are not ours cannot fill the memory. */
const MOST_BYTES = 1 << 26;

export function encodeSamples(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  let last = 0;
  samples.forEach((value, t) => {
    const difference = ((value - last) << 16) >> 16;
    const folded = (difference << 1) ^ (difference >> 15);
    bytes[t] = folded;
    bytes[samples.length + t] = folded >> 8;
    last = value;
  });
  return packed(bytes);
}

/** The samples of {@link encodeSamples}; undefined where the bytes are none. */
export function decodeSamples(coded: Uint8Array): Int16Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = brotliDecompressSync(coded, { maxOutputLength: MOST_BYTES });
  } catch {
    return undefined;
  }
  if (bytes.length < 2 || bytes.length % 2 !== 0) return undefined;
  const samples = new Int16Array(bytes.length / 2);
  let last = 0;
  for (let t = 0; t < samples.length; t++) {
    const folded = bytes[t]! | (bytes[samples.length + t]! << 8);
    last += (folded >> 1) ^ -(folded & 1);
    samples[t] = last;
  }
  return samples;
}
