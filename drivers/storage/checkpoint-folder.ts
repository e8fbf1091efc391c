import { readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkpoint, ControllerError, decodeCheckpoint, raise } from '../../runtime/index.ts';
import { TEMPORARY, writeAtomically } from './atomic-file.ts';
import { makeFolder } from './folder.ts';

const EXTENSION = '.checkpoint';
const nameOf = (number: number): string => `${String(number).padStart(10, '0')}${EXTENSION}`;

/** Numbers of the checkpoints in a folder, ascending. */
function numbersIn(folder: string): number[] {
  const names = readdirSync(folder).filter((name) => /^\d{10}\.checkpoint$/.test(name));
  return names.map((name) => Number(name.slice(0, 10))).sort((a, b) => a - b);
}

/** The newest good checkpoint of a folder, and those newer ones that are not good, newest first. */
export interface Latest {
  readonly file: string;
  readonly number: number;
  readonly checkpoint: Checkpoint;
  readonly bad: readonly { readonly file: string; readonly reason: string }[];
}

/** Walks back from the newest to the newest good one; ERR_CHECKPOINT_NONE where none is, with what is wrong with each. */
export function latestCheckpoint(folder: string): Latest {
  let numbers: number[];
  try {
    numbers = numbersIn(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return raise('ERR_CHECKPOINT_NONE', { path: folder, reason, remedy: 'give the folder that --checkpoint wrote to' }, error);
  }
  const bad: { file: string; reason: string }[] = [];
  for (const number of numbers.reverse()) {
    const file = join(folder, nameOf(number));
    try {
      if (!statSync(file).isFile()) throw new Error('it is no file');
      return { file, number, checkpoint: decodeCheckpoint(readFileSync(file), file), bad };
    } catch (error) {
      // Of another version is not damaged: an older one beside it would be a silent step back.
      if (error instanceof ControllerError && error.code === 'ERR_CHECKPOINT_VERSION') throw error;
      bad.push({ file, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reason = bad.length === 0 ? 'it holds none' : bad.map((one) => one.reason).join('; ');
  return raise('ERR_CHECKPOINT_NONE', { path: folder, reason, remedy: 'give another folder, or begin anew with --checkpoint' });
}

/** A folder that checkpoints are written into, one file each. */
export interface CheckpointFolder {
  /** Atomically; then deletes what is older than the last good ones. Throws what the system says, and then keeps everything that was there. */
  write(bytes: Uint8Array): string;
}

/**
 * Opens a folder for a run that begins, which must find no checkpoint there, or for one that goes on from checkpoint `resumed`. What a killed writer
 * left half written is deleted; so are bad checkpoints, once there are `keep` newer good ones.
 */
export function openCheckpointFolder(folder: string, keep: number, resumed?: number): CheckpointFolder {
  makeFolder(folder);
  const there = numbersIn(folder);
  if (resumed === undefined && there.length > 0) {
    raise('ERR_CHECKPOINT_FOLDER', {
      path: folder,
      reason: 'holds checkpoints of another run',
      remedy: `go on with it by --resume ${folder}, or give another folder`,
    });
  }
  for (const name of readdirSync(folder)) if (name.endsWith(`${EXTENSION}${TEMPORARY}`)) unlinkSync(join(folder, name));
  const good = resumed === undefined ? [] : [resumed];
  let next = Math.max(-1, ...there) + 1;
  return {
    write(bytes) {
      const file = join(folder, nameOf(next));
      writeAtomically(file, bytes);
      good.push(next++);
      if (good.length > keep) good.shift();
      if (good.length === keep) for (const number of numbersIn(folder)) if (number < good[0]!) unlinkSync(join(folder, nameOf(number)));
      return file;
    },
  };
}
