import test from 'ava';
import { type Fault, type FaultRates, type FaultyTransport, loopbackPair, withFaults } from '../../firmware-bridge/index.ts';
import { noise, VirtualTime } from './support.ts';

/** Sends `writes` pieces of 20 bytes over a line with such faults in the sending direction. */
async function damage(rates: FaultRates, writes = 2000, seed = 3) {
  const time = new VirtualTime();
  const [a, b] = loopbackPair({ now: time.now, capacity: 1 << 16 });
  const line = withFaults(a, { now: time.now, seed, send: rates });
  await Promise.all([line.open(), b.open()]);
  const pieces: number[][] = [];
  b.onBytes((bytes, start, end) => pieces.push([...bytes.subarray(start, end)]));
  const piece = noise(20, 9);
  for (let i = 0; i < writes; i++) {
    line.write(piece, 0, 20);
    time.ms += 1;
    line.poll?.();
    b.poll?.();
  }
  return { pieces, piece: [...piece], counts: line.sent, line, time, b };
}
const bits = (value: number): number => value.toString(2).replaceAll('0', '').length;

test('drops and flips are as many as were asked for and as were counted', async (t) => {
  const { pieces, counts } = await damage({ drop: 0.01 });
  t.is(counts.bytes, 40_000);
  t.is(pieces.flat().length, 40_000 - counts.dropped);
  t.true(counts.dropped > 320 && counts.dropped < 480, `${counts.dropped}`);

  const flips = await damage({ flip: 0.01 });
  const wrong = flips.pieces.flatMap((piece) => piece.map((byte, i) => bits(byte ^ flips.piece[i])));
  t.is(wrong.filter((n) => n > 0).length, flips.counts.flipped);
  t.true(
    wrong.every((n) => n <= 1),
    'one bit each',
  );
});

test('a write is doubled, cut, or hit by a burst as a whole', async (t) => {
  const doubled = await damage({ duplicate: 0.1 });
  t.is(doubled.pieces.length, 2000 + doubled.counts.duplicated);
  t.true(doubled.counts.duplicated > 100);

  const cut = await damage({ truncate: 0.1 });
  t.true(cut.counts.truncated > 100);
  t.true(
    cut.pieces.every((piece) => piece.every((byte, i) => byte === cut.piece[i])),
    'only tails are missing',
  );
  t.is(2000 - cut.pieces.filter((piece) => piece.length === 20).length, cut.counts.truncated);

  const burst = await damage({ burst: 0.1, burstBytes: 5 });
  const hit = burst.pieces.filter((piece) => piece.some((byte, i) => byte !== burst.piece[i])).length;
  t.true(hit > 100 && hit <= burst.counts.bursts);
});

test('a stall delays and loses nothing, and order stays', async (t) => {
  const { pieces, counts, line, time, b } = await damage({ stall: 0.01, stallMs: 20 }, 500);
  time.ms += 100;
  line.poll?.();
  b.poll?.();
  t.true(counts.stalls > 0);
  t.is(pieces.flat().length, 500 * 20);
});

test('what does not fit while a line stands still is refused, not kept', async (t) => {
  const { line, time } = await damage({}, 1);
  line.stall(time.ms + 1000);
  let taken = 0;
  while (taken < 10_000 && line.write(noise(20, 1), 0, 20)) taken++;
  t.is(taken, Math.floor(8192 / 20));
});

test('the same seed damages the same bytes, another seed others', async (t) => {
  const rates = { drop: 0.01, flip: 0.01, duplicate: 0.01, burst: 0.01, truncate: 0.01 };
  const run = async (seed: number) => JSON.stringify((await damage(rates, 500, seed)).pieces);
  t.is(await run(1), await run(1));
  t.not(await run(1), await run(2));
});

/** Frames of 8 bytes with their numbers, of message codes 0x10 and 0x11 in turn, through a list of faults. */
async function frames(faults: readonly Fault[], count = 40, tick = () => 0, each: (line: FaultyTransport, i: number) => void = () => {}) {
  const time = new VirtualTime();
  const [a, b] = loopbackPair({ now: time.now, capacity: 1 << 16 });
  const line = withFaults(a, { now: time.now, seed: 5, send: faults, tick });
  await Promise.all([line.open(), b.open()]);
  const bytes: number[] = [];
  b.onBytes((part, start, end) => bytes.push(...part.subarray(start, end)));
  for (let i = 0; i < count; i++) {
    each(line, i);
    // In COBS: a code, the type, four bytes, the number; then the delimiter. Written in two pieces, as a port may give them.
    const frame = Uint8Array.of(7, 0x10 + (i & 1), 9, 9, 9, 9, i + 1, 0);
    line.write(frame, 0, 3);
    line.write(frame, 3, 8);
    time.ms += 1;
    line.poll?.();
    b.poll?.();
  }
  time.ms += 1000;
  line.poll?.();
  b.poll?.();
  const pieces = Buffer.from(bytes).toString('latin1').split('\0').slice(0, -1);
  const whole = pieces.filter((piece) => piece.length === 7).map((piece) => piece.charCodeAt(6) - 1);
  return { pieces, whole, bytes, line, counts: line.sent };
}
const each = (count: number, wanted: (i: number) => boolean = () => true): number[] =>
  Array.from({ length: count }, (_, i) => i).filter(wanted);
