/** The integer board as a program: what firmware built for this machine does. */
import { IntegerBoard } from '../../../drivers/index.ts';
import type { Transport } from '../../../firmware-bridge/index.ts';
import { capabilities } from '../support.ts';

const transport: Transport = {
  state: 'open',
  open: async () => undefined,
  close: async () => undefined,
  write: (bytes, start, end) => {
    process.stdout.write(bytes.slice(start, end));
    return true;
  },
  onBytes: (listener) => {
    const hear = (bytes: Buffer): void => listener(bytes, 0, bytes.length);
    process.stdin.on('data', hear);
    return () => process.stdin.off('data', hear);
  },
  onLost: () => () => undefined,
};
const board = new IntegerBoard({ transport, now: () => performance.now(), capabilities, bootId: 8, computeMs: 0 });
board.start();
setInterval(() => board.poll(), 1);
process.stdin.on('end', () => process.exit());
