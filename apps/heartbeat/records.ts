import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { raise } from '../../runtime/index.ts';
import { decodeSamples } from './samples.ts';

/** One annotated recording: a single lead and the beats in it. */
export interface EcgRecord {
  readonly name: string;
  readonly rateHz: number;
  readonly unitsPerMillivolt: number;
  readonly samples: Int16Array;
  /** sample number of each R peak, ascending */
  readonly beatSamples: Uint32Array;
  /** 1: premature ventricular contraction */
  readonly beatIsPvc: Uint8Array;
}

/** The records that travel with the app, in the order of the published figures. */
export const bundledRecords = ['100', '106', '116', '105', '114', '200'];
export const bundledData = join(import.meta.dirname, '../../../apps/heartbeat/data');

async function read(path: string, directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    return raise('ERR_RECORD_MISSING', { path, name, directory }, cause);
  }
}

/** int16, little endian, as they stand in `<name>.i16`. */
export function decodePlain(bytes: Buffer): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i);
  return samples;
}

/** The samples of `<name>.i16`, or else of `<name>.delta.br`. */
async function readSamples(directory: string, name: string): Promise<Int16Array> {
  const [plain, coded] = [join(directory, `${name}.i16`), join(directory, `${name}.delta.br`)];
  const path = existsSync(plain) || !existsSync(coded) ? plain : coded;
  const bytes = await read(path, directory, name);
  const got = { path, value: `${bytes.length} bytes` };
  if (path === coded)
    return decodeSamples(bytes) ?? raise('ERR_RECORD_FORMAT', { ...got, expected: 'differences of 16-bit samples under brotli' });
  if (bytes.length < 2 || bytes.length % 2 !== 0) raise('ERR_RECORD_FORMAT', { ...got, expected: 'whole 16-bit samples' });
  return decodePlain(bytes);
}

/** Reads `<name>.i16` or `<name>.delta.br`, `<name>_beats.csv` and `meta.json` of a folder; every fault names its file and line. */
export async function loadRecord(directory: string, name: string): Promise<EcgRecord> {
  if (!/^[\w-]+$/.test(name)) raise('ERR_RECORD_MISSING', { path: name, name, directory });
  const metaPath = join(directory, 'meta.json');
  const samples = await readSamples(directory, name);
  const beats = await read(join(directory, `${name}_beats.csv`), directory, name);
  const meta = parseMeta((await read(metaPath, directory, name)).toString('utf8'), metaPath);
  return { name, ...meta, samples, ...parseBeats(beats.toString('utf8'), join(directory, `${name}_beats.csv`), samples.length) };
}

const isWithin = (value: unknown, low: number, high: number): value is number => typeof value === 'number' && value >= low && value <= high;

function parseMeta(text: string, path: string): Pick<EcgRecord, 'rateHz' | 'unitsPerMillivolt'> {
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch (cause) {
    return raise('ERR_BAD_JSON', { path, value: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
  const { rate_hz: rateHz, units_per_mV: unitsPerMillivolt } = (meta ?? {}) as Record<string, unknown>;
  if (!isWithin(rateHz, 1, 1e6))
    return raise('ERR_RECORD_FORMAT', { path: `${path}: rate_hz`, value: String(rateHz), expected: 'a number from 1 to 1000000' });
  if (!isWithin(unitsPerMillivolt, 1e-3, 1e6))
    return raise('ERR_RECORD_FORMAT', {
      path: `${path}: units_per_mV`,
      value: String(unitsPerMillivolt),
      expected: 'a number from 0.001 to 1000000',
    });
  return { rateHz, unitsPerMillivolt };
}

function parseBeats(text: string, path: string, samples: number): Pick<EcgRecord, 'beatSamples' | 'beatIsPvc'> {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines[0] !== 'sample,pvc')
    raise('ERR_RECORD_FORMAT', { path: `${path}:1`, value: `'${lines[0]!.slice(0, 60)}'`, expected: "the heading 'sample,pvc'" });
  const beatSamples = new Uint32Array(lines.length - 1);
  const beatIsPvc = new Uint8Array(lines.length - 1);
  for (let i = 0; i < beatSamples.length; i++) {
    const match = /^(\d+),([01])$/.exec(lines[i + 1]!);
    const sample = match === null ? Number.NaN : Number(match[1]);
    if (!(sample < samples) || (i > 0 && sample <= beatSamples[i - 1]!)) {
      raise('ERR_RECORD_FORMAT', {
        path: `${path}:${i + 2}`,
        value: `'${lines[i + 1]!.slice(0, 60)}'`,
        expected: `an ascending sample number below ${samples} and 0 or 1`,
      });
    }
    beatSamples[i] = sample;
    beatIsPvc[i] = match![2] === '1' ? 1 : 0;
  }
  return { beatSamples, beatIsPvc };
}
