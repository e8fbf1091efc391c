/** A board that learns by itself, as a host sees it: settings, targets, a reward, and its weights read back. */
import test from 'ava';
import { emulatedAvr, emulatedBoard, emulatedRp2040 } from '../../drivers/index.ts';
import { inputsOf, load, network, random } from '../contracts/board-bench.ts';

const sizeOf = (population: string): number => network.populations[population]!.size;
const shape = { inputs: inputsOf(network), slow: sizeOf('slow'), fast: sizeOf('fast'), outputs: sizeOf('readout') };

const REGIONS = { sensory: 1, recurrent: 2, output: 4 };

test('an emulated RP2040 learns what it is told, and its weights can be read', async (t) => {
  const board = emulatedRp2040();
  t.teardown(() => board.shutdown());
  t.is(board.learning, undefined);
  t.true((await board.connect()).learns);
  await board.deploy(load());
  const { learning } = board;
  const read = async (region: number, bytes: number): Promise<Int8Array> => {
    learning!.read(region, bytes);
    for (let k = 0; k < 1000 && learning!.weights === undefined; k++) board.pass(1);
    return learning!.weights!;
  };
  const sizes = { sensory: shape.inputs * shape.slow, recurrent: shape.slow * shape.slow, output: shape.fast * shape.outputs };
  const before = { recurrent: await read(REGIONS.recurrent, sizes.recurrent), output: await read(REGIONS.output, sizes.output) };
  t.true(await board.verify());
  const rates = new Map(Object.values(REGIONS).map((region) => [region, { rate: 60000, shift: 24 }]));
  t.true(learning!.begin({ seed: 3, rates, dampening: new Map([[1, 1200]]) }));
  board.pass(network.dt);
  t.true(learning!.target({ tick: 0, ticks: 100, label: 1 }));
  const draw = random(4);
  const addresses = Uint32Array.from({ length: shape.inputs }, (_, i) => i);
  const values = new Uint32Array(shape.inputs);
  for (let tick = 0; tick < 100; tick++) {
    for (let i = 0; i < values.length; i++) values[i] = 1 + Math.floor(draw() * 3);
    t.true(board.inputs(tick, addresses, addresses.length, values));
    board.poll();
  }
  t.true(learning!.reward(99, 65536));
  board.pass(50);
  const output = await read(REGIONS.output, sizes.output);
  // Towards 1 and away from 0, wherever a neuron spiked.
  const moved = Array.from({ length: shape.fast }, (_, j) => [
    output[2 * j]! - before.output[2 * j]!,
    output[2 * j + 1]! - before.output[2 * j + 1]!,
  ]);
  t.true(moved.some(([left, right]) => left! < 0 && right! > 0) && moved.every(([left, right]) => left! <= 0 && right! >= 0));
  t.true(await board.verify().then((same) => !same), 'the host knows by the CRC that the weights are not those it sent');
  t.is(board.report().faults, 0);
});

test('a board that does not learn has nothing to learn with', async (t) => {
  for (const board of [emulatedAvr(), emulatedBoard()]) {
    t.teardown(() => board.shutdown());
    t.false((await board.connect()).learns);
    t.is(board.learning, undefined);
  }
});
