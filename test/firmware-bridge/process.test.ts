import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { processTransport } from '../../firmware-bridge/index.ts';

/** Says back what it hears; at a byte 99 it ends. */
const echo = `process.stdin.on('data', (bytes) => { process.stdout.write(bytes); if (bytes.includes(99)) process.exit(); });`;
const program = () => processTransport({ command: process.execPath, args: ['-e', echo] });
const until = async (done: () => boolean): Promise<void> => {
  for (let i = 0; i < 2000 && !done(); i++) await sleep(5);
};

test('a program is a line: bytes there and back, its end is told, and it can be started again', async (t) => {
  const line = program();
  t.false(line.write(Uint8Array.of(1), 0, 1), 'not open');
  await line.open();
  await line.open();
  const heard: number[] = [];
  line.onBytes((bytes, start, end) => heard.push(...bytes.subarray(start, end)));
  const all = Uint8Array.from({ length: 256 }, (_, i) => (i === 99 ? 98 : i));
  t.true(line.write(all, 0, 256));
  all.fill(7);
  await until(() => heard.length >= 256);
  t.deepEqual(
    heard.splice(0),
    Array.from({ length: 256 }, (_, i) => (i === 99 ? 98 : i)),
  );
  const lost: string[] = [];
  line.onLost((error) => lost.push(error.code));
  line.write(Uint8Array.of(99), 0, 1);
  await until(() => lost.length > 0);
  t.deepEqual(lost, ['ERR_PORT_LOST']);
  t.is(line.state, 'closed');
  await line.open();
  line.write(Uint8Array.of(5), 0, 1);
  await until(() => heard.includes(5));
  t.is(heard.at(-1), 5);
  await line.close();
  await line.close();
  t.deepEqual(lost, ['ERR_PORT_LOST'], 'one that is closed is not lost');
});

test('a program that does not read is refused more, and one that is not there is an error that names it', async (t) => {
  const deaf = processTransport({ command: process.execPath, args: ['-e', 'setTimeout(() => {}, 1e6)'], capacity: 4096 });
  await deaf.open();
  const block = new Uint8Array(1024);
  let taken = 0;
  while (taken < 10_000 && deaf.write(block, 0, block.length)) taken++;
  t.true(taken > 0 && taken < 10_000);
  const begin = performance.now();
  await deaf.close();
  t.true(performance.now() - begin < 10_000);
  const error = await t.throwsAsync(processTransport({ command: '/no/such/firmware' }).open(), { code: 'ERR_PORT_OPEN' });
  t.regex(error.message, /no\/such\/firmware/);
});
