/** The Firmata protocol's C code on this machine, under sanitizers, and its image. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { messagesOf, ofSysex, reports, split14, sysex } from '../drivers/uno/firmata-host.ts';
import { firmwareFolder, makeFirmata } from './build.ts';

const BYTES = 2_000_000;
const commands = [0x90, 0xc0, 0xd0, 0xe0, 0xf0, 0xf4, 0xf5, 0xf7, 0xf9, 0xff];
const queries = [0x0f, 0x69, 0x6b, 0x6d, 0x6f, 0x70, 0x71, 0x76, 0x78, 0x79, 0x7a];

/** What the protocol answers to these bytes. A broken demand on the chip, or a finding of the sanitizers, ends it. */
function answer(bytes: Uint8Array): Uint8Array {
  makeFirmata('host');
  const { stdout, stderr, status } = spawnSync(join(firmwareFolder, 'build/firmata-host'), { input: bytes, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`);
  return stdout;
}

/** Numbers of 32 bits (xorshift32, Marsaglia 2003). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Messages that are nearly right: known commands, small pins, sysex of all lengths, and a byte of noise here and there. */
function nearly(draw: () => number): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  let length = 0;
  const put = (byte: number): void => {
    if (length < BYTES) bytes[length++] = draw() % 500 === 0 ? draw() : byte;
  };
  while (length < BYTES) {
    const command = commands[draw() % commands.length]!;
    put(command < 0xf0 ? command | (draw() & 15) : command);
    if (command === 0xf0) {
      put(queries[draw() % queries.length]!);
      for (let left = draw() % (draw() % 20 === 0 ? 200 : 9); left > 0; left--) put(draw() % 3 === 0 ? draw() & 0x7f : draw() % 20);
      put(0xf7);
    } else if (command < 0xf9) for (let left = 2; left > 0; left--) put(draw() % 20);
  }
  return bytes;
}

test('whatever it hears, it asks nothing wrong of the chip and says whole messages', (t) => {
  const draw = random(7);
  const noise = Uint8Array.from({ length: BYTES }, draw);
  for (const bytes of [noise, nearly(draw)]) t.true(messagesOf(answer(bytes)).length > 1000);
});

test('messages in the midst of noise are understood, from the first byte that is a command', (t) => {
  const said = messagesOf(
    answer(Uint8Array.from([5, 99, 0xf7, 0x93, 1, ...sysex(0x6d, 2), 7, 0xf0, 0x6d, 0xf4, 2, 11, ...sysex(0x6d, 2)])),
  );
  t.deepEqual(ofSysex(said, 0x6e), [
    [2, 0, 0, 0],
    [2, 11, 1, 0],
  ]);
});

test('a sysex that is too long is refused whole; the longest is taken', (t) => {
  const write = (count: number): number[] => sysex(0x76, 0x68, 0, ...new Array(count).fill([1, 1]).flat());
  const said = (count: number): number => ofSysex(messagesOf(answer(Uint8Array.from([...sysex(0x78), ...write(count)]))), 0x71).length;
  t.is(said(64), 0);
  t.is(said(65), 1);
  t.is(said(5000), 1);
});

test('samples that do not fit on the line are left out, not cut, and no channel always', (t) => {
  const channels = [0, 1, 2, 3, 4, 5].flatMap((channel) => [0xc0 | channel, 1]);
  const said = messagesOf(answer(Uint8Array.from([...channels, ...sysex(0x7a, ...split14(1)), ...new Array(600).fill(0xf9)])));
  // 203 ms with 6 bytes each, and 255 that can wait, for samples of 3 bytes: of 1218 that were due at most 491.
  const samples = [0, 1, 2, 3, 4, 5].map((channel) => reports(said, 0xe0 | channel).length);
  const sum = samples.reduce((total, count) => total + count);
  t.true(sum > 200 && sum <= 491 && Math.max(...samples) - Math.min(...samples) <= 2, `${samples}`);
});
