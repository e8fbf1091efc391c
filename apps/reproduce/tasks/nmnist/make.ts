/** Makes data/nmnist/*.br: `node dist/apps/reproduce/tasks/nmnist/make.js NMNISTsmall FOLDER`, NMNISTsmall being the folder of that name upstream, beside its two lists. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packed } from '../../../brotli.ts';
import { countEvents, encodeRecordings } from './recordings.ts';

const [events, folder] = process.argv.slice(2);
if (events === undefined || folder === undefined) {
  process.stderr.write('two arguments required: the folder NMNISTsmall, and the one to write to\n');
  process.exit(2);
}

/** The first `count` of a list of (number, label). */
const first = (list: string, count: number): (readonly [number: number, label: number])[] =>
  readFileSync(join(events, '..', list), 'utf8')
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d)\s*$/.exec(line))
    .filter((match) => match !== null)
    .slice(0, count)
    .map((match) => [Number(match[1]), Number(match[2])]);

for (const [part, list, count] of [
  ['train', 'train1K.txt', 500],
  ['test', 'test100.txt', 50],
] as const) {
  const recordings = first(list, count).map(([number, label]) => ({
    label,
    counts: countEvents(readFileSync(join(events, `${number}.bs2`))),
  }));
  writeFileSync(join(folder, `${part}.br`), packed(encodeRecordings(recordings)));
}
