import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McapWriter } from '@mcap/core';
import test from 'ava';
import fc from 'fast-check';
import wavefile from 'wavefile';
import { play, readCsv, readMcapSeries, readWav } from '../../../drivers/index.ts';
import { ganglion } from '../../apps/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ganglion-sources-'));
test.after.always(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}

test('a table: named columns by a column of time, or at a rate; an empty cell is a number that is missing', async (t) => {
  const path = file('\ufefft,x,y\n0, 1,"2"\n0.5,,4\n\n1,5,6\n');
  const all = await readCsv(path, { time: 't', unit: 's' });
  t.deepEqual(all.names, ['x', 'y']);
  t.deepEqual([...all.times], [0, 500, 1000]);
  t.deepEqual([...all.values], [1, 2, Number.NaN, 4, 5, 6]);
  const one = await readCsv(path, { columns: ['y'], rateHz: 4 });
  t.deepEqual([...one.times], [0, 250, 500]);
  t.deepEqual([...one.values], [2, 4, 6]);
  t.deepEqual([...(await readCsv(file('a;b\n1;2'), { rateHz: 1, delimiter: ';' })).values], [1, 2]);
});

test('a table that is none is refused with its place', async (t) => {
  for (const [content, options, reason] of [
    ['t,x\n0,a\n', { time: 't' }, /line 2, column 'x': 'a' is no number/],
    ['t,x\n0,0x\n1', { time: 't' }, /Invalid Record Length|line/],
    ['t,x\n1,1\n0,1\n', { time: 't' }, /sample 1 has time 0, after 1 ms: times must ascend/],
    ['t,x\n,1\n', { time: 't' }, /sample 0 has time NaN/],
    ['t,x\n', { time: 't' }, /no samples/],
    ['', { rateHz: 1 }, /no samples/],
    ['x\n1', { rateHz: 0 }, /a rate of 0 Hz/],
    ['x\n1', { time: 'when' }, /no column 'when'; there are x/],
  ] as const) {
    await t.throwsAsync(readCsv(file(content), options), { code: 'ERR_SAMPLES_FORMAT', message: reason });
  }
});

test('a file that is not there is said, with what to do', async (t) => {
  const path = join(folder, 'nowhere');
  for (const read of [() => readCsv(path, { rateHz: 1 }), () => readWav(path), () => readMcapSeries(path, { topic: '/x', field: 'x' })]) {
    const error = (await t.throwsAsync(read(), { code: 'ERR_SAMPLES_FORMAT', message: /ENOENT/ })) as Error & { readonly remedy: string };
    t.truthy(error.remedy);
  }
});

test('a sound of every depth, from −1 to 1', async (t) => {
  const half = { '8': 192, '16': 16384, '24': 4194304, '32': 1073741824, '32f': 0.5, '64': 0.5 };
  const least = { '8': 0, '16': -32768, '24': -8388608, '32': -2147483648, '32f': -1, '64': -1 };
  for (const depth of Object.keys(half) as (keyof typeof half)[]) {
    const wav = new wavefile.WaveFile();
    const zero = depth === '8' ? 128 : 0;
    wav.fromScratch(2, 8000, depth, [
      [zero, half[depth], least[depth]],
      [zero, zero, zero],
    ]);
    const { names, times, values, rateHz } = await readWav(file(wav.toBuffer()));
    t.deepEqual([names, rateHz], [['channel 0', 'channel 1'], 8000], depth);
    t.deepEqual([...times], [0, 0.125, 0.25], depth);
    t.deepEqual([...values], [0, 0, 0.5, 0, -1, 0], depth);
  }
});

test('bytes that are no sound or no MCAP are refused, whatever they are', async (t) => {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, 8000, '16', [1, 2, 3, 4]);
  const good = wav.toBuffer();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(good.length),
      async (edits, cut) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of edits) bytes[at] = value;
        const path = file(bytes.subarray(0, cut));
        for (const read of [() => readWav(path), () => readMcapSeries(path, { topic: '/x', field: 'x' })]) {
          try {
            const { values } = await read();
            t.true(values.every(Number.isFinite));
          } catch (error) {
            t.is((error as { code?: string }).code, 'ERR_SAMPLES_FORMAT', String(error));
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});

