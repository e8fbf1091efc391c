/** The printed pages of docs/ are what the code says now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './docs.ts';
import { root } from './root.ts';

const read = (page: string): string | undefined => {
  try {
    return readFileSync(join(root, page), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const stale = Object.entries(pages()).filter(([page, text]) => read(page) !== text);
for (const [page] of stale) console.error(`${page} must be what the code's tables say; run \`npm run docs\``);
console.log(`docs: ${Object.keys(pages()).length} pages, ${stale.length} stale`);
process.exitCode = stale.length === 0 ? 0 : 1;
