/**
 * An arm64 machine made of a processor that qemu emulates, an arm64 Node and a copy of the package. `node` there is a script that starts
 * the real one under qemu and calls itself process.execPath: so whatever starts Node anew (the install script, ava, the tests) stays on the machine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './command.ts';
import { copyPackage, installNative, takePrebuilt } from './package-copy.ts';
import { unpackNode } from './stored-node.ts';

/** Debian's name of the processor and its libraries, and the package that each tool comes in. */
const cross = 'aarch64-linux-gnu';
const qemu = 'qemu-aarch64';
const packages: Readonly<Record<string, string>> = {
  [`${cross}-g++`]: `g++-${cross}`,
  [`${cross}-ar`]: `binutils-${cross}`,
  [qemu]: 'qemu-user',
};

export function emulatedMachine(folder: string): Machine {
  const machine = { node: emulatedNode(folder), root: join(folder, 'ganglion') };
  copyPackage(machine.root);
  takePrebuilt('arm64', machine.root);
  installNative(machine, {});
  return machine;
}

/** An arm64 Node below `folder`: in its place stands a script, see above. */
export function emulatedNode(folder: string): string {
  for (const [tool, from] of Object.entries(packages)) {
    assert.ok(spawnSync(tool, ['--version']).status === 0, `${tool} must be on the PATH: apt-get install ${from}`);
  }
  const node = join(unpackNode(folder, 'arm64'), 'bin', 'node');
  const real = `${node}.arm64`;
  renameSync(node, real);
  const execPath = `data:text/javascript,process.execPath=${encodeURIComponent(JSON.stringify(node))}`;
  writeFileSync(node, `#!/bin/sh\nexec ${qemu} -L /usr/${cross} '${real}' --import '${execPath}' "$@"\n`);
  chmodSync(node, 0o755);
  return node;
}
