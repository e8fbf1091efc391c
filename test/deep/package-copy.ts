import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { root } from '../house/root.ts';
import type { Machine } from './command.ts';

/** Everything but what belongs to this machine; of the installed packages, those with native code bring a build for any processor themselves. */
export function copyPackage(folder: string): void {
  const left = new Set(['.git', 'build', 'node_modules', 'prebuilds']);
  cpSync(root, folder, { recursive: true, filter: (file) => !left.has(relative(root, file)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Makes the addon of a release for a processor, and moves it to where a copy of the package looks for it. */
export function takePrebuilt(arch: string, folder: string): void {
  execFileSync(process.execPath, [join(root, 'native/prebuild.mjs'), arch], {
    stdio: 'pipe',
    env: { ...process.env, GANGLION_NATIVE: 'require' },
  });
  const place = join('prebuilds', `linux-${arch}`);
  cpSync(join(root, place), join(folder, place), { recursive: true });
  rmSync(join(root, place), { recursive: true });
}

/**
 * What `npm install` does: a prebuilt addon that stands there, or binding.gyp built by node-gyp for the processor that Node runs on, with these tools, and the
 * addon loaded.
 */
export function installNative({ node, root: cwd }: Machine, tools: Readonly<Record<string, string>>): void {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}`, ...tools, GANGLION_NATIVE: 'require' };
  try {
    execFileSync('npm', ['run', '--silent', 'install'], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const log = join(cwd, 'build/install.log');
    throw new Error(`${(error as { stdout: string }).stdout}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
  }
}
