/** The integer board as a program: what firmware built for this machine does. */
import { IntegerBoard } from '../../../drivers/index.ts';
import { capabilities } from '../support.ts';
import { stdio } from './stdio.ts';

const board = new IntegerBoard({ transport: stdio, now: () => performance.now(), capabilities, bootId: 8, computeMs: 0 });
board.start();
setInterval(() => board.poll(), 1);
process.stdin.on('end', () => process.exit());
