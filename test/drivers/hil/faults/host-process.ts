/** A host in a process of its own, to be killed: it mirrors a small network onto the board at its standard input and output. */
import { WireBoard } from '../../../../drivers/index.ts';
import { load, small } from '../../small.ts';
import { stdio } from '../stdio.ts';

const board = new WireBoard({ transport: stdio });
await board.connect();
await board.deploy(load(small));
let tick = 0;
setInterval(() => board.inputs(tick++, Uint32Array.of(0), 1), 2);
