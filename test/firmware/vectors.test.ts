/** The vectors of PROTOCOL.md, on the C code of the firmware. */
import { spawnSync } from 'node:child_process';
import test from 'ava';
import { code, descriptor } from '../../firmware-bridge/index.ts';
import { block, byte, bytesOf, unused, vectors } from '../firmware-bridge/vectors.ts';
import { built } from './build.ts';

const program = built('vectors');
const hex = (bytes: Uint8Array): string => (bytes.length === 0 ? '-' : Buffer.from(bytes).toString('hex'));
const hexOf = (text: string): string => hex(bytesOf(text));

/** One process answers all questions of a test, a line each. It is built with sanitizers: what it does wrong ends it. */
function ask(questions: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(program, { input: `${questions.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`vectors ended with ${status}: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}
/** The same bytes with each bit wrong in turn. */
const flipped = (bytes: Uint8Array): string[] =>
  Array.from({ length: 8 * bytes.length }, (_, bit) => hex(bytes.map((value, i) => (i === bit >> 3 ? value ^ (1 << (bit & 7)) : value))));

test('COBS', (t) => {
  for (const [decoded, encoded] of vectors('cobs')) {
    const [plain, wire] = [bytesOf(decoded), hexOf(encoded)];
    t.deepEqual(ask([`cobs ${hex(plain)}`, `uncobs ${plain.length} ${wire}`]), [wire, hex(plain)], decoded);
  }
});

test('CRCs', (t) => {
  for (const [text, short, long] of vectors('crc')) {
    t.deepEqual(ask([`crc ${hexOf(text)}`]), [`${short} ${long}`], text);
    for (const other of ask(flipped(bytesOf(text)).map((bad) => `crc ${bad}`)).filter((line) => line !== '')) {
      t.not(other.split(' ')[0], short);
      t.not(other.split(' ')[1], long);
    }
  }
});

test('the description and the seeds that come of it', (t) => {
  t.deepEqual(ask([`crc ${hex(Buffer.from(block('description')))}`]), ask(['schema']));
  for (const [session, short, long] of vectors('seeds'))
    t.deepEqual(ask([session === 'none' ? 'schema' : `session 0x${session} 0`]), [`${short} ${long}`], session);
});

test('frames', (t) => {
  for (const [session, wide, head, text, encoded] of vectors('frames')) {
    const [wire, header, payload] = [hexOf(encoded), hexOf(head), hexOf(text)];
    const [, written, parsed] = ask([`session 0x${session} ${wide}`, `frame ${header} ${payload}`, `parse ${wire}`]);
    t.deepEqual([written, parsed], [wire, `${header}${payload === '-' ? '' : payload}`], encoded);
    const [, ...others] = ask([`session 0x${session} ${wide}`, ...flipped(bytesOf(encoded)).map((bad) => `parse ${bad}00`)]);
    // A flipped bit makes two frames, or none, of one: whatever comes of it, it is never that one.
    t.true(
      others.every((line) => line.split(' ').every((one) => one === '' || one === 'damaged')),
      encoded,
    );
  }
});

test('what is no frame', (t) => {
  const [[session]] = vectors('frames') as [[string]];
  for (const [encoded, why] of vectors('damaged')) {
    const [, parsed] = ask([`session 0x${session} 0`, `parse ${hexOf(encoded)}`]);
    t.regex(parsed!, /^(damaged ?)+$/, why);
  }
});

interface Field {
  readonly id: number;
  readonly type: string;
}
const messages = descriptor.nested.ganglion.nested.wire.nested as unknown as Record<string, { readonly fields: Record<string, Field> }>;
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

test('control messages', (t) => {
  for (const [name, text, encoded] of vectors('control') as [string, string, string][]) {
    const message = JSON.parse(text) as Record<string, number>;
    const payload = hexOf(encoded);
    if (name === 'Caps') {
      t.deepEqual(ask([`caps ${message['session']}`]), [payload]);
      continue;
    }
    const fields = Object.entries(messages[name]!.fields).map(([field, { id, type }]) => ({ id, type, value: message[camel(field)] ?? 0 }));
    const letter = (type: string): string => (type === 'fixed32' ? 'f' : type === 'sint32' ? 'z' : 'v');
    const ordered = fields.toSorted((a, b) => a.id - b.id);
    // An explicit zero of an optional field is a host's: WeightBegin.base.
    if (!('base' in message && message['base'] === 0))
      t.deepEqual(ask([`write ${ordered.map(({ id, type, value }) => `${letter(type)} ${id} ${value}`).join(' ')}`]), [payload], name);
    const fixed = fields.reduce((bits, { id, type }) => bits | (type === 'fixed32' ? 1 << id : 0), 0);
    const whole = ask([`read ${fixed} ${payload}`])[0]!;
    const read = whole.split(' ').map(Number);
    for (const { id, type, value } of fields.filter(({ id }) => id <= 6))
      t.is(type === 'sint32' ? Number(ask([`zigzag ${read[id - 1]}`])[0]) : read[id - 1]!, value, `${name} ${id}`);
    for (const bad of ask(flipped(bytesOf(encoded)).map((wrong) => `read ${fixed} ${wrong}`)))
      if (fields.every(({ id }) => id <= 6) && payload !== '-') t.not(bad, whole, name);
  }
});

test('spikes', (t) => {
  for (const [base, text, encoded] of vectors('spikes') as [string, string, string][]) {
    const groups = text === '-' ? [] : text.split(';').map((group) => group.split(':') as [string, string]);
    const all = groups.flatMap(([tick, list]) =>
      list
        .trim()
        .split(' ')
        .map((one) => `${Number(tick)}:${one.includes('=') ? one : `${one}=1`}`),
    );
    const payload = hexOf(encoded);
    t.deepEqual(ask([`spikes ${1 << 22} ${payload}`]), [[base, ...all].join(' ')], text);
    for (const bad of ask(flipped(bytesOf(encoded)).map((wrong) => `spikes ${1 << 22} ${wrong}`))) t.not(bad, [base, ...all].join(' '));
    // A board answers tick by tick, without values.
    const [only, ...more] = groups;
    if (more.length > 0 || text.includes('=') || all.some((one) => Number(one.split(/[:=]/)[1]) > 0xffff)) continue;
    if (only !== undefined && only[0] !== base) continue;
    t.deepEqual(ask([`answer 248 ${base} ${only?.[1].trim() ?? ''}`]), [payload], text);
  }
});

test('spikes that do not fit go ahead of the message that ends their tick', (t) => {
  const ids = Array.from({ length: 50 }, (_, i) => 3 * i);
  const [line] = ask([`answer 24 1000 ${ids.join(' ')}`]);
  const read = ask(line!.split(' ').map((payload) => `spikes 1024 ${payload}`)).map((one) => one.split(' '));
  t.true(read.length > 2);
  t.deepEqual(
    read.map(([base]) => base),
    [...new Array(read.length - 1).fill('999'), '1000'],
  );
  t.deepEqual(
    read.flatMap(([, ...spikes]) => spikes),
    ids.map((id) => `1000:${id}=1`),
  );
});

test('weight chunks and patches', (t) => {
  for (const [region, generation, offset, bytes, encoded] of vectors('weights'))
    t.deepEqual(ask([`chunk ${hexOf(encoded!)}`]), [`${region} ${generation} ${offset} ${hexOf(bytes!)}`]);
  for (const [, , before, after, encoded] of vectors('patches') as [string, string, string, string, string][]) {
    t.deepEqual(ask([`patch ${hexOf(before)} ${hexOf(encoded)}`]), [hexOf(after)]);
    // Region and generation are not the patch's.
    for (const bad of ask(
      flipped(bytesOf(encoded))
        .slice(16)
        .map((wrong) => `patch ${hexOf(before)} ${wrong}`),
    ))
      t.not(bad, hexOf(after));
  }
});

test('the network image', (t) => {
  for (const [json, encoded] of vectors('image') as [string, string][]) {
    const { tickUs, populations, projections } = JSON.parse(json);
    const sizes = (of: readonly { size: number }[]): number => of.reduce((sum, { size }) => sum + size, 0);
    const regions = projections.map(
      ({ pre, post, region }: { pre: number; post: number; region: number }) =>
        `${region}:${populations[pre].size * populations[post].size}`,
    );
    const inputs = sizes(populations.filter(({ kind }: { kind: string }) => kind === 'source'));
    const expected = [populations.length, projections.length, sizes(populations), inputs, tickUs, ...regions].join(' ');
    const bytes = bytesOf(encoded);
    t.deepEqual(ask([`image ${hex(bytes)}`]), [expected]);
    t.deepEqual([...new Set(ask(Array.from({ length: bytes.length - 1 }, (_, n) => `image ${hex(bytes.slice(0, n + 1))}`)))], ['refused']);
    // Of the bits of magic, version and counts, none may be wrong.
    t.deepEqual(
      [
        ...new Set(
          ask(
            flipped(bytes)
              .slice(0, 64)
              .map((bad) => `image ${bad}`),
          ),
        ),
      ],
      ['refused'],
    );
  }
});

test('pins', (t) => {
  const rows = vectors('pins') as [string, string, string][];
  const questions = rows.filter(([who, text]) => who === 'host' && 'what' in JSON.parse(text)).map(([, , encoded]) => hexOf(encoded));
  const answers = rows.filter(([who]) => who === 'device').map(([, , encoded]) => hexOf(encoded));
  t.deepEqual(ask(questions.map((question) => `pins ${question}`)), answers);
  t.deepEqual(ask(['pins 02']), ['-']);
  for (const [, text, encoded] of rows.filter(([, text]) => 'pin' in JSON.parse(text))) {
    const { pin, mode, value } = JSON.parse(text) as { readonly pin: number; readonly mode: number; readonly value: number };
    const bytes = bytesOf(encoded);
    t.deepEqual(ask([`pin 1 ${hex(bytes)}`]), [`${pin} ${mode} ${value}`]);
    // In SAFE nothing drives a pin.
    t.deepEqual(ask([`pin 0 ${hex(bytes)}`]), [mode >= 3 ? 'rejected' : `${pin} ${mode} ${value}`]);
    const wrong = [
      [0, mode, value],
      [10, mode, value],
      [255, mode, value],
      [pin, 6, 0],
      [pin, 255, 0],
      [pin, mode, [0, 0, 0, 2, 256, 3001][mode]! || 1],
    ].map(([a, b, c]) => hex(Uint8Array.of(a!, b!, c! & 255, c! >> 8)));
    t.deepEqual([...new Set(ask(wrong.map((bad) => `pin 1 ${bad}`)))], ['rejected'], text);
  }
});

test('time', (t) => {
  for (const [id, t1, t2, t3, encoded] of vectors('time') as [string, string, string, string, string][]) {
    const request = Buffer.alloc(25);
    request[0] = Number(id);
    request.writeBigUInt64LE(BigInt(t1), 1);
    const [received, sent] = [BigInt(t2), BigInt(t3)];
    const low = (time: bigint): bigint => time & 0xffffffffn;
    // A clock that has just wrapped, or has not.
    const before = received >> 32n > 0n ? 0xffffffffn : 0n;
    t.deepEqual(ask([`time ${before} ${low(received)} ${low(sent)} ${hex(request)}`]), [`answered ${hexOf(encoded)}`]);
  }
  t.deepEqual(ask([`time 0 0 0 ${'00'.repeat(24)}`]), [`malformed ${'00'.repeat(24)}`]);
});

test('a dialogue: the device says exactly what is written', (t) => {
  const said: string[] = [];
  const expected: string[] = [];
  const questions: string[] = [];
  for (const [who, wire] of vectors('dialogue') as [string, string][]) {
    if (who === 'host') questions.push(`hear ${hexOf(wire)}`);
    else expected.push(hexOf(wire));
  }
  said.push(...ask(questions).filter((line) => line !== '-'));
  t.deepEqual(said, expected);
  t.is(byte('08'), code.Configure);
});

test.after('no vector is left out', (t) => {
  // That board neither learns nor can be looked into; what TypeScript says by these vectors is understood by those that do in learning.test.ts and agreement.test.ts.
  t.deepEqual(unused(), ['learning', 'states']);
});
