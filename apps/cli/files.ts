import { accessSync, closeSync, constants, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { raise } from '../../runtime/index.ts';
import { UsageError } from './usage.ts';

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** A pipe would be waited for without end, a device can have none. */
export function readRegular(path: string): Buffer {
  if (!statSync(path).isFile()) throw new Error('it is not a regular file');
  return readFileSync(path);
}

/** The JSON value of a file that the command line names. */
export function readJson<T>(path: string, remedy: string): T {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reason(cause)}`, remedy);
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    return raise('ERR_BAD_JSON', { path, value: reason(cause) }, cause);
  }
}

const refuse = (flag: string, path: string, cause: unknown): never => {
  throw new UsageError(
    `--${flag} ${path} cannot be written: ${reason(cause)}`,
    'name a file in a folder that is there and may be written to',
  );
};

/** Refuses a file that could not be written in the end, before the work whose result it is to hold. */
export function demandWritable(flag: string, path: string): void {
  try {
    const folder = dirname(resolve(path));
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    accessSync(folder, constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    refuse(flag, path, cause);
  }
}

/** Writes a file whole or not at all, even if the power fails. */
export function writeAtomically(flag: string, path: string, content: string | Uint8Array): void {
  const half = `${path}.${process.pid}.part`;
  try {
    const file = openSync(half, 'wx');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(half, path);
  } catch (cause) {
    rmSync(half, { force: true });
    refuse(flag, path, cause);
  }
}
