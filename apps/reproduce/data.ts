import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** The recordings that travel with the tasks, each in a folder of its own with its README. */
export const bundledData = join(import.meta.dirname, '../../../apps/reproduce/data');

/** The bytes of a file of that folder, as they were before {@link packed}. */
export const unpacked = (file: string): Uint8Array => brotliDecompressSync(readFileSync(join(bundledData, file)));

/** Brotli at its best: for bytes that are stored once and read often. */
export const packed = (bytes: Uint8Array): Uint8Array =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
