import { type EmulatedBoard, type EmulatedBoardOptions, emulatedBoard } from '../../drivers/index.ts';
import { boardContract, type Condition, lineContract, type Subject } from '../contracts/board.ts';

const conditions: Readonly<Record<Condition, EmulatedBoardOptions>> = {
  // With faults of none, for a line that can be cut.
  clean: { faults: {} },
  small: { capabilities: { neurons: 4 } },
  noisy: { seed: 3, faults: { toBoard: { drop: 0.001, flip: 0.001 }, toHost: { drop: 0.001, flip: 0.001 } } },
  // 5 bytes a tick, where a tick with its input takes about 25.
  narrow: { line: { bytesPerMs: 2.5 } },
};

export function subjectOf(board: EmulatedBoard): Subject {
  return {
    board,
    sent: () => board.connection?.link.counters.bytesOut ?? 0,
    pass: async (ms) => board.pass(ms),
    cut: () => board.line?.stall(Number.POSITIVE_INFINITY),
    safe: () => board.device.state === 'safe',
    verify: () => board.verify(),
    weights(projection) {
      const { region, step } = board.connection!.weights.running(projection)!;
      // The counts are the board's own, not what the host believes of it.
      return Float64Array.from(new Int8Array(board.device.memory.running(region)!.bytes), (count) => count * step);
    },
  };
}

const make = (condition: Condition): Subject => subjectOf(emulatedBoard(conditions[condition]));

boardContract('emulated', make);
lineContract('emulated', make);
