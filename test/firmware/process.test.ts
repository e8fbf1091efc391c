/** The firmware in the machine's own time, over the standard input and output of its process. */
import test from 'ava';
import { WireBoard } from '../../drivers/index.ts';
import { processTransport } from '../../firmware-bridge/index.ts';
import { TransportError } from '../../runtime/index.ts';
import { listen, load, small } from '../drivers/small.ts';
import { built } from './build.ts';

const PATIENCE_MS = 20_000;
async function until(done: () => boolean): Promise<boolean> {
  for (const end = Date.now() + PATIENCE_MS; !done() && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 2));
  return done();
}

test('a process is a board: it takes a network and answers ticks', async (t) => {
  const board = new WireBoard({ transport: processTransport({ command: built('host') }), ttlMs: 1000 });
  t.teardown(() => board.shutdown());
  const { spikes } = listen(board);
  t.is((await board.connect()).model, 'host');
  const { bytes } = await board.deploy(load(small));
  t.true(bytes > 0 && (await board.verify()));
  for (let tick = 0; tick < 20; tick++) t.true(board.inputs(tick, Uint32Array.of(0, 1, 2, 3), 4));
  t.true(await until(() => spikes.size === 20));
  t.true([...spikes.values()].flat().length > 0);
});

test('a process that ends is a line that was lost, and can be opened again', async (t) => {
  const line = processTransport({ command: 'sh', args: ['-c', 'head -c 1 >&2; exit 3'] });
  let lost: unknown;
  line.onLost((error) => {
    lost = error;
  });
  await line.open();
  await line.open();
  t.true(line.write(Uint8Array.of(1), 0, 1));
  t.true(await until(() => lost !== undefined));
  t.is((lost as TransportError).code, 'ERR_PORT_LOST');
  t.is(line.state, 'closed');
  t.false(line.write(Uint8Array.of(1), 0, 1));
  await line.open();
  t.is(line.state, 'open');
  await line.close();
  await line.close();
  t.is(line.state, 'closed');
});

test('a program that is not there is an error with a name', async (t) => {
  const line = processTransport({ command: '/no/such/program' });
  const error = await t.throwsAsync(line.open(), { instanceOf: TransportError });
  t.is((error as TransportError).code, 'ERR_PORT_OPEN');
  t.is(line.state, 'closed');
});

test('a process that does not end by itself is ended', async (t) => {
  const line = processTransport({ command: 'sleep', args: ['600'] });
  await line.open();
  await line.close();
  t.is(line.state, 'closed');
});
