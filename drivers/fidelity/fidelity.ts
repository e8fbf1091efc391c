import { type Executable, raise, tickOf } from '../../runtime/index.ts';
import type { ChipBoard } from '../chips/chip-board.ts';
import { chipWitness, integerWitness, type WireSubject, wireWitness } from './boards.ts';
import { type Cause, compareExecutions, type Drive, type FidelityReport } from './compare.ts';
import { hostOnWeightsOf, hostWitness, type Witness } from './witness.ts';

const chainOf = (...links: [Witness, Cause][]) => links.map(([witness, cause]) => ({ witness, cause }));

/**
 * One input on the host in float32, on the host with the board's weights, for boards of our wire on their integer model, and on the board: weights,
 * membranes and spikes of neighbours side by side, and the first spike in which they differ, with the reason. All begin at rest, on the weights that
 * `executable` has now; learning is off. The board is to be deployed, and nobody else may use it meanwhile; its neurons end in the state that
 * the input left them in. Raises ERR_BOARD_NOT_READY before `connect`, ERR_BOARD_FAULT if a tick is not answered, or the
 * board's memory is not what it was sent.
 */
export async function fidelity(
  board: ChipBoard | WireSubject,
  executable: Executable,
  drive: Drive,
  ticks: number,
): Promise<FidelityReport> {
  if (board.capabilities === undefined) return raise('ERR_BOARD_NOT_READY', { call: 'fidelity()', state: 'deployed', first: 'deploy()' });
  const synced = board.sync(executable);
  board.poll();
  await synced;
  const host = hostWitness(executable);
  const { program } = host;
  if ('chip' in board) {
    const chip = chipWitness(board.chip);
    const middle = hostOnWeightsOf(program, chip);
    return compareExecutions(program, chainOf([host, 'nothing'], [middle, 'weights'], [chip, 'arithmetic']), drive, ticks);
  }
  // The weights of the report are those that the board has, not those that it was sent.
  if (!(await board.verify()))
    raise('ERR_BOARD_FAULT', { board: board.capabilities.model, reason: 'its weights are not those that it was sent' });
  const integer = integerWitness(board, program);
  const middle = hostOnWeightsOf(program, integer);
  const far = wireWitness(board, program, tickOf(executable));
  try {
    return await compareExecutions(
      program,
      chainOf([host, 'nothing'], [middle, 'weights'], [integer, 'arithmetic'], [far, 'nothing']),
      drive,
      ticks,
    );
  } finally {
    far.close();
  }
}
