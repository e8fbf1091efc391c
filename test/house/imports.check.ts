/** Who may import whom, on the real tree. */
import path from 'node:path';
import { cruiseImports } from './imports.ts';
import { root } from './root.ts';

/** Far below what the tree holds, far above an empty cruise. */
const atLeast = 40;

const { modules, violations } = await cruiseImports(
  root,
  path.join(root, '.dependency-cruiser.cjs'),
  path.join(root, 'tsconfig.json'),
  atLeast,
);
for (const violation of violations) console.error(violation);
console.log(`imports: ${modules} modules, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
