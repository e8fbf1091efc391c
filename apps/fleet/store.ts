import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, reasonOf } from '../../drivers/index.ts';
import { raise } from '../../runtime/index.ts';
import { readRegular, writeAtomically } from '../cli/files.ts';
import { UsageError } from '../cli/usage.ts';
import { type Job, type Result, resultFrom } from './job.ts';

/** Results in a folder, a file of each job: a sweep that was ended goes on from them. */
export interface Store {
  /** those of `jobs` that are there and are no failure. Raises ERR_JOB_RESULT for a file that is damaged */
  kept(jobs: ReadonlyMap<string, Job>): Map<string, Result>;
  keep(id: string, text: string): void;
}

function textOf(file: string): string {
  try {
    return readRegular(file).toString('utf8');
  } catch (cause) {
    return raise('ERR_JOB_RESULT', { path: file, reason: reasonOf(cause) }, cause);
  }
}

export function storeIn(folder: string): Store {
  try {
    makeFolder(folder);
    // Half a file of a process that was killed, and had the number that this one has.
    for (const name of readdirSync(folder)) if (name.endsWith(`.${process.pid}.part`)) rmSync(join(folder, name));
  } catch (cause) {
    throw new UsageError(`--out ${folder} cannot be used: ${reasonOf(cause)}`, 'name a folder that may be written to');
  }
  return {
    kept(jobs) {
      const names = new Set(readdirSync(folder));
      const found = new Map<string, Result>();
      for (const id of jobs.keys()) {
        if (!names.has(`${id}.json`)) continue;
        const file = join(folder, `${id}.json`);
        const result = resultFrom(textOf(file), file);
        if (result.id !== id) raise('ERR_JOB_RESULT', { path: file, reason: `it is that of ${result.id}` });
        if (result.ok) found.set(id, result);
      }
      return found;
    },
    keep: (id, text) => writeAtomically('out', join(folder, `${id}.json`), text),
  };
}
