/** Runs every *.check.ts of this folder, built, each in its own process; a check says what is wrong and exits non-zero. */
import { spawnSync } from 'node:child_process';
import { root } from './root.ts';
import { built, filesIn } from './sources.ts';

const checks = filesIn(root, 'test/house').filter((file) => file.endsWith('.check.ts'));
const failed = checks.filter((file) => spawnSync(process.execPath, [built(root, file)], { stdio: 'inherit' }).status !== 0);

for (const file of failed) console.error(`failed: ${file}`);
if (checks.length === 0) console.error('At least one *.check.ts must stand in test/house, got none.');
console.log(`checks: ${checks.length - failed.length} held, ${failed.length} failed`);
process.exitCode = checks.length > 0 && failed.length === 0 ? 0 : 1;
