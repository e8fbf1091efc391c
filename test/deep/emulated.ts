/**
 * An arm64 machine made of a processor that qemu emulates, an arm64 Node and a copy of the package. `node` there is a script that starts
 * the real one under qemu and calls itself process.execPath: so whatever starts Node anew (node-gyp, ava, the tests) stays on the machine.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { root } from '../house/root.ts';
import { unpackNode } from './arm64-node.ts';
import type { Machine } from './command.ts';

/** Debian's name of the processor and its libraries, and the package that each tool comes in. */
const cross = 'aarch64-linux-gnu';
const qemu = 'qemu-aarch64';
const packages: Readonly<Record<string, string>> = {
  [`${cross}-g++`]: `g++-${cross}`,
  [`${cross}-ar`]: `binutils-${cross}`,
  [qemu]: 'qemu-user',
};

export function emulatedMachine(folder: string): Machine {
  for (const [tool, from] of Object.entries(packages)) {
    assert.ok(spawnSync(tool, ['--version']).status === 0, `${tool} must be on the PATH: apt-get install ${from}`);
  }
  const node = emulatedNode(join(unpackNode(folder), 'bin', 'node'));
  const machine = { node, root: join(folder, 'ganglion') };
  copyPackage(machine.root);
  install(machine);
  return machine;
}

/** Puts the script in the place of the arm64 Node: next to it stand the headers, where the install script looks for them. */
function emulatedNode(node: string): string {
  const real = `${node}.arm64`;
  renameSync(node, real);
  const execPath = `data:text/javascript,process.execPath=${encodeURIComponent(JSON.stringify(node))}`;
  writeFileSync(node, `#!/bin/sh\nexec ${qemu} -L /usr/${cross} '${real}' --import '${execPath}' "$@"\n`);
  chmodSync(node, 0o755);
  return node;
}

/** Everything but what belongs to this machine; of the installed packages, those with native code bring an arm64 build themselves. */
function copyPackage(folder: string): void {
  const left = new Set(['.git', 'build', 'node_modules', 'prebuilds']);
  cpSync(root, folder, { recursive: true, filter: (file) => !left.has(relative(root, file)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** What `npm install` does on a board: binding.gyp built by node-gyp for the processor that Node runs on, and the addon loaded. */
function install({ node, root: cwd }: Machine): void {
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`,
    CXX: `${cross}-g++`,
    AR: `${cross}-ar`,
    GANGLION_NATIVE: 'require',
  };
  try {
    execFileSync('npm', ['run', '--silent', 'install'], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const log = join(cwd, 'build/install.log');
    throw new Error(`${(error as { stdout: string }).stdout}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
  }
}
