/** What `npm pack` makes, installed as a user installs it: into an empty folder, without a compiler, on this Node, a newer one and an emulated arm64 machine. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../house/root.ts';
import type { Check } from './checks.ts';
import { emulatedNode } from './emulated.ts';
import { unpackNode } from './stored-node.ts';

/** Bytes of the packed package: asked for, decimal megabytes. */
const MOST_BYTES = 6_000_000;
/** The oldest glibc that the prebuilt addons may ask for: that of Debian 12, Ubuntu 22.04 and RHEL 9 at the least. */
const GLIBC = 34;

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-pack-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const [tools, project] = [join(folder, 'tools'), join(folder, 'project')];
const installed = join(project, 'node_modules/ganglion');
const tarball = join(folder, 'ganglion.tgz');

/** Nothing of the npm that may have started this suite. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|GANGLION_|NO_COLOR|FORCE_COLOR)/.test(name)));

/** The commands on the PATH of a machine without a compiler: Node, npm, npx, and the shell in which npm runs scripts. */
function path(node: string): string {
  const bin = join(tools, node.replaceAll('/', '_'));
  mkdirSync(bin, { recursive: true });
  const which = (name: string) => execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  const commands = { node, npm: which('npm'), npx: which('npx'), sh: which('sh'), env: which('env') };
  for (const [name, file] of Object.entries(commands)) {
    rmSync(join(bin, name), { force: true });
    symlinkSync(file, join(bin, name));
  }
  return bin;
}

interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in the project on a machine with that Node and, as long as `PATH` names nothing more, no compiler. */
function say(node: string, command: string, args: readonly string[], PATH = path(node)): Said {
  const { status, stdout, stderr } = spawnSync(join(path(node), command), args, {
    cwd: project,
    env: { ...clean, PATH },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, out: stdout, err: stderr };
}

interface Run {
  readonly backend: string;
  readonly target: string;
  readonly fingerprint: string;
  readonly ticks: number;
}

const heartbeat = ['run', 'heartbeat', '--fast', '--seconds', '5', '--board', 'none', '--json'];

function runOn(node: string, command = 'npx', args = ['--no', 'ganglion', ...heartbeat]): Run & { readonly err: string } {
  const { status, out, err } = say(node, command, args);
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${err}`);
  const { backend, target, fingerprint, ticks } = JSON.parse(out) as Run;
  return { backend, target, fingerprint, ticks, err };
}

const api = 'const found = nativeInfo(); console.log(JSON.stringify([typeof compile, found.file ?? found.reason, found.chosen]));\n';
const programs = {
  'module.mjs': `import { compile } from 'ganglion';\nimport { nativeInfo } from 'ganglion/native';\n${api}`,
  'common.cjs': `const { compile } = require('ganglion');\nconst { nativeInfo } = require('ganglion/native');\n${api}`,
};

/** import and require reach the same package, and the addon that came with it; nothing is said on stderr. */
function bothWays(node: string): string {
  const answers = Object.keys(programs).map((file) => say(node, 'node', [file]));
  for (const { status, out, err } of answers) {
    assert.deepEqual([status, err], [0, '']);
    const [kind, file, chosen] = JSON.parse(out) as string[];
    assert.equal(kind, 'function');
    assert.match(file!, /\/node_modules\/ganglion\/prebuilds\/linux-\w+\/ganglion\.node$/);
    assert.equal(typeof chosen, 'string');
  }
  return 'import and require';
}

const packed: Check = {
  claim: 'npm pack: at most 6 MB with addons for x64 and arm64, which need no C++ library and no glibc after 2.34',
  async run() {
    const options = { cwd: root, encoding: 'utf8' as const, env: { ...clean, GANGLION_NATIVE: 'require' }, stdio: 'pipe' as const };
    try {
      execFileSync('npm', ['run', '--silent', 'prepack'], options);
      // `npm pack` would build dist/ first, which this suite runs from; it is as built.
      const [made] = JSON.parse(execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], options)) as {
        filename: string;
      }[];
      renameSync(join(folder, made!.filename), tarball);
    } finally {
      execFileSync('npm', ['run', '--silent', 'postpack'], options);
    }
    assert.equal(statSync(join(root, 'prebuilds'), { throwIfNoEntry: false }), undefined, 'nothing stale is left in the work tree');
    const bytes = statSync(tarball).size;
    assert.ok(bytes <= MOST_BYTES, `at most ${MOST_BYTES} bytes required, got ${bytes}`);
    const needs = ['x64', 'arm64'].map((arch) => {
      const name = `package/prebuilds/linux-${arch}/ganglion.node`;
      const text = execFileSync('tar', ['-xzOf', tarball, name], { maxBuffer: 1 << 26 }).toString('latin1');
      assert.ok(!text.includes('libstdc++.so'), `${name} needs libstdc++`);
      const newest = Math.max(...[...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)));
      assert.ok(newest <= GLIBC, `${name} needs glibc 2.${newest}`);
      return `${arch} glibc 2.${newest}`;
    });
    return `${(bytes / 1e6).toFixed(2)} MB; ${needs.join(', ')}`;
  },
};

let here: Run | undefined;

const fresh: Check = {
  claim: 'an empty folder without a compiler: npm i, npx ganglion run heartbeat on the prebuilt addon, import and require',
  async run() {
    mkdirSync(project);
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(project, file), text);
    const install = say(process.execPath, 'npm', [
      'install',
      '--prefer-offline',
      '--no-fund',
      '--no-audit',
      '--foreground-scripts',
      tarball,
    ]);
    assert.equal(install.status, 0, install.err);
    assert.doesNotMatch(install.out, /^ganglion: /m, 'the prebuilt addon needs no word');
    here = runOn(process.execPath);
    assert.equal(here.backend, 'native');
    assert.ok(here.ticks > 0);
    return `${here.ticks} ticks on ${here.target}, ${bothWays(process.execPath)}`;
  },
};

const typed: Check = {
  claim: 'its types hold in ESM and in CommonJS, and a mistake is seen in both',
  async run() {
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const use = (rate: string) => `const decay: number = exact.exp(${rate});\nconst info = nativeInfo();\nexport { decay, info };\n`;
    const esm = "import { exact } from 'ganglion';\nimport { nativeInfo } from 'ganglion/native';\n";
    const cjs =
      "import ganglion = require('ganglion');\nimport native = require('ganglion/native');\nconst { exact } = ganglion;\nconst { nativeInfo } = native;\n";
    const sources = {
      'right.mts': esm + use('1'),
      'wrong.mts': esm + use("'1'"),
      'right.cts': cjs + use('1'),
      'wrong.cts': cjs + use("'1'"),
    };
    for (const [file, text] of Object.entries(sources)) writeFileSync(join(project, file), text);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules/@types')];
    const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...types, ...Object.keys(sources)], {
      cwd: project,
      encoding: 'utf8',
    });
    const faulty = [...stdout.matchAll(/^(\S+?)\(/gm)].map(([, file]) => file);
    assert.deepEqual(faulty.toSorted(), ['wrong.cts', 'wrong.mts'], stdout);
    return '4 sources, 2 with a mistake';
  },
};

const newer: Check = {
  claim: 'the same folder on a newer Node',
  async run() {
    const node = join(unpackNode(folder, 'x64', 26), 'bin/node');
    const { fingerprint, backend } = runOn(node);
    assert.deepEqual([backend, fingerprint], ['native', here?.fingerprint]);
    return `Node ${say(node, 'node', ['--version']).out.trim()}, ${bothWays(node)}, the same fingerprint`;
  },
};

const arm64: Check = {
  claim: 'the same folder on an arm64 machine without a compiler: install script, heartbeat on its own prebuilt addon with the bits of x64',
  async run() {
    const node = emulatedNode(folder);
    // qemu itself, which the script in the place of the arm64 Node starts.
    const qemu = dirname(execFileSync('/bin/sh', ['-c', 'command -v qemu-aarch64'], { encoding: 'utf8' }).trim());
    const bin = path(node);
    rmSync(join(bin, 'qemu-aarch64'), { force: true });
    symlinkSync(join(qemu, 'qemu-aarch64'), join(bin, 'qemu-aarch64'));
    const install = say(node, 'node', [join(installed, 'native/install.mjs')]);
    assert.deepEqual([install.status, install.out], [0, ''], install.err);
    const { fingerprint, backend, target } = runOn(node, 'node', [join(installed, 'dist/apps/cli/main.js'), ...heartbeat]);
    assert.deepEqual([backend, target, fingerprint], ['native', 'neon', here?.fingerprint]);
    return `fingerprint ${fingerprint}`;
  },
};

const control: Check = {
  claim: 'the control: no prebuilt addon and no compiler: the install and the run say so, and the reference gives the same bits',
  async run() {
    renameSync(join(installed, 'prebuilds'), join(folder, 'prebuilds'));
    const install = say(process.execPath, 'node', [join(installed, 'native/install.mjs')]);
    assert.equal(install.status, 0);
    assert.match(install.out, /^ganglion: no g\+\+, no make, no python3 found; the reference backend will run .*\n$/);
    const { fingerprint, backend, err } = runOn(process.execPath);
    assert.deepEqual([backend, fingerprint], ['reference', here?.fingerprint]);
    assert.match(err, /^running the reference backend, which is slow: no native addon for linux-\w+;/);
    const [, reason] = JSON.parse(say(process.execPath, 'node', ['module.mjs']).out) as string[];
    assert.match(reason!, /no native addon/);
    return install.out.trim();
  },
};

export const packChecks: readonly Check[] = [packed, fresh, typed, newer, arm64, control];
