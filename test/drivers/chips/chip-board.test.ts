import test from 'ava';
import { chipBoard } from '../../../drivers/index.ts';
import { ControllerError } from '../../../runtime/index.ts';
import { boardContract } from '../../contracts/board.ts';
import { listen, load, small, wires } from '../small.ts';
import { chipSubject } from './chip-subject.ts';
import { integerChip } from './integer-chip.ts';

boardContract('over a chip', (condition) => {
  const chip = integerChip(condition === 'small' ? { neurons: 4 } : {});
  return chipSubject(chipBoard(chip));
});

test('an input is answered before inputs returns, tick by tick', async (t) => {
  const board = chipBoard(integerChip());
  const { spikes } = listen(board);
  await board.connect();
  await board.deploy(load(wires(3)));
  t.true(board.inputs(5, Uint32Array.of(1), 1));
  t.deepEqual([...spikes], [[5, [1]]]);
});

test('what a chip throws in a step is a fault, and the end; connected and deployed again, it runs', async (t) => {
  const chip = integerChip();
  const board = chipBoard(chip);
  const { codes, others } = listen(board);
  await board.connect();
  const executable = load(small);
  await board.deploy(executable);
  chip.breaks = new Error('a wire has come off');
  const waits = board.sync(executable);
  t.false(board.inputs(0, Uint32Array.of(0), 1));
  await waits;
  t.deepEqual(codes(), ['ERR_BOARD_FAULT']);
  const [event] = others;
  t.true(event?.kind === 'fault' && event.error instanceof ControllerError && /a wire has come off/.test(event.error.message));
  t.deepEqual([board.report().faults, board.running, board.capabilities], [1, false, undefined]);
  t.false(board.inputs(1, Uint32Array.of(0), 1));
  t.is(board.report().dropped, 1);
  chip.breaks = undefined;
  await board.connect();
  await board.deploy(executable);
  t.true(board.inputs(2, Uint32Array.of(0), 1));
});

test('several patches between two ticks are written once; a refused network leaves the one that runs', async (t) => {
  const chip = integerChip();
  const board = chipBoard(chip);
  await board.connect();
  const executable = load(small);
  await board.deploy(executable);
  const before = new Float64Array(48);
  chip.weights('sensory', before);
  for (const gain of [2, 3]) {
    executable.arena.write(
      'sensory.weights',
      executable.arena.copy('sensory.weights').map((w) => w * gain),
    );
    void board.sync(executable, 'sensory');
  }
  board.inputs(0, new Uint32Array(0), 0);
  t.is(board.report().weightPatches, 1);
  const after = new Float64Array(48);
  chip.weights('sensory', after);
  const { weightErrorMax } = board.report();
  t.true(after.every((w, k) => Math.abs(w - 6 * before[k]!) <= weightErrorMax * 7));
  await t.throwsAsync(board.deploy(load(wires(65))), { code: 'ERR_BOARD_TOO_SMALL' });
  t.true(board.running);
  t.true(board.inputs(1, Uint32Array.of(0), 1));
});

test('another program, and a projection that does not exist, are refused by sync', async (t) => {
  const board = chipBoard(integerChip());
  await board.connect();
  const executable = load(small);
  await board.deploy(executable);
  await t.throwsAsync(board.sync(load(small)), { code: 'ERR_BOARD_NOT_READY' });
  await t.throwsAsync(board.sync(executable, 'nowhere'), { code: 'ERR_UNKNOWN_NAME' });
});
