/** A board of our wire that is pulled, comes back elsewhere, is exchanged, or is half dead. */
import test from 'ava';
import { superviseBoard, type WireBoard } from '../../../drivers/index.ts';
import type { Executable } from '../../../runtime/index.ts';
import { listen, load, wires } from '../small.ts';
import { usb } from './usb.ts';

const SIZE = 3;
const ALL = Uint32Array.from({ length: SIZE }, (_, i) => i);

/** A supervised board at a path, deployed; `kinds` are its states so far. */
async function supervised(bus: ReturnType<typeof usb>, path: string, network: Executable) {
  const inner = await bus.host(path);
  const kinds: string[] = [];
  let safes = 0;
  const board = superviseBoard(inner, { seed: 1, time: bus.time, safe: () => safes++ });
  board.link.states.subscribe(({ kind, attempt }) => attempt > 0 && kinds.push(kind));
  await board.connect();
  await board.deploy(network);
  return { inner, board, kinds, safes: () => safes };
}

/** `ticks` inputs, all ones at every other tick; how many the board took. */
async function feed(bus: ReturnType<typeof usb>, board: Pick<WireBoard, 'inputs' | 'poll'>, from: number, ticks: number): Promise<number> {
  let taken = 0;
  for (let tick = from; tick < from + ticks; tick++) {
    if (board.inputs(tick, ALL, tick % 2 === 0 ? SIZE : 0)) taken++;
    board.poll();
    await bus.until(() => false, 1);
  }
  return taken;
}

test('pulled, it is safe at once and takes nothing; plugged in elsewhere, it is found by its serial number and has the weights of that moment', async (t) => {
  const bus = usb();
  const uno = bus.make('uno');
  bus.plug('/dev/ttyACM0', uno, '75735');
  const network = load(wires(SIZE));
  const { inner, board, kinds, safes } = await supervised(bus, '/dev/ttyACM0', network);
  const { spikes } = listen(board);
  t.is(await feed(bus, board, 0, 10), 10);
  t.is(spikes.size, 10);

  bus.pull('/dev/ttyACM0');
  t.is(board.link.state.kind, 'lost');
  t.is(safes(), 1);
  t.is(await feed(bus, board, 10, 20), 0, 'nothing is taken');
  network.arena.view('one.weights').fill(0.9);
  bus.plug('/dev/ttyACM1', uno, '75735');
  t.true(await bus.until(() => board.link.device !== undefined, 20_000));
  t.deepEqual(bus.opened, ['/dev/ttyACM0', '/dev/ttyACM1']);
  t.deepEqual(kinds, ['connecting', 'ready', 'lost', 'connecting', 'ready']);
  const { counts, step } = inner.connection!.weights.running('one')!;
  t.true(Math.abs(counts[0]! * step - 0.9) < 0.01 && (await inner.verify()), 'by its own check sums too');
  t.is(await feed(bus, board, 100, 10), 10);
  t.deepEqual(
    [...spikes.keys()].filter((tick) => tick >= 10 && tick < 100),
    [],
    'what was refused never arrived',
  );
  t.is([...spikes.keys()].filter((tick) => tick >= 100).length, 10);
  t.true(board.report().spikesIn === 10 * SIZE && board.report().dropped >= 20, 'counters are of both connections');
  t.like(board.report().device, { state: 'ready', opened: 2, losses: 1, refused: 0 });
  await board.shutdown();
  t.is(uno.device.state, 'safe');
});

test('another board under the same path is refused before anything is sent to it, and the old one is taken again', async (t) => {
  const bus = usb();
  const [uno, stranger] = [bus.make('uno'), bus.make('stranger')];
  bus.plug('/dev/ttyUSB0', uno);
  const { board } = await supervised(bus, '/dev/ttyUSB0', load(wires(SIZE)));
  bus.pull('/dev/ttyUSB0');
  bus.plug('/dev/ttyUSB0', stranger);
  t.true(await bus.until(() => board.report().device!.refused >= 3, 60_000));
  t.is(board.link.device, undefined);
  t.is(stranger.device.network, undefined, 'no network');
  t.not(stranger.device.state, 'run', 'not armed');
  t.true(board.link.history.some(({ kind, reason }) => kind === 'lost' && /is 'stranger, .*', where 'uno, .*' was/.test(reason ?? '')));
  bus.pull('/dev/ttyUSB0');
  bus.plug('/dev/ttyUSB0', uno);
  t.true(await bus.until(() => board.link.device !== undefined, 60_000));
  t.is(await feed(bus, board, 0, 3), 3);
  await board.shutdown();
});

test('negative control: without supervision the stranger would get the network and be armed', async (t) => {
  const bus = usb();
  const [uno, stranger] = [bus.make('uno'), bus.make('stranger')];
  bus.plug('/dev/ttyUSB0', uno);
  const bare = await bus.host('/dev/ttyUSB0');
  const network = load(wires(SIZE));
  await bare.connect();
  await bare.deploy(network);
  bus.pull('/dev/ttyUSB0');
  bus.plug('/dev/ttyUSB0', stranger);
  await bare.connect();
  await bare.deploy(network);
  t.not(stranger.device.network, undefined);
  t.is(stranger.device.state, 'run');
  await bare.shutdown();
});

const halfDead = async (alive: boolean) => {
  const bus = usb();
  const uno = bus.make('uno');
  bus.plug('/dev/ttyACM0', uno, '1');
  const { board, safes } = await supervised(bus, '/dev/ttyACM0', load(wires(SIZE)));
  uno.alive = alive;
  await feed(bus, board, 0, 1000);
  return { bus, uno, board, safes };
};

test('half dead, its line up and its processor not, it is lost and safe; it is ready again only once it answers', async (t) => {
  const { bus, uno, board, safes } = await halfDead(false);
  t.is(board.link.device, undefined);
  t.true(safes() >= 1);
  t.false(await bus.until(() => board.link.device !== undefined, 3000), 'an open line is no handshake');
  t.true(board.report().device!.attempts >= 2);
  uno.alive = true;
  t.true(await bus.until(() => board.link.device !== undefined, 60_000));
  await board.shutdown();
});

test('negative control: one that lives is never lost', async (t) => {
  const { board } = await halfDead(true);
  t.like(board.report().device, { state: 'ready', attempts: 1, losses: 0 });
  await board.shutdown();
});

test('what was never there is not waited for', async (t) => {
  const bus = usb();
  const board = superviseBoard(await bus.host('/dev/ttyACM9'), { seed: 1, time: bus.time });
  await t.throwsAsync(board.connect(), { code: 'ERR_PORT_OPEN' });
  t.is(board.link.state.kind, 'lost');
  await board.shutdown();
});

test('supervision that ends leaves alone what is connected anew meanwhile', async (t) => {
  const bus = usb();
  bus.plug('/dev/ttyACM0', bus.make('uno'), '75735');
  const { inner, board } = await supervised(bus, '/dev/ttyACM0', load(wires(SIZE)));
  let over = false;
  await bus.until(() => false, 1000);
  const ending = board.shutdown();
  const { ready } = board.link.report().ms;
  t.true(ready > 0, `${ready} ms: the time until then counts before the end has come`);
  const again = inner.connect().then(() => {
    over = true;
  });
  t.true(await bus.until(() => over, 20_000));
  await Promise.all([ending, again]);
  t.is(inner.connection!.link.state, 'up');
  await inner.shutdown();
});
