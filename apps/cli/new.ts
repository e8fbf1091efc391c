import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { makeFolder } from '../../drivers/index.ts';
import { UsageError } from './usage.ts';
import { packageVersion } from './version.ts';

/** dist/apps/cli → the files of a new project, as they stand in the package. */
const template = join(import.meta.dirname, '../../../apps/new/template');

const refuse = (folder: string, reason: string): never => {
  throw new UsageError(`${folder} cannot be made: ${reason}`, 'name a folder that is not there or is empty, in one that may be written to');
};

/** The folder of the project, made where it is not there; one that holds anything is left alone. */
function emptyFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === false) refuse(folder, 'it is a file');
  if (found !== undefined && readdirSync(folder).length > 0) refuse(folder, 'it is not empty');
  makeFolder(folder);
}

/** `ganglion new FOLDER`: a small project that learns, to be changed. */
export function newCommand(folder: string): void {
  const name = basename(resolve(folder)).toLowerCase();
  // What npm takes for the name of a package.
  if (!/^[a-z\d][a-z\d._-]{0,213}$/.test(name))
    throw new UsageError(`a name of letters, digits, '.', '_' and '-' required, got '${name}'`, 'choose another name for the folder');
  const manifest = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { start: 'node main.js' },
    dependencies: { ganglion: `^${packageVersion()}` },
  };
  try {
    emptyFolder(folder);
    for (const file of readdirSync(template)) writeFileSync(join(folder, file), readFileSync(join(template, file)), { flag: 'wx' });
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    refuse(folder, cause instanceof Error ? cause.message : String(cause));
  }
  process.stdout.write(`${folder} is made. Now:\n\n  cd ${/\s/.test(folder) ? `'${folder}'` : folder}\n  npm install\n  npm start\n`);
}
