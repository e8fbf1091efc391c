/** Faults 24 to 27 of a chip on a board, each with its control; what must hold stands in faults.ts. */
import test from 'ava';
import { fastClock, flippedBit, lostEdge, timingError } from './faults.ts';

for (const [name, run] of [
  ['24: a tick that comes while the chip is busy', timingError],
  ['25: a lost edge of SCK', lostEdge],
  ['26: SCK that is too fast', fastClock],
  ['27: a bit that flips in the memory', flippedBit],
] as const) {
  test(name, async (t) => {
    t.log(await run());
    t.pass();
  });
}
