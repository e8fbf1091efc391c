import test from 'ava';
import { emulatedBoard, IntegerBoard, WireBoard } from '../../drivers/index.ts';
import { loopbackPair, type Transport } from '../../firmware-bridge/index.ts';
import { ControllerError, izhikevich, theta } from '../../runtime/index.ts';
import { listen, load, small, wires } from './small.ts';
import { capabilities, random } from './support.ts';

/** A line with a device at its far end, in a time of their own. */
function bench() {
  let ms = 0;
  const now = (): number => ms;
  const [hostEnd, deviceEnd] = loopbackPair({ now });
  const device = new IntegerBoard({ transport: deviceEnd, now, capabilities, bootId: 1, computeMs: 0 });
  const pass = (step: number): void => {
    ms += step;
  };
  const powerOn = async (): Promise<void> => {
    await deviceEnd.open();
    device.start();
  };
  return { now, hostEnd, device, powerOn, virtual: { now, stepMs: 1, pass, poll: () => device.poll() } };
}

test('a tick may take several messages, there and back', async (t) => {
  const SIZE = 700;
  const board = emulatedBoard({ capabilities: { neurons: SIZE, inputs: SIZE, synapses: SIZE * SIZE } });
  const { spikes } = listen(board);
  await board.connect();
  await board.deploy(load(wires(SIZE)));
  const draw = random(4);
  for (let tick = 0; tick < 20; tick++) {
    const sent = Array.from({ length: SIZE }, (_, i) => i).filter(() => draw() < (tick % 4) / 3);
    t.true(board.inputs(tick, Uint32Array.from(sent), sent.length));
    board.poll();
    t.deepEqual(spikes.get(tick), sent, `tick ${tick}`);
  }
});

test('where an answer may be incomplete it is left out', async (t) => {
  const SIZE = 700;
  const noise = { drop: 0.0002 };
  const board = emulatedBoard({
    seed: 11,
    faults: { toHost: noise },
    capabilities: { neurons: SIZE, inputs: SIZE, synapses: SIZE * SIZE },
  });
  const { spikes } = listen(board);
  await board.connect();
  await board.deploy(load(wires(SIZE)));
  const all = Uint32Array.from({ length: SIZE }, (_, i) => i);
  for (let tick = 0; tick < 200; tick++) {
    board.inputs(tick, all, SIZE);
    board.poll();
  }
  t.true(spikes.size > 50 && spikes.size < 200, `${spikes.size} answers`);
  t.true([...spikes.values()].every(({ length }) => length === SIZE));
});

test('inputs beyond the last one are left out, and graded ones above the board’s largest are cut', async (t) => {
  const board = emulatedBoard({ capabilities: { maxGrade: 2 } });
  const { spikes } = listen(board);
  await board.connect();
  await board.deploy(load(wires(3)));
  t.true(board.inputs(0, Uint32Array.of(1, 7, 9), 3, Uint32Array.of(1, 1, 1)));
  t.true(board.inputs(1, Uint32Array.of(0), 1, Uint32Array.of(2 ** 32 - 1)));
  board.poll();
  t.deepEqual(
    [...spikes],
    [
      [0, [1]],
      [1, [0]],
    ],
  );
  // A threshold of 0.5 is 2^20 counts; the weight has 8 bits.
  t.true(Math.abs(board.device.network!.states(1)[0]! * 2 ** -21 - 2 * 0.6) < 0.01);
});

test('a board that is too slow says so: late ticks are events, lost ones are counted', async (t) => {
  const board = emulatedBoard({ computeUs: 3000 });
  const { spikes, others, codes } = listen(board);
  await board.connect();
  await board.deploy(load(small));
  for (let tick = 0; tick < 400; tick++) {
    board.inputs(tick, Uint32Array.of(tick % 4), 1);
    board.poll();
  }
  board.pass(300);
  t.deepEqual(codes(), ['late']);
  const [late] = others;
  t.true(late?.kind === 'late' && late.byUs > 0 && late.byUs <= 3000);
  t.true(board.device.overruns > 50);
  t.true(board.report().late >= board.device.lateTicks && board.device.lateTicks > 200);
  // In 800 ms it can do 266 ticks, the last ones it held then.
  t.true(spikes.size > 250 && spikes.size < 320, `${spikes.size} answers`);
});

test('a board that went to its safe state by itself is no mirror any more', async (t) => {
  const board = emulatedBoard({ faults: {} });
  const { codes } = listen(board);
  await board.connect();
  await board.deploy(load(small));
  board.line?.stall(300 + 10);
  board.pass(600);
  t.deepEqual(codes(), ['ERR_BOARD_SAFE']);
  t.is(board.report().faults, 1);
  await board.shutdown();
  await board.connect();
  await board.deploy(load(small));
  t.is(board.device.state, 'run');
});

test('a board that says no is a fault, or the reason why deploying failed', async (t) => {
  const { device, hostEnd, powerOn, virtual } = bench();
  await powerOn();
  // Longer than any board may be left alone.
  const board = new WireBoard({ transport: hostEnd, virtual, ttlMs: 5000 });
  const { codes } = listen(board);
  await board.connect();
  const error = await t.throwsAsync(board.deploy(load(small)), { instanceOf: ControllerError });
  t.is((error as ControllerError).code, 'ERR_BOARD_FAULT');
  t.regex((error as ControllerError).message, /test board reports a fault: rejected/);
  t.deepEqual(codes(), []);
  t.is(device.state, 'safe');
  t.is(hostEnd.state, 'closed');
});

