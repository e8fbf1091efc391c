import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing; one that is there stays as it is. Throws what the system says. Level by level: where the system refuses a name
 * though the folder above is there (/proc does), `recursive` of Node 20 tries for ever.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.push(at);
  for (const one of missing.toReversed()) {
    try {
      mkdirSync(one);
    } catch (error) {
      // Another process may have been faster.
      if (!existsSync(one)) throw error;
    }
  }
  if (!statSync(folder).isDirectory()) mkdirSync(folder);
}
