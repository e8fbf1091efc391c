import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { raise } from '../../runtime/index.ts';

/** The recordings that travel with the tasks, each in a folder of its own with its README. */
export const bundledData = join(import.meta.dirname, '../../../apps/reproduce/data');

/** The bytes of a file of that folder, as they were before `packed` of apps/brotli.ts. */
export function unpacked(file: string): Uint8Array {
  const path = join(bundledData, file);
  if (!existsSync(path)) raise('ERR_DATA_MISSING', { path });
  return brotliDecompressSync(readFileSync(path));
}