test('without a board at the other end connecting fails, in a time, and can be tried again', async (t) => {
  const { hostEnd, powerOn, virtual, now } = bench();
  const board = new WireBoard({ transport: hostEnd, virtual });
  const error = await t.throwsAsync(board.connect(), { instanceOf: ControllerError });
  t.is((error as ControllerError).code, 'ERR_LINK_NO_ANSWER');
  t.true(now() < 10_000);
  await powerOn();
  t.is((await board.connect()).model, 'test board');
});

test('an unplugged board is a fault at once', async (t) => {
  const { hostEnd, powerOn, virtual } = bench();
  await powerOn();
  const board = new WireBoard({ transport: hostEnd, virtual });
  const { codes } = listen(board);
  await board.connect();
  const host = load(small);
  await board.deploy(host);
  host.arena.view('sensory.weights').fill(1);
  const synced = board.sync(host);
  hostEnd.unplug();
  t.deepEqual(codes(), ['ERR_PORT_LOST']);
  // Whoever waits for weights is told, though they never arrived: the fault was an event.
  await synced;
  await board.shutdown();
  t.is(board.report().weightPatchesAcked, 0);
});

test('sync takes the program that was deployed, and names that it has', async (t) => {
  const board = emulatedBoard();
  await board.connect();
  const host = load(small);
  await board.deploy(host);
  const other = await t.throwsAsync(board.sync(load(small)), { instanceOf: ControllerError });
  t.is((other as ControllerError).code, 'ERR_BOARD_NOT_READY');
  const unknown = await t.throwsAsync(board.sync(host, 'nowhere'), { instanceOf: ControllerError });
  t.is((unknown as ControllerError).code, 'ERR_UNKNOWN_NAME');
});

test('sparse weights take the room of dense ones, and a readout sends nothing on', async (t) => {
  const sparse = { ...wires(100), dt: 1 };
  const board = emulatedBoard({ capabilities: { synapses: 1000 } });
  await board.connect();
  const error = await t.throwsAsync(board.deploy(load(sparse)), { instanceOf: ControllerError });
  t.is((error as ControllerError).code, 'ERR_BOARD_TOO_SMALL');
  t.regex((error as ControllerError).message, /synapses: 10000 asked \(dense, as boards store them\), 1000 offered/);
});

test('a board spikes by no chance: escape noise is refused', async (t) => {
  const board = emulatedBoard();
  await board.connect();
  const quiet = wires(4);
  const noisy = Object.fromEntries(
    Object.entries(quiet.populations).map(([name, { size, neuron }]) => [
      name,
      { size, neuron: neuron.kind === 'lif' ? { ...neuron, comparison: { kind: 'escape' } as const } : neuron },
    ]),
  );
  await t.notThrowsAsync(board.deploy(load(quiet)));
  const error = await t.throwsAsync(board.deploy(load({ ...quiet, populations: noisy })), { instanceOf: ControllerError });
  t.is((error as ControllerError).code, 'ERR_BOARD_TOO_SMALL');
  t.regex((error as ControllerError).message, /comparison of '.*': escape asked, >=, > offered/);
});

test('a board has no cells that turn: theta and izhikevich are refused by their name', async (t) => {
  const board = emulatedBoard();
  await board.connect();
  for (const neuron of [theta(), izhikevich()]) {
    const { populations, projections, ...rest } = wires(4);
    const [name] = Object.entries(populations).find(
      ([
        ,
        {
          neuron: { kind },
        },
      ]) => kind === 'lif',
    )!;
    const turning = { ...rest, projections, populations: { ...populations, [name]: { size: populations[name]!.size, neuron } } };
    const error = await t.throwsAsync(board.deploy(load(turning)), { instanceOf: ControllerError });
    t.is((error as ControllerError).code, 'ERR_BOARD_TOO_SMALL');
    t.regex((error as ControllerError).message, new RegExp(`neuronKinds: ${neuron.kind} asked by '${name}'`));
  }
});

test('a board has weights of its own for each synapse: a convolution is refused before a byte is sent', async (t) => {
  const { populations, projections, ...rest } = wires(16);
  const [name, projection] = Object.entries(projections)[0]!;
  const connectivity = { kind: 'convolution', input: [1, 4, 4], channels: 1, kernel: [3, 3], padding: [1, 1] } as const;
  const shared = {
    ...rest,
    populations,
    projections: { [name]: { ...projection, connectivity, weight: { kind: 'constant', value: 1 } as const } },
  };
  const board = emulatedBoard();
  await board.connect();
  await t.notThrowsAsync(board.deploy(load(wires(16))));
  const error = await t.throwsAsync(board.deploy(load(shared)), { instanceOf: ControllerError });
  t.is((error as ControllerError).code, 'ERR_BOARD_TOO_SMALL');
  t.true((error as ControllerError).message.includes(`shared weights of '${name}': asked`), (error as ControllerError).message);
});

test('shut down before its line is open, it begins no link and leaves no line open that would keep a process alive', async (t) => {
  for (const when of ['at once', 'while it opens']) {
    const [line] = loopbackPair({ now: () => performance.now() });
    let opened = (): void => undefined;
    const opens = new Promise<void>((resolve) => {
      opened = resolve;
    });
    let asks = 0;
    const transport: Transport = {
      get state() {
        return line.state;
      },
      open: async () => {
        asks++;
        await opens;
        await line.open();
      },
      close: () => line.close(),
      write: (bytes, start, end) => line.write(bytes, start, end),
      onBytes: (listener) => line.onBytes(listener),
      onLost: (listener) => line.onLost(listener),
    };
    const board = new WireBoard({ transport });
    const connecting = t.throwsAsync(board.connect(), { code: 'ERR_BOARD_NOT_READY' }, when);
    if (when === 'while it opens') while (asks === 0) await undefined;
    const ending = board.shutdown();
    opened();
    await Promise.all([connecting, ending]);
    t.is(line.state, 'closed', when);
    t.is(board.connection, undefined, 'no link was begun');
  }
});
