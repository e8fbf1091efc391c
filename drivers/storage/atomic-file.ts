import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a file is called while it is written; whoever finds one may delete it. */
export const TEMPORARY = '.tmp';

/** Makes what a folder lists lasting: the names, not the files. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file so that, whatever happens and whenever, its name holds either what it held before or all of `bytes`: temporary file, fsync, rename, fsync of the
 * folder. Throws what the system says, and then leaves no temporary file.
 */
export function writeAtomically(file: string, bytes: Uint8Array): void {
  const temporary = `${file}${TEMPORARY}`;
  const descriptor = openSync(temporary, 'w');
  try {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  syncFolder(dirname(file));
}
