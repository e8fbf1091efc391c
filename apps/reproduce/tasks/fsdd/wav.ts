/** What a 16-bit mono recording of 8 kHz holds. */
export const SAMPLE_RATE = 8000;

const FORMAT = { pcm: 1, channels: 1, rate: SAMPLE_RATE, bits: 16 };

/** Samples of a RIFF/WAVE file, PCM, 16 bit, mono, 8 kHz. Throws a RangeError that says what the file holds instead. */
export function readWav(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') throw new RangeError('a RIFF/WAVE file required');
  let known = false;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + size > bytes.length) throw new RangeError(`chunk '${name(at)}' of ${size} bytes ends behind the file of ${bytes.length}`);
    if (name(at) === 'fmt ' && size >= 16) {
      const format = {
        pcm: view.getUint16(body, true),
        channels: view.getUint16(body + 2, true),
        rate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
      if (JSON.stringify(format) !== JSON.stringify(FORMAT))
        throw new RangeError(`PCM, 1 channel, ${SAMPLE_RATE} Hz, 16 bits required, got ${JSON.stringify(format)}`);
      known = true;
    }
    if (name(at) === 'data' && known) return Int16Array.from({ length: size >> 1 }, (_, k) => view.getInt16(body + 2 * k, true));
    // Chunks begin at even bytes.
    at = body + size + (size & 1);
  }
  throw new RangeError("chunks 'fmt ' and 'data' required, in this order");
}
