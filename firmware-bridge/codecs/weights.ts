import { VarintReader, varintSize, writeVarint } from './varint.ts';

/**
 * The packed payloads that carry a region's bytes. Both begin with `region u8 | generation u8 | offset u24`.
 *
 * - A *chunk* goes on with plain bytes of the image from `offset`.
 * - A *patch* goes on with runs `skip varint | length varint | bytes`: what changed, each run `skip` bytes behind the one before.
 *   Changed rows, scattered single weights and everything in between are the same thing to it.
 */
export const WEIGHT_HEADER_BYTES = 5;
/** Largest image: offsets have 24 bits. */
export const MAX_REGION_BYTES = 0xffffff;

/** Header of a chunk or a patch, and where its body lies. Reused from frame to frame. */
export class WeightHeader {
  region = 0;
  generation = 0;
  offset = 0;
  start = 0;
  end = 0;

  /** Reads a payload's header; false if it is too short to have one and a body. */
  decode(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start <= WEIGHT_HEADER_BYTES) return false;
    this.region = bytes[start];
    this.generation = bytes[start + 1];
    this.offset = bytes[start + 2] | (bytes[start + 3] << 8) | (bytes[start + 4] << 16);
    this.start = start + WEIGHT_HEADER_BYTES;
    this.end = end;
    return true;
  }
}

function writeHeader(out: Uint8Array, region: number, generation: number, offset: number): number {
  out[0] = region;
  out[1] = generation;
  out[2] = offset;
  out[3] = offset >>> 8;
  out[4] = offset >>> 16;
  return WEIGHT_HEADER_BYTES;
}

/** Writes the chunk `image[offset..offset + length)` as a payload at the start of `out`. Returns its length. */
export function writeChunk(out: Uint8Array, region: number, generation: number, image: Uint8Array, offset: number, length: number): number {
  let at = writeHeader(out, region, generation, offset);
  for (let i = offset; i < offset + length; i++) out[at++] = image[i];
  return at;
}

/** Unchanged bytes that are cheaper sent than skipped: a new run costs two bytes at least. */
const JOIN = 2;

/** Walks two images of equal length and writes their differences as patch payloads, in as few bytes as it simply can. */
export class PatchWriter {
  /** where the search for differences goes on; the image's length when all is written */
  position = 0;

  /** Starts over. */
  begin(): void {
    this.position = 0;
  }

  /** Writes the next patch of at most `limit` bytes (at least 16) at the start of `out`. Returns its length, or 0 when nothing differs any more. */
  next(out: Uint8Array, limit: number, region: number, generation: number, previous: Uint8Array, image: Uint8Array): number {
    let from = this.#changed(previous, image, this.position);
    if (from === image.length) {
      this.position = from;
      return 0;
    }
    let at = writeHeader(out, region, generation, from);
    let written = from;
    while (from < image.length) {
      const skip = from - written;
      // Two bytes hold the length of any run that fits into a frame.
      const room = limit - at - varintSize(skip) - 2;
      if (room <= 0) break;
      const length = Math.min(room, this.#runLength(previous, image, from));
      at = writeVarint(out, at, skip);
      at = writeVarint(out, at, length);
      for (let i = from; i < from + length; i++) out[at++] = image[i];
      written = from + length;
      from = this.#changed(previous, image, written);
    }
    this.position = from;
    return at;
  }

  #changed(previous: Uint8Array, image: Uint8Array, from: number): number {
    let i = from;
    while (i < image.length && previous[i] === image[i]) i++;
    return i;
  }

  /** From a changed byte to the last one that is followed by more than {@link JOIN} unchanged bytes. */
  #runLength(previous: Uint8Array, image: Uint8Array, from: number): number {
    let last = from;
    for (let i = from + 1; i < image.length && i - last <= JOIN + 1; i++) {
      if (previous[i] !== image[i]) last = i;
    }
    return last + 1 - from;
  }
}

const reader = new VarintReader();

/** Applies the runs of a patch to `target`. Returns the end of its last run, or -1 if a run is malformed or leaves the image. */
export function applyPatch(bytes: Uint8Array, header: WeightHeader, target: Uint8Array): number {
  let position = header.offset;
  reader.begin(bytes, header.start, header.end);
  while (!reader.done) {
    const skip = reader.read();
    const length = reader.read();
    if (skip < 0 || length < 1 || length > header.end - reader.at) return -1;
    position += skip;
    if (length > target.length - position) return -1;
    for (let i = 0; i < length; i++) target[position++] = bytes[reader.at++];
  }
  return position;
}
