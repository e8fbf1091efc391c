/** The RP2040's firmware on an emulated chip is a board like every other. */
import { type EmulatedRp2040Options, emulatedRp2040 } from '../../drivers/index.ts';
import { boardContract, type Condition } from '../contracts/board.ts';
import { rp2040Image } from '../firmware/machines.ts';

const noise = { drop: 0.001, flip: 0.001 };
const ARMED = 1 << 25;

const options = (condition: Condition): EmulatedRp2040Options => {
  switch (condition) {
    case 'small':
      return { image: rp2040Image('small') };
    case 'noisy':
      return { seed: 3, faults: { toBoard: noise, toHost: noise } };
    case 'narrow':
      // 4 bytes a tick, where a tick with its input takes about 25.
      return { baud: 19200, image: rp2040Image('19200') };
    default:
      // With faults of none, for a line that can be cut.
      return { faults: {} };
  }
};

boardContract('emulated RP2040', (condition) => {
  const board = emulatedRp2040(options(condition));
  return {
    board,
    sent: () => board.connection?.link.counters.bytesOut ?? 0,
    pass: async (ms) => board.pass(ms),
    cut: () => board.line?.stall(Number.POSITIVE_INFINITY),
    safe: () => (board.machine.pins & ARMED) === 0,
    verify: () => board.verify(),
  };
});
