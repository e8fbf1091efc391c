/** Prints the bytes that a learning tick of the native backend leaves on the heap; 'litter' leaves one small object a tick. */
import { learningNetwork, load } from '../bench/networks.ts';
import { nativeTargets } from './backends.ts';

const TICKS = 100_000;
const litter = process.argv[2] === 'litter';
const executable = load(nativeTargets()[0]!, learningNetwork('alif', 64));
const kept: unknown[] = [];
const run = (ticks: number): void => {
  for (let tick = 0; tick < ticks; tick++) {
    executable.run(1);
    if (litter) kept[tick & 1] = { tick };
  }
};
run(20_000);
globalThis.gc!();
const before = process.memoryUsage().heapUsed;
run(TICKS);
console.log((process.memoryUsage().heapUsed - before) / TICKS);