async function written(messages: readonly unknown[], encoding = 'json'): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0n;
  const mcap = new McapWriter({
    writable: {
      position: () => size,
      write: async (bytes: Uint8Array) => {
        pieces.push(Uint8Array.from(bytes));
        size += BigInt(bytes.length);
      },
    },
  });
  await mcap.start({ profile: '', library: 'test' });
  const channelId = await mcap.registerChannel({ topic: '/arm', messageEncoding: encoding, schemaId: 0, metadata: new Map() });
  for (const [k, message] of messages.entries()) {
    const logTime = 1_700_000_000_000_000_000n + BigInt(k) * 1_000_001n;
    await mcap.addMessage({ channelId, sequence: k, logTime, publishTime: logTime, data: Buffer.from(JSON.stringify(message)) });
  }
  await mcap.end();
  return file(Buffer.concat(pieces));
}

test('a topic of a recording of others, by a field inside of its messages', async (t) => {
  const path = await written([{ pose: { angles: [1, 2] } }, { pose: { angles: [3, 4] } }]);
  const { names, times, values } = await readMcapSeries(path, { topic: '/arm', field: 'pose.angles' });
  t.deepEqual(names, ['pose.angles[0]', 'pose.angles[1]']);
  t.deepEqual([...times], [0, 1.000001]);
  t.deepEqual([...values], [1, 2, 3, 4]);
  for (const [topic, field, reason] of [
    ['/leg', 'x', /no messages of \/leg; there are \/arm/],
    ['/arm', 'pose.nothing', /message 0 of \/arm has no numbers in 'pose.nothing'/],
    ['/arm', 'constructor.name', /no numbers/],
  ] as const)
    await t.throwsAsync(readMcapSeries(path, { topic, field }), { code: 'ERR_SAMPLES_FORMAT', message: reason });
  const ragged = await written([{ v: [1] }, { v: [1, 2] }]);
  await t.throwsAsync(readMcapSeries(ragged, { topic: '/arm', field: 'v' }), {
    message: /message 1 of \/arm has 2 numbers in 'v', where the first has 1/,
  });
  const cdr = await written([{ v: 1 }], 'cdr');
  await t.throwsAsync(readMcapSeries(cdr, { topic: '/arm', field: 'v' }), { message: /in 'cdr' are not read/ });
  const cut = file(readFileSync(path).subarray(0, 200));
  await t.throwsAsync(readMcapSeries(cut, { topic: '/arm', field: 'pose.angles' }), { message: /ends too early/ });
});

test('a topic of a recording of ours', async (t) => {
  const path = join(folder, 'run.mcap');
  const { status, err } = await ganglion(`run heartbeat --fast --seconds 20 --board none --record ${path}`);
  t.is(status, 0, err);
  const { times, values } = await readMcapSeries(path, { topic: '/loop', field: 'ticks' });
  t.true(times.length > 100);
  t.is(
    values.reduce((sum, ticks) => sum + ticks, 0),
    20 * 120,
  );
});

test('a series is played by counted ticks: the last sample at or before the tick, nothing before the first and behind the last', (t) => {
  const series = { names: ['x'], times: Float64Array.of(10, 11, 13), values: Float64Array.of(1, 2, 3) };
  const read = (options: Parameters<typeof play>[1], ticks: number) => {
    const sensor = play(series, options);
    sensor.open?.();
    return Array.from({ length: ticks }, (_, tick) => sensor.read(tick)?.[0]);
  };
  t.deepEqual(read({ dt: 1 }, 7), [1, 2, 2, 3, 3, undefined, undefined]);
  t.deepEqual(read({ dt: 0.5 }, 4), [1, 1, 2, 2]);
  t.deepEqual(read({ dt: 1, startMs: 8 }, 4), [undefined, undefined, 1, 2]);
  t.deepEqual(read({ dt: 1, repeat: true }, 11), [1, 2, 2, 3, 3, 1, 2, 2, 3, 3, 1]);
  const sensor = play(series, { dt: 1 });
  t.deepEqual([sensor.read(3)?.[0], sensor.read(0)?.[0]], [3, 1], 'a run that begins anew');
  t.throws(() => play(series, { dt: 0 }), { code: 'ERR_OUT_OF_RANGE' });
});
