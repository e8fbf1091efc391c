import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { raise } from '../../../runtime/index.ts';

const LOCK = 'lock';

/** A process by its id and, where the system says when it began, by that: an id is given again. Undefined: there is none. */
function markOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything; the time is the 22nd field.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid}`;
  }
}

/** Takes a folder for this process alone; the result gives it back. One that a killed process had is free. Raises ERR_SPOOL_USED. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, LOCK);
  const mine = markOf(process.pid)!;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const held = readFileSync(file, 'utf8');
    const pid = Number(held.split(' ')[0]);
    if (Number.isInteger(pid) && pid > 0 && markOf(pid) === held) raise('ERR_SPOOL_USED', { path: folder, pid });
    rmSync(file, { force: true });
  }
}
