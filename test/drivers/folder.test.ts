/** Folders are made level by level: what the system refuses is told, and nothing is tried for ever. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { makeFolder } from '../../drivers/index.ts';
import { temporaryFolder } from '../house/temporary.ts';

test('a folder and those above it; one that is there stays', (t) => {
  const folder = join(temporaryFolder(t), 'a', 'b');
  makeFolder(folder);
  makeFolder(folder);
  t.true(existsSync(folder));
});

test('a file in its place or above it, and a place where the system makes none, are refused', (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  t.throws(() => makeFolder(file), { code: 'EEXIST' });
  t.throws(() => makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
  if (process.platform === 'linux') t.throws(() => makeFolder('/proc/none/such'), { code: 'ENOENT' });
});
