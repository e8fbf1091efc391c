import test from 'ava';
import { emulatedBoard, IntegerBoard, WireBoard } from '../../drivers/index.ts';
import { loopbackPair } from '../../firmware-bridge/index.ts';
import {
  alif,
  type BoardEvent,
  ControllerError,
  compile,
  type Executable,
  lif,
  type Network,
  referenceBackend,
  source,
} from '../../runtime/index.ts';
import { capabilities, random } from './support.ts';

const load = (network: Network): Executable => referenceBackend.load(compile(network));

/** `size` inputs, each with its own neuron, which spikes when its input does. */
function wires(size: number, dt = 2): Network {
  const each = Array.from({ length: size }, (_, i) => i);
  return {
    dt,
    seed: 1,
    populations: { input: { size, neuron: source() }, neurons: { size, neuron: lif({ tauMem: 5, threshold: 0.5, reset: 'zero' }) } },
    projections: {
      one: {
        pre: 'input',
        post: 'neurons',
        connectivity: { kind: 'list', pre: each, post: each },
        weight: { kind: 'constant', value: 0.6 },
        delay: 0,
      },
    },
  };
}

const small: Network = {
  dt: 2,
  seed: 3,
  populations: { input: { size: 4, neuron: source() }, neurons: { size: 12, neuron: alif({ tauMem: 10, tauAdapt: 100, beta: 0.3 }) } },
  projections: {
    sensory: { pre: 'input', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1.5 }, delay: 0 },
    recurrent: { pre: 'neurons', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.6 }, delay: 1 },
  },
};

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

function listen(board: { readonly events: { subscribe(next: (event: BoardEvent) => void): unknown } }) {
  const spikes = new Map<number, number[]>();
  const others: BoardEvent[] = [];
  board.events.subscribe((event) => {
    if (event.kind === 'spikes') spikes.set(event.tick, [...event.addresses.subarray(event.start, event.start + event.count)]);
    else others.push(event);
  });
  return { spikes, others, codes: () => others.map((event) => (event.kind === 'fault' ? event.error.code : event.kind)) };
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

test('weights that outgrow their scale get a coarser one together with their next values', async (t) => {
  const host = load(small);
  const board = emulatedBoard();
  await board.connect();
  const { weightError } = await board.deploy(host);
  const shift = board.device.network?.shiftOf(2);
  const weights = host.arena.view('recurrent.weights');
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! * 20;
  const synced = board.sync(host);
  board.poll();
  await synced;
  const grown = board.device.network?.shiftOf(2) ?? 0;
  t.true(grown >= shift! + 4, `${shift} to ${grown}`);
  const { counts, step } = board.connection!.weights.running('recurrent')!;
  t.true(Math.max(...counts) <= 127 && Math.max(...counts.map(Math.abs)) > 63, 'the range is used');
  const there = new Int8Array(board.device.memory.running(2)!.bytes);
  const region = host.program.regions.get('recurrent.weights')!;
  for (let i = 0; i < 12; i++) {
    for (let j = 0; j < 12; j++) t.true(Math.abs(there[i * 12 + j]! * step - weights[i * region.stride + j]!) <= step / 2 + 1e-9);
  }
  t.true(board.report().weightErrorMax <= step / 2 + 1e-9 && board.report().weightErrorMax > weightError.max);

  // Back to small weights: the scale stays. A new deployment begins anew, on the board too.
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! / 20;
  const again = board.sync(host);
  board.poll();
  await again;
  t.is(board.device.network?.shiftOf(2), grown);
  await board.shutdown();
  await board.connect();
  await board.deploy(host);
  t.is(board.device.network?.shiftOf(2), shift);
  t.true(await board.verify());
});

test('weights beyond every scale saturate, and the report says by how much', async (t) => {
  const host = load(small);
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  host.arena.view('sensory.weights')[0] = 5000;
  const synced = board.sync(host, 'sensory');
  board.poll();
  await synced;
  t.true(board.report().weightErrorMax > 2900 && board.report().weightErrorMax < 3000);
  t.is(new Int8Array(board.device.memory.running(1)!.bytes)[0], 127);
});

test('a changed bit in the board’s memory is found', async (t) => {
  const board = emulatedBoard();
  t.false(await board.verify());
  await board.connect();
  t.false(await board.verify());
  await board.deploy(load(small));
  t.true(await board.verify());
  const { bytes } = board.device.memory.running(2)!;
  bytes[7] = bytes[7]! ^ 4;
  t.false(await board.verify());
  bytes[7] = bytes[7]! ^ 4;
  t.true(await board.verify());
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
