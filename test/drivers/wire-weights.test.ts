import test from 'ava';
import { emulatedBoard } from '../../drivers/index.ts';
import { feature } from '../../firmware-bridge/index.ts';
import { alif, type Network, source } from '../../runtime/index.ts';
import { listen, load, small } from './small.ts';

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

test('a board that cannot change a scale keeps it, and what outgrows it saturates', async (t) => {
  const host = load(small);
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  const { link } = board.connection!;
  const features = link.features & ~feature.rescale;
  Object.defineProperty(link, 'features', { get: () => features });
  const shift = board.device.network?.shiftOf(2);
  const weights = host.arena.view('recurrent.weights');
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! * 20;
  const synced = board.sync(host, 'recurrent');
  board.poll();
  await synced;
  t.is(board.device.network?.shiftOf(2), shift);
  const { counts, step } = board.connection!.weights.running('recurrent')!;
  t.true(counts.filter((count) => Math.abs(count) === 127).length > 50);
  t.true(board.report().weightErrorMax > 100 * step);
  t.true(await board.verify());
});

test('an adaptation of any time constant has the strength that it should', async (t) => {
  for (const tauAdapt of [5, 100, 700, 20_000, 1e6, 1e12]) {
    const alone: Network = {
      ...small,
      dt: 1000 / 120,
      populations: { input: { size: 1, neuron: source() }, neurons: { size: 1, neuron: alif({ tauMem: 10, tauAdapt, beta: 0.3 }) } },
      projections: {
        one: { pre: 'input', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 3 }, delay: 0 },
      },
    };
    const host = load(alone);
    const board = emulatedBoard();
    const { spikes } = listen(board);
    await board.connect();
    await board.deploy(host);
    const counts = { host: 0, board: 0 };
    const { offset } = host.program.regions.get('neurons.spikeCount')!;
    for (let tick = 0; tick < 2000; tick++) {
      host.arena.view('input.input')[0] = 1;
      host.run(1);
      board.inputs(tick, Uint32Array.of(0), 1);
      board.poll();
      counts.host += host.arena.words[offset]!;
      counts.board += spikes.get(tick)!.length;
    }
    // A decay of 16 bits: 2 % of a time constant of 20 s, and none at all where it is nearly 1.
    t.true(Math.abs(counts.board - counts.host) <= 1 + 0.02 * counts.host && counts.host > 5, `${tauAdapt} ms: ${JSON.stringify(counts)}`);
  }
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
