/** Bytes that a step of each chip leaves on the heap, as one line of JSON; run with --expose-gc --max-semi-space-size=512, so that nothing is collected meanwhile. */
import { crossbarBoard, loihiBoard, xyloBoard } from '../../../drivers/index.ts';
import { lif, type Network, source } from '../../../runtime/index.ts';
import { load } from '../small.ts';

const INPUTS = 8;
const TICKS = 10_000;
const network = (reset: 'subtract' | 'zero'): Network => ({
  dt: 2,
  seed: 1,
  populations: { input: { size: INPUTS, neuron: source() }, hidden: { size: 40, neuron: lif({ tauMem: 10, reset }) } },
  projections: {
    sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1.5 }, delay: 0 },
    recurrent: { pre: 'hidden', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.5 }, delay: 1 },
  },
});
const boards = { loihi: [loihiBoard(), 'zero'], xylo: [xyloBoard(), 'subtract'], crossbar: [crossbarBoard(), 'subtract'] } as const;

const bytes: Record<string, number> = {};
for (const [kind, [board, reset]] of Object.entries(boards)) {
  await board.connect();
  await board.deploy(load(network(reset)));
  const addresses = Uint32Array.from({ length: INPUTS }, (_, i) => i);
  const run = (from: number): void => {
    for (let tick = from; tick < from + TICKS; tick++) board.chip.step(addresses, 1 + (tick % INPUTS));
  };
  // Twice before, for what the compiler of the engine keeps.
  run(0);
  run(TICKS);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  run(2 * TICKS);
  bytes[kind] = Math.max(0, (process.memoryUsage().heapUsed - before) / TICKS);
}
console.log(JSON.stringify(bytes));
