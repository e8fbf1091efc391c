import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { hostsIn, importedPackages, type Lock, type Manifest, strayCode, unreviewedScripts, unusedPackages } from './package.ts';
import { root } from './root.ts';
import { folders, typescriptSources } from './sources.ts';
import { plant, temporaryFolder } from './temporary.ts';

const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as Lock;
const sources = typescriptSources(root);
/** The tests of the import rules quote imports that nobody makes. */
const quoting = ['test/house/imports.test.ts', 'test/house/package.test.ts'];
const texts = [...sources.filter((file) => !quoting.includes(file)), 'native/build.mjs', 'binding.gyp'].map(read);
/** Recordings as upstream has them, from which tests make some of the data anew. */
const forTests = /\/(fsdd\/.*\.wav|nmnist\/.*\.bs2)$/;
const heavy = ['johnny-five', 'mujoco-js', 'onnxruntime-node'];

test('the lock file names no host', (t) => {
  t.deepEqual(hostsIn(lock), []);
  const tied: Lock = { packages: { '': {}, 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } } };
  t.deepEqual(hostsIn(tied), ['node_modules/a: https://registry.example/a.tgz']);
});

test('every package with an install script is reviewed', (t) => {
  t.deepEqual(unreviewedScripts(manifest, lock), []);
  const surprising: Lock = { packages: { 'node_modules/b/node_modules/@c/d': { hasInstallScript: true } } };
  t.deepEqual(unreviewedScripts(manifest, surprising), ['@c/d']);
});

test('there is one serialport in the tree', (t) => {
  const places = Object.keys(lock.packages).filter((place) => /(^|\/)node_modules\/serialport$/.test(place));
  t.deepEqual(places, ['node_modules/serialport']);
});

test('code stands in the six folders only', (t) => {
  t.deepEqual(strayCode(root), []);
  const folder = temporaryFolder(t);
  const lawful = Object.fromEntries(folders.map((name) => [`${name}/x.ts`, '']));
  plant(folder, {
    ...lawful,
    'dist/x.js': '',
    '.ci/run': '#!/bin/bash\n',
    'docs/a.md': '',
    'tools/x.py': '',
    'x.mjs': '',
    'docs/run': '#!/bin/sh\n',
  });
  t.deepEqual(strayCode(folder).sort(), ['docs/run', 'tools/x.py', 'x.mjs']);
});

test('every declared package is used', (t) => {
  t.deepEqual(unusedPackages(manifest, texts), []);
  const idle = { ...manifest, dependencies: { ...manifest.dependencies, 'left-over': '1.0.0' } };
  t.deepEqual(unusedPackages(idle, texts), ['left-over']);
});

test('all forms of import are seen', (t) => {
  const text = `import a from 'a';\nimport type { B } from "@b/c/d";\nimport 'e/f';\nawait import('g');\nrequire('h');\nrequire.resolve('i/j');\nimport './k.ts';\nimport 'node:fs';\n`;
  t.deepEqual(importedPackages(text), ['a', '@b/c', 'e', 'g', 'h', 'i']);
});

test('the heavy packages are optional peers that tests install and users need not', (t) => {
  for (const name of heavy) {
    t.true(manifest.peerDependenciesMeta[name]?.optional, name);
    t.truthy(manifest.peerDependencies[name], name);
    t.truthy(manifest.devDependencies[name], name);
    t.false(name in manifest.dependencies, name);
  }
});

test('what package.json exports and offers as a command has a source', (t) => {
  const targets = [...Object.values(manifest.exports), ...Object.values(manifest.bin)].map((entry) =>
    typeof entry === 'string' ? entry : entry.default,
  );
  const built = targets
    .filter((target) => target.includes('dist/'))
    .map((target) => target.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts'));
  const leads = (target: string): boolean => sources.some((file) => new RegExp(`^${target.replace('*', '[^/]+')}$`).test(file));
  t.deepEqual(
    built.filter((target) => !leads(target)),
    [],
  );
});

test('the published package holds the built code, its data and the native sources, and no test', (t) => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
  const paths = files.map((file) => file.path);
  for (const needed of [
    'dist/runtime/index.js',
    'dist/runtime/index.d.ts',
    'native/install.mjs',
    'native/build.mjs',
    'native/prebuilt.mjs',
    'native/src/addon.cc',
    'binding.gyp',
    'LICENSE',
  ]) {
    t.true(paths.includes(needed), needed);
  }
  const data = fs.readdirSync(path.join(root, 'apps'), { recursive: true, withFileTypes: true, encoding: 'utf8' }).flatMap((entry) => {
    const file = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
    return entry.isFile() && /^apps\/\w+\/data\//.test(file) ? [file] : [];
  });
  t.true(data.length > 0);
  t.deepEqual(
    data.filter((file) => !paths.includes(file) && !forTests.test(file)),
    ['apps/reproduce/data/fsdd/takes.br'],
    'data that the apps read is left out, beside the largest, whose task says where it is',
  );
  t.deepEqual(
    paths.filter((file) => file.endsWith('.map')),
    [],
  );
  t.deepEqual(
    paths.filter((file) => /(^|\/)test\//.test(file) || file.endsWith('tsbuildinfo')),
    [],
  );
  t.true(paths.includes('firmware-bridge/firmware/targets/atmega328p/atmega328p.c'));
  t.deepEqual(
    paths.filter((file) => file.includes('simavr')),
    [],
    'what is linked with a library under the GPL is for the tests only',
  );
});
