import type { Chip } from '../../../drivers/chips/chip.ts';
import type { ChipBoard } from '../../../drivers/chips/chip-board.ts';
import type { Executable } from '../../../runtime/index.ts';
import type { Subject } from '../../contracts/board.ts';

/** A board over a chip as the contract wants to see it. */
export function chipSubject(board: ChipBoard<Chip>): Subject {
  const { chip } = board;
  const load = chip.deploy.bind(chip);
  let loaded = 0;
  chip.deploy = (executable) => {
    const report = load(executable);
    loaded += report.bytes;
    return report;
  };
  let last: Executable | undefined;
  const { deploy } = board;
  board.deploy = (executable) => {
    last = executable;
    return deploy(executable);
  };
  const weights = (projection: string): Float64Array => {
    const { pre, post } = last!.program.network.projections[projection]!;
    const { populations } = last!.program.network;
    const into = new Float64Array(populations[pre]!.size * populations[post]!.size);
    chip.weights(projection, into);
    return into;
  };
  return {
    board,
    sent: () => loaded,
    pass: async () => board.poll(),
    cut: () => undefined,
    safe: () => !board.running,
    // There are no check sums between a host and a chip in one process: what it reads out is what it runs with.
    verify: async () => board.running && [...last!.program.weights.keys()].every((name) => weights(name).every(Number.isFinite)),
    weights,
  };
}
