/** The firmware as built for this machine. In CI a missing compiler fails; elsewhere whoever tests the firmware needs one too. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../house/root.ts';

export const firmwareFolder = join(root, 'firmware-bridge/firmware');

/** Runs make there; raises with all it said where it fails. Builds what changed only. */
export function make(...goals: readonly string[]): string {
  try {
    return execFileSync('make', ['--no-print-directory', ...goals], { cwd: firmwareFolder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`make ${goals.join(' ')} in firmware-bridge/firmware: ${stdout ?? ''}${stderr ?? error}`);
  }
}

/** Path of a built program. */
export function built(name: 'host' | 'host-sanitized' | 'host-cutting' | 'host-small' | 'vectors'): string {
  make(`build/${name}`);
  return join(firmwareFolder, 'build', name);
}
