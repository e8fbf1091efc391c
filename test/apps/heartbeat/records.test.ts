import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { packed } from '../../../apps/brotli.ts';
import { bundledData, bundledRecords, loadRecord } from '../../../apps/heartbeat/records.ts';
import { decodeSamples, encodeSamples } from '../../../apps/heartbeat/samples.ts';
import { ControllerError } from '../../../runtime/index.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { madeUp, writeRecord } from './records.ts';

const record = madeUp({ seconds: 5 });

/** A folder with the record in it, one file of which is replaced. */
function spoiled(t: ExecutionContext, file: string, content: string | Uint8Array): string {
  const folder = temporaryFolder(t);
  writeRecord(folder, record);
  fs.writeFileSync(path.join(folder, file), content);
  return folder;
}

test('a record comes back as it was written', async (t) => {
  const folder = temporaryFolder(t);
  writeRecord(folder, record);
  t.deepEqual(await loadRecord(folder, 'a'), record);
});

test('the records that travel with the app are what their README says', async (t) => {
  const readme = fs.readFileSync(path.join(bundledData, 'README.md'), 'utf8');
  const { records } = JSON.parse(fs.readFileSync(path.join(bundledData, 'meta.json'), 'utf8')) as {
    records: Record<string, { sha256: string }>;
  };
  for (const name of bundledRecords) {
    const { samples, rateHz, unitsPerMillivolt, beatIsPvc } = await loadRecord(bundledData, name);
    t.is(samples.length, 650_000);
    t.is(createHash('sha256').update(samples).digest('hex'), records[name]!.sha256, 'the very samples of upstream');
    t.is(rateHz, 360);
    t.is(unitsPerMillivolt, 200);
    const pvc = beatIsPvc.reduce((sum, value) => sum + value, 0);
    t.regex(readme, new RegExp(`${name} \\(${pvc}(?: PVC)? of ${beatIsPvc.length}`));
  }
});

test('samples come back from their differences, whatever they are; and a folder may hold either form', async (t) => {
  const extremes = Int16Array.of(-32768, 32767, -32768, 0, -1, 1, 255, 256, -256, -257, 32767, 32767);
  for (const samples of [extremes, Int16Array.of(7), record.samples]) t.deepEqual(decodeSamples(encodeSamples(samples)), samples);
  t.true(encodeSamples(record.samples).length < record.samples.length / 4);

  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const folder = temporaryFolder(t);
  writeRecord(folder, record);
  fs.rmSync(path.join(folder, 'a.i16'));
  fs.writeFileSync(path.join(folder, 'a.delta.br'), encodeSamples(record.samples));
  t.deepEqual(await loadRecord(folder, 'a'), record);
  for (const content of [
    Uint8Array.of(1, 2, 3),
    packed(Uint8Array.of(1)),
    packed(new Uint8Array()),
    brotliCompressSync(new Uint8Array((1 << 26) + 2), quick),
  ]) {
    fs.writeFileSync(path.join(folder, 'a.delta.br'), content);
    await t.throwsAsync(loadRecord(folder, 'a'), { message: /16-bit samples under brotli required at .*a\.delta\.br, got \d+ bytes/ });
  }
});

test('line ends of any system and a missing last one are read; 0 beats are a record too', async (t) => {
  for (const text of ['sample,pvc\r\n10,0\r\n20,1\r\n', 'sample,pvc\n10,0\n20,1', 'sample,pvc\n10,0\n20,1\n\n']) {
    t.deepEqual([...(await loadRecord(spoiled(t, 'a_beats.csv', text), 'a')).beatSamples], [10, 20]);
  }
  t.is((await loadRecord(spoiled(t, 'a_beats.csv', 'sample,pvc\n'), 'a')).beatSamples.length, 0);
});

test('a file that is not there, or a name that is no name, is named', async (t) => {
  for (const file of ['a.i16', 'a_beats.csv', 'meta.json']) {
    const folder = temporaryFolder(t);
    writeRecord(folder, record);
    fs.rmSync(path.join(folder, file));
    const error = (await t.throwsAsync(loadRecord(folder, 'a'), { instanceOf: ControllerError })) as ControllerError;
    t.is(error.code, 'ERR_RECORD_MISSING');
    t.is(error.path, path.join(folder, file));
    t.true(error.remedy.includes(folder));
    t.true(error.cause instanceof Error);
  }
  for (const name of ['../a', 'a/b', '', '.', 'a b']) {
    const error = (await t.throwsAsync(loadRecord(bundledData, name), { instanceOf: ControllerError })) as ControllerError;
    t.is(error.code, 'ERR_RECORD_MISSING');
  }
});

test('every fault of the format names its file and line, and what should stand there', async (t) => {
  const beats = 'a_beats.csv';
  const cases: readonly (readonly [file: string, content: string | Uint8Array, message: RegExp])[] = [
    ['a.i16', '', /whole 16-bit samples required at .*a\.i16, got 0 bytes/],
    ['a.i16', 'abc', /got 3 bytes/],
    [beats, '', /the heading 'sample,pvc' required at .*a_beats\.csv:1, got ''/],
    [beats, '10,0\n', /:1, got '10,0'/],
    [beats, '\ufeffsample,pvc\n', /heading/],
    [beats, 'sample,pvc\n10,2\n', /a_beats\.csv:2, got '10,2'/],
    [beats, 'sample,pvc\n10\n', /:2, got '10'/],
    [beats, 'sample,pvc\n10,0,x\n', /:2/],
    [beats, 'sample,pvc\n1e1,0\n', /:2/],
    [beats, 'sample,pvc\n-1,0\n', /:2/],
    [beats, 'sample,pvc\n10,0\n10,0\n', /ascending sample number below 1800 and 0 or 1 required at .*:3, got '10,0'/],
    [beats, 'sample,pvc\n10,0\n\n9,0\n', /:3, got ''/],
    [beats, 'sample,pvc\n10,0\n20,1\n1800,0\n', /:4, got '1800,0'/],
    [beats, 'sample,pvc\n99999999999999999999,0\n', /:2/],
    [beats, `sample,pvc\n${'x'.repeat(100_000)}\n`, /:2, got 'x{60}'$/],
    ['meta.json', '{', /meta\.json is not valid JSON/],
    ['meta.json', '[]', /a number from 1 to 1000000 required at .*meta\.json: rate_hz, got undefined/],
    ['meta.json', 'null', /rate_hz, got undefined/],
    ['meta.json', '{"rate_hz":"360","units_per_mV":200}', /rate_hz, got 360/],
    ['meta.json', '{"rate_hz":0,"units_per_mV":200}', /rate_hz, got 0/],
    ['meta.json', '{"rate_hz":1e-9,"units_per_mV":200}', /rate_hz, got 1e-9/],
    ['meta.json', '{"rate_hz":1e999,"units_per_mV":200}', /rate_hz, got Infinity/],
    ['meta.json', '{"rate_hz":360}', /units_per_mV, got undefined/],
    ['meta.json', '{"rate_hz":360,"units_per_mV":-200}', /units_per_mV, got -200/],
  ];
  for (const [file, content, message] of cases) {
    const folder = spoiled(t, file, content);
    const error = (await t.throwsAsync(loadRecord(folder, 'a'), { instanceOf: ControllerError })) as ControllerError;
    t.true(['ERR_RECORD_FORMAT', 'ERR_BAD_JSON'].includes(error.code), error.code);
    t.regex(error.message, message);
    t.true(error.message.includes(path.join(folder, file)));
    t.true(error.message.length < 400);
  }
});
