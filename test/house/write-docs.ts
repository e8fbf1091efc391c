/** `npm run docs`: writes the printed pages of docs/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages } from './docs.ts';
import { root } from './root.ts';

for (const [page, text] of Object.entries(pages())) {
  mkdirSync(dirname(join(root, page)), { recursive: true });
  writeFileSync(join(root, page), text);
}
