/** Takes out of dist/ what was built of sources that are no more: it would go on being tested, and into the package. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';
import { stale } from './stale.ts';

for (const file of stale(root)) rmSync(join(root, 'dist', file));
