/** The firmware as built for this machine. In CI a missing compiler fails; elsewhere whoever tests the firmware needs one too. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../house/root.ts';

export const firmwareFolder = join(root, 'firmware-bridge/firmware');

/** Runs make there; raises with all it said where it fails. Builds what changed only. */
export function make(...goals: readonly string[]): string {
  return run(firmwareFolder, goals);
}

/** The same for the Firmata firmware. */
export function makeFirmata(...goals: readonly string[]): string {
  return run(join(firmwareFolder, 'firmata'), goals);
}

function run(cwd: string, goals: readonly string[]): string {
  try {
    return execFileSync('make', ['--no-print-directory', ...goals], { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`make ${goals.join(' ')} in ${cwd}: ${stdout ?? ''}${stderr ?? error}`);
  }
}

const paths = new Map<string, string>();
/** Path of a built program; asks make once. */
export function built(name: 'host' | 'host-sanitized' | 'host-cutting' | 'host-small' | `host-ring-${number}` | 'vectors'): string {
  const known = paths.get(name);
  if (known !== undefined) return known;
  make(`build/${name}`);
  const path = join(firmwareFolder, 'build', name);
  paths.set(name, path);
  return path;
}
