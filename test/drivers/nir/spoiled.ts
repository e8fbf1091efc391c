import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { fromNir, readNir } from '../../../drivers/index.ts';
import { ControllerError } from '../../../runtime/index.ts';
import { edit, editedBy } from '../../fuzz/target.ts';

/** Reads files with changed bytes, one after another. Throws what is no refusal. */
export async function readSpoiled(
  folder: string,
  whole: Uint8Array,
  count: number,
  seed: number,
): Promise<{ readonly taken: number; readonly refused: number }> {
  const file = path.join(folder, 'spoiled.nir');
  const ends = { taken: 0, refused: 0 };
  for (const edits of fc.sample(fc.array(edit, { minLength: 1, maxLength: 1 }), { numRuns: count, seed })) {
    fs.writeFileSync(file, editedBy(whole, edits));
    try {
      fromNir(await readNir(file), { dt: 1 });
      ends.taken++;
    } catch (error) {
      if (!(error instanceof ControllerError)) throw error;
      ends.refused++;
    }
  }
  return ends;
}