const packets: Fault = { kind: 'packets' };

test('a fault is switched by the type of a frame, by its place, by the tick, by the time, and by the byte', async (t) => {
  t.deepEqual((await frames([packets])).whole, each(40));
  t.deepEqual(
    (await frames([packets, { kind: 'lose', rate: 1, when: { types: [0x11] } }])).whole,
    each(40, (i) => i % 2 === 0),
  );
  t.deepEqual(
    (await frames([packets, { kind: 'lose', rate: 1, when: { types: [0x11], pieces: [2, 4] } }])).whole,
    each(40, (i) => i !== 5 && i !== 7),
  );
  let tick = 0;
  const byTick = await frames([packets, { kind: 'lose', rate: 1, when: { ticks: [10, 12] } }], 40, () => tick++);
  t.is(byTick.whole.length, 38);
  t.deepEqual(
    (await frames([packets, { kind: 'lose', rate: 1, when: { ms: [3, 6] } }])).whole,
    each(40, (i) => i < 3 || i >= 6),
  );
  // Three bytes in the middle of the third frame, and not one more.
  const cut = await frames([{ kind: 'drop', rate: 1, when: { bytes: [18, 21] } }]);
  t.is(cut.counts.dropped, 3);
  t.deepEqual(
    cut.whole,
    each(40, (i) => i !== 2),
  );
});

test('each takes what the one before left, in order', async (t) => {
  const doubled: Fault = { kind: 'duplicate', rate: 1 };
  const first: Fault = { kind: 'lose', rate: 1, when: { pieces: [0, 1] } };
  t.deepEqual((await frames([packets, doubled, first], 2)).whole, [0, 1, 1]);
  t.deepEqual((await frames([packets, first, doubled], 2)).whole, [1, 1]);
});

test('frames are overtaken, run together, and fall apart as often as was counted', async (t) => {
  const overtaken = await frames([packets, { kind: 'reorder', rate: 1, by: 2, when: { pieces: [4, 5] } }], 10);
  t.deepEqual(overtaken.whole, [0, 1, 2, 3, 5, 6, 4, 7, 8, 9]);
  const merged = await frames([packets, { kind: 'merge', rate: 0.2 }], 200);
  t.true(merged.counts.merged > 20);
  t.is(merged.bytes.length, 200 * 8 - merged.counts.merged);
  const split = await frames([packets, { kind: 'split', rate: 0.2 }], 200);
  t.is(split.bytes.length, 200 * 8 + split.counts.split);
  t.is(split.bytes.filter((byte) => byte === 0).length, 200 + split.counts.split);
});

test('what is late keeps its order; noise has no delimiters; a plug is pulled at a byte', async (t) => {
  const late = await frames([packets, { kind: 'delay', ms: 5, jitterMs: 20 }]);
  t.deepEqual(late.whole, each(40));
  const noisy = await frames([packets, { kind: 'noise', rate: 0.5, bytes: 3 }]);
  t.is(noisy.bytes.filter((byte) => byte === 0).length, 40);
  t.is(noisy.bytes.length, 40 * 8 + 3 * noisy.counts.noises);
  const lost: string[] = [];
  const pulled = await frames([{ kind: 'unplug', when: { bytes: [81, 82] } }], 40, undefined, (line, i) => {
    if (i === 0) line.onLost((error) => lost.push(error.code));
  });
  t.deepEqual(lost, ['ERR_PORT_LOST']);
  t.is(pulled.bytes.length, 80, 'a byte that is under way when the plug is pulled is gone');
  t.is(pulled.line.state, 'closed');
  await t.throwsAsync(pulled.line.open(), { code: 'ERR_PORT_OPEN' });
  pulled.line.replug();
  await pulled.line.open();
  t.is(pulled.line.state, 'open');
});

test('a receiver of nearly the same baud rate hears every byte, one of another rate hears others', async (t) => {
  const heard = async (ratio: number) => (await frames([{ kind: 'baud', ratio }])).whole;
  for (const ratio of [1, 1.02, 0.98, 1.04, 0.96]) t.deepEqual(await heard(ratio), each(40), `${ratio}`);
  for (const ratio of [0.5, 2, 1.2, 0.8]) t.notDeepEqual(await heard(ratio), each(40), `${ratio}`);
});
