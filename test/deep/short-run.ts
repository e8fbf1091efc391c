import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledData, loadRecord } from '../../apps/heartbeat/records.ts';
import { writeRecord } from '../apps/heartbeat/records.ts';

const records = ['100', '106'];

/** Copies the first minutes of two records, so that slow executions get through them too: the reference, an emulated machine. */
export async function shortened(minutes: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-short-'));
  for (const name of records) {
    const record = await loadRecord(bundledData, name);
    const samples = record.samples.subarray(0, minutes * 60 * record.rateHz);
    const beats = record.beatSamples.filter((sample) => sample < samples.length);
    writeRecord(folder, { ...record, samples, beatSamples: beats, beatIsPvc: record.beatIsPvc.subarray(0, beats.length) });
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
