/** `npm run docs`: writes the printed pages of docs/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './docs.ts';
import { root } from './root.ts';

for (const [page, text] of Object.entries(pages())) writeFileSync(join(root, page), text);
