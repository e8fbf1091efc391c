import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'ava';
import { openBoard } from '../../../drivers/io/index.ts';
import { CapabilityError, type ControllerError, TransportError } from '../../../runtime/index.ts';
import { root } from '../../house/root.ts';
import { firmataLine } from './mock-firmata.ts';
import { MockIo } from './mock-io.ts';

test('a plugin becomes a board without console, log and handler of signals', async (t) => {
  const handlers = process.listenerCount('SIGINT');
  const board = await openBoard({ io: new MockIo() });
  t.is(board.name, 'Recorder');
  t.is(board.fault, undefined);
  t.is(process.listenerCount('SIGINT'), handlers);
  await board.close();
  await board.close();
  t.false(board.five.Board.cache.includes(board.raw));
});

test('exactly one of plugin and port opens a board', async (t) => {
  await t.throwsAsync(openBoard({}), { code: 'ERR_OUT_OF_RANGE', message: /got neither/ });
  await t.throwsAsync(openBoard({ io: new MockIo(), port: '/dev/ttyACM0' }), { code: 'ERR_OUT_OF_RANGE', message: /got both/ });
});

test('a board that does not answer is refused in time', async (t) => {
  await t.throwsAsync(openBoard({ io: new MockIo({ answers: false }), timeoutMs: 30 }), {
    instanceOf: TransportError,
    code: 'ERR_LINK_NO_ANSWER',
  });
});

test('a plugin that fails before it is ready, and one that is none, are refused with the reason', async (t) => {
  const io = new MockIo({ answers: false });
  setImmediate(() => io.emit('error', new Error('no such bus')));
  await t.throwsAsync(openBoard({ io }), { code: 'ERR_PORT_OPEN', message: /no such bus/ });
  await t.throwsAsync(openBoard({ io: {} }), { code: 'ERR_PORT_OPEN' });
});

test('a port that does not exist is refused by its name', async (t) => {
  await t.throwsAsync(openBoard({ port: '/dev/ganglion-none' }), { code: 'ERR_PORT_OPEN', message: /ganglion-none/ });
});

test('the first fault of a board is told to all, late ones too, and is its last', async (t) => {
  const io = new MockIo();
  const board = await openBoard({ io });
  const heard: ControllerError[] = [];
  let completed = false;
  board.faults$.subscribe({ next: (fault) => heard.push(fault), complete: () => (completed = true) });
  io.emit('error', new Error('brown-out'));
  io.emit('close');
  board.faults$.subscribe((fault) => heard.push(fault));
  t.deepEqual(
    heard.map(({ code }) => code),
    ['ERR_BOARD_FAULT', 'ERR_BOARD_FAULT'],
  );
  t.regex(board.fault!.message, /brown-out/);
  t.throws(() => board.component(0, 'a light', () => 0), { is: board.fault! });
  await board.close();
  t.true(completed);
});

test('StandardFirmata is spoken over a line of ours, which is closed with the board and lost with its plug', async (t) => {
  const line = firmataLine();
  const board = await openBoard({ port: line.transport });
  t.is(line.transport.state, 'open');
  await board.close();
  t.is(line.transport.state, 'closed');

  const other = firmataLine();
  const lost = await openBoard({ port: other.transport });
  other.unplug();
  t.is(lost.fault?.code, 'ERR_PORT_LOST');
  await lost.close();
});

test('a board without johnny-five is a lack of capability that names its remedy; the drivers load without it', (t) => {
  const hook = `export async function resolve(name, context, next) {
    if (name === 'johnny-five') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  }`;
  const program = `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
    const { openBoard } = await import(${JSON.stringify(path.join(root, 'dist/drivers/io/index.js'))});
    const error = await openBoard({ io: {} }).catch((error) => error);
    console.log(JSON.stringify({ name: error.name, code: error.code, remedy: error.remedy }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  t.deepEqual(JSON.parse(stdout || stderr), {
    name: CapabilityError.name,
    code: 'ERR_OPTIONAL_PACKAGE',
    remedy: 'npm install johnny-five',
  });
});
