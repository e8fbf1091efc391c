/** A host in a process of its own, to be killed: it mirrors a small network onto the board at its standard input and output. */
import { WireBoard } from '../../../../drivers/index.ts';
import type { Transport } from '../../../../firmware-bridge/index.ts';
import { load, small } from '../../small.ts';

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

const board = new WireBoard({ transport });
await board.connect();
await board.deploy(load(small));
let tick = 0;
setInterval(() => board.inputs(tick++, Uint32Array.of(0), 1), 2);
