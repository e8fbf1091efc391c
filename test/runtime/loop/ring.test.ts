import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { ControllerError, createRing, openRing } from '../../../runtime/index.ts';
import { isRecord, makeRecord } from './ring-records.ts';

const partner = (role: 'produce' | 'consume', buffer: SharedArrayBuffer, records = 0): Worker =>
  new Worker(new URL('./ring-worker.js', import.meta.url), { workerData: { role, buffer, records } });

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('records come out in order, with their kinds, once', (t) => {
  const producer = createRing(64);
  const consumer = openRing(producer.buffer);
  t.true(producer.push(7, text('first')));
  t.true(producer.push(-1, text('')));
  const seen: [number, string][] = [];
  const drain = () => consumer.drain((kind, bytes) => seen.push([kind, Buffer.from(bytes).toString()]));
  t.is(drain(), 2);
  t.is(drain(), 0);
  t.deepEqual(seen, [
    [7, 'first'],
    [-1, ''],
  ]);
  t.deepEqual(consumer.counts(), { written: 2, dropped: 0 });
});

test('a full ring drops and counts, and goes on when there is room', (t) => {
  const ring = createRing(64);
  const record = new Uint8Array(8);
  for (let k = 0; k < 4; k++) t.true(ring.push(k, record), `record ${k}`);
  t.false(ring.push(4, record));
  t.is(ring.reserve(0), -1);
  t.deepEqual(ring.counts(), { written: 4, dropped: 2 });
  const kinds: number[] = [];
  ring.drain((kind) => kinds.push(kind));
  t.true(ring.push(5, record));
  ring.drain((kind) => kinds.push(kind));
  t.deepEqual(kinds, [0, 1, 2, 3, 5]);
});

test('the longest record fits wherever the ring stands; a longer one never does', (t) => {
  const ring = createRing(256);
  t.is(ring.longest, 120);
  for (let k = 0; k < 100; k++) {
    const small = new Uint8Array(k % 40).fill(k);
    const large = new Uint8Array(ring.longest).fill(k + 1);
    let whole = true;
    t.true(ring.push(1, small));
    ring.drain((_, bytes) => (whole &&= bytes.length === small.length));
    t.true(ring.push(2, large), `round ${k}`);
    ring.drain((_, bytes) => (whole &&= bytes.length === large.length && bytes.every((byte) => byte === k + 1)));
    t.true(whole);
  }
  t.false(ring.push(3, new Uint8Array(ring.longest + 1)));
});

test('positions and counters go on where 32 bits end', (t) => {
  const ring = createRing(64);
  // The second word is the capacity, then the head, the two counters of two words each; the tail has the line after.
  const words = new Int32Array(ring.buffer);
  words[2] = -16;
  words[16] = -16;
  words[3] = -1;
  for (let k = 0; k < 6; k++) {
    t.true(ring.push(k, Uint8Array.of(k, k)));
    const seen: number[] = [];
    ring.drain((kind, bytes) => seen.push(kind, ...bytes));
    t.deepEqual(seen, [k, k, k]);
  }
  t.is(ring.counts().written, 2 ** 32 + 5);
});

test('a record is written in place, and only commit shows it', (t) => {
  const ring = createRing(64);
  const at = ring.reserve(8);
  ring.view.setFloat64(at, 1.5, true);
  t.is(
    ring.drain(() => t.fail()),
    0,
  );
  ring.commit(9);
  t.is(
    ring.drain((kind, bytes) => {
      t.is(kind, 9);
      t.is(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true), 1.5);
    }),
    1,
  );
  t.is(t.throws(() => ring.commit(9), { instanceOf: ControllerError })?.code, 'ERR_CLOCK_USE');
});

test('a consumer that throws has taken the record, and finds the next one', (t) => {
  const ring = createRing(64);
  ring.push(1, text('a'));
  ring.push(2, text('b'));
  const fail = (): never => {
    throw new Error('disk');
  };
  t.throws(() => ring.drain(fail), { message: 'disk' });
  const kinds: number[] = [];
  ring.drain((kind) => kinds.push(kind));
  t.deepEqual(kinds, [2]);
});

test('what is no ring is refused', (t) => {
  for (const bytes of [0, 32, 100, 1.5, Number.NaN, 2 ** 31]) {
    t.is(t.throws(() => createRing(bytes), { instanceOf: ControllerError })?.path, 'ring.bytes', String(bytes));
  }
  for (const bytes of [0, 7, 128, 192]) {
    t.is(t.throws(() => openRing(new SharedArrayBuffer(bytes)), { instanceOf: ControllerError })?.path, 'ring.buffer', String(bytes));
  }
});

test('two threads: a producer that never waits; what was not dropped arrives whole and in order', async (t) => {
  const records = 300_000;
  const ring = createRing(1024);
  const worker = partner('produce', ring.buffer, records);
  const finished = once(worker, 'message');
  let last = -1;
  let bad = 0;
  let seen = 0;
  const each = (kind: number, bytes: Uint8Array): void => {
    seen++;
    if (kind <= last || !isRecord(kind, bytes)) bad++;
    last = kind;
  };
  while (!ring.closed) {
    ring.drain(each);
    if (seen % 1000 < 10) await new Promise((resolve) => setImmediate(resolve));
  }
  ring.drain(each);
  const [{ refused }] = (await finished) as [{ refused: number }];
  t.is(bad, 0);
  t.true(seen > 0);
  t.deepEqual(ring.counts(), { written: seen, dropped: refused });
  t.is(seen + refused, records);
});

test('negative control: a record with one wrong bit, or of another number, is seen', (t) => {
  const record = new Uint8Array(64);
  const index = 5;
  const bytes = record.subarray(0, makeRecord(index, record));
  t.true(isRecord(index, bytes));
  t.false(isRecord(index + 1, bytes));
  bytes[bytes.length - 1]! ^= 4;
  t.false(isRecord(index, bytes));
});

test('a consumer may wait: it is woken, and by the end of the ring too', async (t) => {
  const ring = createRing(4096);
  const worker = partner('consume', ring.buffer);
  const finished = once(worker, 'message');
  const scratch = new Uint8Array(64);
  let refused = 0;
  for (let index = 0; index < 500; index++) {
    const length = makeRecord(index, scratch);
    if (!ring.push(index, scratch.subarray(0, length))) refused++;
    ring.wake();
    if (index % 25 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  ring.close();
  const [{ seen, bad }] = (await finished) as [{ seen: number; bad: number }];
  t.is(bad, 0);
  t.is(seen, 500 - refused);
});
