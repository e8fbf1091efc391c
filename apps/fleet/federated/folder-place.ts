import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder, writeAtomically } from '../../../drivers/index.ts';
import { raise } from '../../../runtime/index.ts';
import { deviceName, type Place } from './place.ts';

/** How often a folder is looked at, ms. */
const LOOK = 20;
/** Longer than any announcement. */
const MOST_ANNOUNCED = 4096;
const ANNOUNCED = 'round.json';
const UPDATE = '.update';

/** At most `limit` + 1 bytes of a file; undefined where there is none. */
function readSome(file: string, limit: number): Uint8Array | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = new Uint8Array(limit + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Resolves false when `signal` aborts. */
const pause = (signal: AbortSignal): Promise<boolean> => sleep(LOOK, true, { signal }).catch(() => false);

const equal = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && Buffer.compare(a, b) === 0;

/**
 * A fleet on one machine: models/SHA-256, round.json and updates/DEVICE.update in a folder. Every file is written whole or not at all, so a process may be
 * killed at any moment; an update that nobody has taken gives way to the next one of its device.
 */
export function folderPlace(folder: string): Place {
  const [models, updates, announced] = [join(folder, 'models'), join(folder, 'updates'), join(folder, ANNOUNCED)];
  makeFolder(models);
  makeFolder(updates);
  return {
    objects: {
      name: models,
      put: async (hash, bytes) => writeAtomically(join(models, hash), bytes),
      get: async (hash, limit) => readSome(join(models, hash), limit),
      drop: async (hash) => rmSync(join(models, hash), { force: true }),
    },
    channel: {
      announce: async (bytes) => writeAtomically(announced, bytes),
      async watch(take, signal) {
        let last: Uint8Array | undefined;
        do {
          const bytes = readSome(announced, MOST_ANNOUNCED);
          if (bytes !== undefined && !equal(bytes, last)) {
            last = bytes;
            take(bytes);
          }
        } while (await pause(signal));
      },
      send: async (device, bytes) => writeAtomically(join(updates, `${device}${UPDATE}`), bytes),
      async receive(take, limit, signal) {
        do {
          for (const name of readdirSync(updates)
            .filter((one) => one.endsWith(UPDATE))
            .sort()) {
            const device = name.slice(0, -UPDATE.length);
            if (!deviceName.test(device)) continue;
            // Taken away before it is read: what the device sends meanwhile is a file of its own.
            const taken = join(updates, `${device}.taken`);
            renameSync(join(updates, name), taken);
            const bytes = readSome(taken, limit);
            rmSync(taken, { force: true });
            if (bytes !== undefined) take(device, bytes);
          }
        } while (await pause(signal));
      },
    },
    close: async () => undefined,
  };
}

/** Refuses a folder in which a fleet has met already: its devices would take the end of that for their own. */
export function demandFresh(folder: string): void {
  if (existsSync(join(folder, ANNOUNCED)))
    raise('ERR_CHECKPOINT_FOLDER', {
      path: folder,
      reason: 'holds the models of another run',
      remedy: 'give another folder, or delete that one',
    });
}
