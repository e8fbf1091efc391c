import test from 'ava';
import { chipBoard, emulatedBoard, fidelity } from '../../../drivers/index.ts';
import { compile, referenceBackend } from '../../../runtime/index.ts';
import { integerChip } from '../chips/integer-chip.ts';
import { heartbeatLike, random } from '../support.ts';

const TICKS = 600;

const drive = () => {
  const draw = random(21);
  return (tick: number, values: Uint32Array): void => {
    for (let i = 0; i < 18; i++) values[i] = draw() < 0.15 ? 1 + Math.floor(draw() * 3) : 0;
    values[18] = tick % 100 === 0 ? 4 : 0;
    values[19] = 1;
  };
};

test('the chain host, weights, integers, board says which link costs what, and the last link costs nothing', async (t) => {
  const host = referenceBackend.load(compile(heartbeatLike(true)));
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  const { steps, executions } = await fidelity(board, host, drive(), TICKS);
  t.log(steps.map(({ to, cause, spikes, membranes, first }) => ({ to, cause, spikes, membranes, first })));
  t.is(executions.length, 4);
  const [weights, arithmetic, line] = steps;
  t.is(weights!.cause, 'weights');
  t.true(weights!.weights['recurrent']!.max > 0 && weights!.spikes.agreement < 0.99 && weights!.spikes.agreement > 0.9);
  t.is(weights!.first!.why.includes('weights'), true);
  t.is(arithmetic!.weights['recurrent']!.max, 0);
  t.true(arithmetic!.spikes.agreement > 0.99);
  t.true(arithmetic!.membranes!.max > 0 && arithmetic!.membranes!.max < 1e-3);
  t.deepEqual([line!.spikes.agreement, line!.membranes!.max, line!.first], [1, 0, null]);
  t.true(line!.spikes.to > 1000);
});

test('a board whose arithmetic is off is caught in the last link, with the tick and the neuron', async (t) => {
  const host = referenceBackend.load(compile(heartbeatLike(true)));
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  const region = board.connection!.weights.running('recurrent')!.region;
  board.device.network!.setShift(region, board.device.network!.shiftOf(region) - 1);
  const { steps } = await fidelity(board, host, drive(), TICKS);
  const { first, spikes } = steps[2]!;
  t.log(first);
  t.true(spikes.agreement < 1);
  t.is(first!.population, 'hidden');
  t.true(first!.why.includes('must be equal'));
});

test('weights that are not those that the board was sent are no report, but a fault of the board', async (t) => {
  const host = referenceBackend.load(compile(heartbeatLike(true)));
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  const { bytes } = board.device.memory.running(2)!;
  bytes[7] = bytes[7]! ^ 4;
  await t.throwsAsync(fidelity(board, host, drive(), 10), { message: /not those that it was sent/ });
});

test('a chip has three links, and its own numbers', async (t) => {
  const host = referenceBackend.load(compile(heartbeatLike(true)));
  const board = chipBoard(integerChip({ weightBits: 4 }));
  await board.connect();
  await board.deploy(host);
  const { executions, steps } = await fidelity(board, host, drive(), TICKS);
  t.is(executions.length, 3);
  t.true(steps[0]!.spikes.agreement < 0.9);
  t.true(steps[1]!.spikes.agreement > 0.98);
});
