/** Makes data/fsdd/takes.br: `node dist/apps/reproduce/tasks/fsdd/make.js RECORDINGS FILE`, RECORDINGS being the folder of that name upstream. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packed } from '../../../brotli.ts';
import { melLevels } from './front-end.ts';
import { encodeTakes, SPEAKERS } from './takes.ts';
import { readWav } from './wav.ts';

const [recordings, file] = process.argv.slice(2);
if (recordings === undefined || file === undefined) {
  process.stderr.write('two arguments required: the folder of the recordings, and the file to write\n');
  process.exit(2);
}

const bytes = encodeTakes((speaker, digit, number) => {
  const name = `${digit}_${SPEAKERS[speaker]}_${number}.wav`;
  // Upstream has all in one folder; some copies have a folder a speaker.
  const path = [join(recordings, name), join(recordings, SPEAKERS[speaker]!, name)].find(existsSync);
  if (path === undefined) throw new Error(`${name} is not in ${recordings}`);
  return melLevels(readWav(readFileSync(path)));
});
writeFileSync(file, packed(bytes));
