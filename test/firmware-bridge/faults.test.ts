import test from 'ava';
import { type FaultRates, loopbackPair, withFaults } from '../../firmware-bridge/index.ts';
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
