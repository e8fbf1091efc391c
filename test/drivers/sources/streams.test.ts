import { PassThrough } from 'node:stream';
import test from 'ava';
import { numbersOf, pcm, serialLines } from '../../../drivers/index.ts';
import { loopbackPair } from '../../../firmware-bridge/index.ts';

test('a microphone gives whole blocks, whatever pieces its bytes come in; what it ends with in the middle is left out', async (t) => {
  const samples = Int16Array.of(0, 16384, -32768, 32767, -1, 1, 5);
  const bytes = Buffer.from(samples.buffer);
  for (const piece of [1, 3, 5, 100]) {
    const stream = new PassThrough();
    const blocks: number[][] = [];
    const over = new Promise<void>((complete, error) =>
      pcm(stream, { channels: 1, frames: 2 }).subscribe({ next: (block) => blocks.push([...block]), complete, error }),
    );
    for (let at = 0; at < bytes.length; at += piece) stream.write(bytes.subarray(at, at + piece));
    stream.end();
    await over;
    t.deepEqual(
      blocks.map((block) => block.map((value) => value * 2 ** 15)),
      [
        [0, 16384],
        [-32768, 32767],
        [-1, 1],
      ],
    );
  }
  const broken = new PassThrough();
  const failed = new Promise<Error>((error) => pcm(broken, { frames: 1 }).subscribe({ error }));
  broken.destroy(new Error('unplugged'));
  t.is((await failed).message, 'unplugged');
  t.throws(() => pcm(broken, { frames: 0 }), { code: 'ERR_OUT_OF_RANGE' });
});

/** Lines that a device prints, in pieces; what became of them. */
async function printed(pieces: readonly string[], longest?: number) {
  const [host, device] = loopbackPair({ now: () => performance.now() });
  await device.open();
  const found: number[][] = [];
  const refused: string[] = [];
  const options = { parse: numbersOf(2), refused: (line: string) => refused.push(line), ...(longest === undefined ? {} : { longest }) };
  const subscription = serialLines(host, options).subscribe((sample) => found.push([...sample]));
  await Promise.resolve();
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1');
    device.write(bytes, 0, bytes.length);
    host.poll?.();
  }
  const open = host.state;
  subscription.unsubscribe();
  await Promise.resolve();
  return { found, refused, open, closed: host.state };
}

test('a line is a sample; the first may have begun before, and is none', async (t) => {
  const { found, refused, open, closed } = await printed(['7,7\n1,2\r', '\n3', ' 4\n', 'hello\n5,6,7\n8,nan\n9;1e1\n', '\n']);
  t.deepEqual(found, [
    [1, 2],
    [3, 4],
    [9, 10],
  ]);
  t.deepEqual(refused, ['hello', '5,6,7', '8,nan']);
  t.deepEqual([open, closed], ['open', 'closed']);
});

test('a line that does not end takes bounded memory, and the next one is whole', async (t) => {
  const { found, refused } = await printed(['\n', '1'.repeat(5000), '\n1,2\n'], 64);
  t.deepEqual(found, [[1, 2]]);
  t.deepEqual(
    refused.map((line) => line.length),
    [64],
  );
});

test('a line that is pulled is an error of the stream', async (t) => {
  const [host, device] = loopbackPair({ now: () => performance.now() });
  await device.open();
  const failed = new Promise<{ readonly code?: string }>((error) => serialLines(host, { parse: numbersOf(1) }).subscribe({ error }));
  await new Promise((resolve) => setImmediate(resolve));
  host.unplug();
  t.is((await failed).code, 'ERR_PORT_LOST');
});
