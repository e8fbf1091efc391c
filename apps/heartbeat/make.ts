/** Makes NAME.delta.br of every NAME.i16 in a folder: `node dist/apps/heartbeat/make.js FOLDER`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePlain } from './records.ts';
import { encodeSamples } from './samples.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('one argument required: the folder of the records\n');
  process.exit(2);
}
for (const file of readdirSync(folder).filter((name) => name.endsWith('.i16'))) {
  const coded = encodeSamples(decodePlain(readFileSync(join(folder, file))));
  writeFileSync(join(folder, file.replace(/\.i16$/, '.delta.br')), coded);
}
