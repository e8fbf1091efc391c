import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root } from './root.ts';
import { stale } from './stale.ts';
import { temporaryFolder } from './temporary.ts';

test('what was built of a source that is no more is found, and nothing else', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'dist/a'), { recursive: true });
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'a/kept.ts'), '');
  for (const file of ['kept.js', 'kept.d.ts', 'gone.js', 'gone.js.map', 'gone.d.ts', 'data.json'])
    writeFileSync(join(folder, 'dist/a', file), '');
  writeFileSync(join(folder, 'dist/.tsbuildinfo'), '');
  t.deepEqual(stale(folder).toSorted(), ['a/gone.d.ts', 'a/gone.js', 'a/gone.js.map']);
  t.deepEqual(stale(root), [], 'the build leaves none');
});
