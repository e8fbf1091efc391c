/**
 * Other Nodes for Linux, from the npm registry. Not devDependencies: npm refuses to install packages of another processor, and nobody
 * who only wants the tests should download them.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Exact versions with the hash of their archives: for arm64 one for each major that may run the suite, for x64 a newer one. */
const pinned: Readonly<Record<string, Readonly<Record<string, { readonly version: string; readonly sha512: string }>>>> = {
  arm64: {
    20: { version: '20.20.2', sha512: 'LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==' },
    22: { version: '22.23.3', sha512: 'l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==' },
    24: { version: '24.22.0', sha512: 'xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==' },
  },
  x64: {
    26: { version: '26.10.0', sha512: 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==' },
  },
};

/** Unpacks a Node below `folder`, of the running one's major where none is named; returns its folder, with `bin/node` and the headers. */
export function unpackNode(folder: string, arch: 'arm64' | 'x64', major = Number.parseInt(process.versions.node, 10)): string {
  const name = `node-linux-${arch}`;
  const found = pinned[arch]![major];
  assert.ok(found !== undefined, `a version of ${name} must be pinned in test/deep/stored-node.ts for Node ${major}`);
  const { version, sha512 } = found;
  const place = join(folder, `${name}-${version}`);
  mkdirSync(place);
  execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: place });
  const archive = join(place, `${name}-${version}.tgz`);
  assert.equal(createHash('sha512').update(readFileSync(archive)).digest('base64'), sha512, `sha512 of ${name}@${version}`);
  execFileSync('tar', ['-xzf', archive, '-C', place]);
  return join(place, 'package');
}
