import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../house/root.ts';

const records = ['100', '106'];

/** Copies the first minutes of two records, so that slow executions get through them too: the reference, an emulated machine. */
export function shortened(minutes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-short-'));
  const data = join(root, 'apps/heartbeat/data');
  const samples = minutes * 60 * 360;
  writeFileSync(join(folder, 'meta.json'), readFileSync(join(data, 'meta.json')));
  for (const record of records) {
    writeFileSync(join(folder, `${record}.i16`), readFileSync(join(data, `${record}.i16`)).subarray(0, 2 * samples));
    const lines = readFileSync(join(data, `${record}_beats.csv`), 'utf8').split('\n');
    writeFileSync(
      join(folder, `${record}_beats.csv`),
      lines.filter((line, index) => index === 0 || (line !== '' && Number(line.split(',')[0]) < samples)).join('\n'),
    );
  }
  return folder;
}

/** Arguments of a run over such a folder. */
export const shortRun = (folder: string): readonly string[] => [
  '--seed',
  '1',
  '--board',
  'none',
  '--data',
  folder,
  '--records',
  records.join(','),
];
