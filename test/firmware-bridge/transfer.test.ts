import test from 'ava';
import { crc32c, weightStatus, withFaults } from '../../firmware-bridge/index.ts';
import { noise, weightPair } from './support.ts';

type Pair = Awaited<ReturnType<typeof weightPair>>;

async function connected(options: Parameters<typeof weightPair>[0] = {}): Promise<Pair> {
  const pair = await weightPair(options);
  pair.run(20_000, () => pair.host.state === 'up');
  return pair;
}
/** Sends one image and waits for its end, connecting again when the link goes down. */
function send(
  { sender, results, host, run }: Pair,
  region: number,
  generation: number,
  image: Uint8Array,
  limitMs: number,
  base?: { generation: number; image: Uint8Array },
) {
  const before = results.length;
  sender.begin(base === undefined ? { region, generation, image } : { region, generation, image, base });
  const ms = run(limitMs, () => {
    if (host.state === 'down') host.start();
    return results.length > before;
  });
  return { ms, result: results.at(-1) };
}

test('an image arrives, and runs from the swap on', async (t) => {
  const pair = await connected();
  const image = noise(20_000, 1);
  const { result, ms } = send(pair, 1, 1, image, 2000);
  t.like(result, { ok: true, crc32c: crc32c(image), bytes: 20_000, patched: false });
  t.is(pair.store.image(1), undefined, 'not before the swap');
  const changed: number[] = [];
  pair.store.swap((region) => changed.push(region));
  t.deepEqual(pair.store.image(1)?.bytes, image);
  t.deepEqual(changed, [1]);
  t.true(20_000 / ms > 85, `${20_000 / ms} of 100 bytes a millisecond`);
});

for (const [name, bytesPerMs, rates, least, limitMs] of [
  ['0.1 % of bytes dropped', 11.52, { drop: 0.001 }, 0.5, 10_000],
  ['1 % of bytes dropped', 11.52, { drop: 0.01 }, 0.1, 60_000],
  ['1 % of bytes dropped and 1 % flipped', 11.52, { drop: 0.01, flip: 0.01 }, 0, 120_000],
  ['bursts, duplicates and cut frames', 100, { burst: 0.03, duplicate: 0.03, truncate: 0.03 }, 0.1, 20_000],
  ['stalls', 100, { stall: 0.003 }, 0, 60_000],
] as const) {
  test(`the image is right, both ways: ${name}`, async (t) => {
    const size = 8_000;
    let total = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const pair = await connected({
        bytesPerMs,
        wrap: (end, time) => withFaults(end, { now: time.now, seed, send: rates, receive: rates }),
      });
      const image = noise(size, seed);
      const { ms, result } = send(pair, 2, 3, image, limitMs);
      t.true(result?.ok, `seed ${seed}: ${pair.errors.map(String)}`);
      pair.store.swap();
      t.deepEqual(pair.store.image(2)?.bytes, image);
      total += ms;
    }
    // Of what the same line carries without faults, header and acknowledgements included.
    const goodput = (5 * size) / total / (0.88 * bytesPerMs);
    t.true(goodput >= least, `${goodput}`);
  });
}

test('the same seed gives the same run, to the byte', async (t) => {
  const log = async (): Promise<unknown> => {
    const rates = { drop: 0.005, flip: 0.005, duplicate: 0.01 };
    const pair = await connected({ wrap: (end, time) => withFaults(end, { now: time.now, seed: 21, send: rates, receive: rates }) });
    const { ms, result } = send(pair, 1, 1, noise(4000, 2), 60_000);
    return { ms, result, host: { ...pair.host.counters }, device: { ...pair.device.counters } };
  };
  t.deepEqual(await log(), await log());
});

test('unplugged in the middle and plugged in again, it goes on where it was', async (t) => {
  const pair = await connected();
  const { host, hostEnd, deviceEnd, device, sender, results, run, store } = pair;
  const image = noise(40_000, 4);
  sender.begin({ region: 1, generation: 9, image });
  run(200);
  t.is(results.length, 0);
  hostEnd.unplug();
  t.is(host.state, 'down');
  run(2000);
  await Promise.all([hostEnd.open(), deviceEnd.open()]);
  host.start();
  run(2000, () => results.length > 0);
  t.like(results[0], { ok: true });
  t.true((results[0] as { bytes: number }).bytes < 1.1 * image.length);
  store.swap();
  t.deepEqual(store.image(1)?.bytes, image);
  t.is(device.counters.sessions, 2);
});

test('after a reset of the board it begins anew', async (t) => {
  const pair = await connected();
  const { host, device, sender, results, run, store } = pair;
  const image = noise(40_000, 4);
  sender.begin({ region: 1, generation: 9, image });
  run(200);
  store.clear();
  device.start();
  run(100, () => host.state === 'down');
  host.start();
  run(3000, () => results.length > 0);
  t.like(results[0], { ok: true });
  t.true((results[0] as { bytes: number }).bytes > 1.2 * image.length);
  store.swap();
  t.deepEqual(store.image(1)?.bytes, image);
});

test('a commit with a wrong CRC never changes what runs, and is refused in the end', async (t) => {
  const pair = await connected();
  const running = noise(1000, 1);
  send(pair, 1, 1, running, 1000);
  pair.store.swap();
  const image = noise(1000, 2);
  pair.sender.begin({ region: 1, generation: 2, image });
  // The caller breaks the rule that the image is not to change while it is sent.
  image[999] ^= 1;
  pair.run(5000, () => pair.results.length === 2);
  t.like(pair.results[1], { ok: false, error: { code: 'ERR_WEIGHTS_REFUSED' } });
  pair.store.swap();
  t.deepEqual(pair.store.image(1)?.bytes, running);
  t.is(pair.store.image(1)?.generation, 1);
});

test('an image that the board cannot run never runs', async (t) => {
  const pair = await connected();
  pair.refuse();
  t.like(send(pair, 0, 1, noise(100, 1), 1000).result, { ok: false, error: { code: 'ERR_WEIGHTS_REFUSED' } });
  t.false(pair.store.waiting);
  t.like(send(pair, 9, 1, noise(100, 1), 1000).result, { ok: false, error: { code: 'ERR_WEIGHTS_REFUSED' } });
  t.like(send(pair, 1, 1, noise(600_000, 1), 1000).result, { ok: false, error: { code: 'ERR_WEIGHTS_REFUSED' } });
});

test('patches send what has changed', async (t) => {
  const pair = await connected();
  const first = noise(16_384, 1);
  send(pair, 1, 1, first, 2000);
  pair.store.swap();
  const second = first.slice();
  for (let i = 0; i < 256; i++) second[i * 61] += 1;
  const { result } = send(pair, 1, 2, second, 2000, { generation: 1, image: first });
  t.like(result, { ok: true, patched: true });
  t.true((result as { bytes: number }).bytes < 1200);
  pair.store.swap();
  t.deepEqual(pair.store.image(1)?.bytes, second);
  t.is(pair.store.image(1)?.generation, 2);
});

test('a board that runs something else than believed gets the whole image', async (t) => {
  const pair = await connected();
  const first = noise(3000, 1);
  send(pair, 1, 1, first, 2000);
  pair.store.swap();
  // Another generation than believed: WRONG_BASE.
  const second = noise(3000, 2);
  t.like(send(pair, 1, 3, second, 2000, { generation: 2, image: first }).result, { ok: true, patched: false, bytes: 3000 });
  pair.store.swap();
  // The generation believed, with other bytes: WRONG_CRC at the commit.
  const believed = second.slice();
  believed[0] ^= 1;
  const third = believed.slice();
  third[5] ^= 1;
  t.like(send(pair, 1, 4, third, 2000, { generation: 3, image: believed }).result, { ok: true, patched: false });
  pair.store.swap();
  t.deepEqual(pair.store.image(1)?.bytes, third);
});

test('while a committed image waits for its tick the next one waits too', async (t) => {
  const pair = await connected();
  const [first, second] = [noise(500, 1), noise(500, 2)];
  send(pair, 1, 1, first, 1000);
  pair.sender.begin({ region: 1, generation: 2, image: second });
  pair.run(500);
  t.is(pair.results.length, 1);
  pair.store.swap();
  pair.run(500, () => pair.results.length === 2);
  t.true(pair.results[1].ok);
  t.deepEqual(pair.store.image(1)?.bytes, first, 'and what runs is whole');
  pair.store.swap();
  t.deepEqual(pair.store.image(1)?.bytes, second);
});

test('a new network ends the weights of the one before', async (t) => {
  const pair = await connected();
  send(pair, 1, 1, noise(500, 1), 1000);
  pair.store.swap();
  send(pair, 0, 2, noise(100, 2), 1000);
  pair.store.swap();
  t.is(pair.store.image(1), undefined);
  t.is(pair.store.image(0)?.generation, 2);
});

test('what the board holds already is not sent again', async (t) => {
  const pair = await connected();
  const image = noise(5000, 1);
  send(pair, 1, 1, image, 1000);
  pair.store.swap();
  t.like(send(pair, 1, 1, image, 1000).result, { ok: true, bytes: 0 });
});

test('a board that acknowledges but never answers is given up', async (t) => {
  const pair = await connected();
  pair.store.receive = () => true;
  const { result, ms } = send(pair, 1, 1, noise(100, 1), 20_000);
  t.like(result, { ok: false, error: { code: 'ERR_WEIGHTS_STALLED' } });
  t.true(ms < 5100);
});

test('a query computes the CRC of what is in memory now', async (t) => {
  const pair = await connected();
  const image = noise(500, 1);
  send(pair, 1, 1, image, 1000);
  pair.store.swap();
  const answers: object[] = [];
  const receive = pair.sender.receive.bind(pair.sender);
  pair.sender.receive = (ack) => {
    answers.push(ack);
    receive(ack);
  };
  pair.host.sendControl('WeightQuery', { region: 1 });
  pair.host.sendControl('WeightQuery', { region: 4 });
  pair.run(20);
  const bytes = pair.store.image(1)?.bytes;
  if (bytes !== undefined) bytes[100] ^= 4;
  pair.host.sendControl('WeightQuery', { region: 1 });
  pair.run(20);
  const base = { region: 1, generation: 1, nextOffset: 500, status: weightStatus.committed };
  t.deepEqual(answers, [
    { ...base, crc32c: crc32c(image) },
    { region: 4, generation: 0, nextOffset: 0, crc32c: 0, status: weightStatus.empty },
    { ...base, crc32c: crc32c(bytes ?? image) },
  ]);
});
