/**
 * What an emulated board costs: `node [--expose-gc --max-semi-space-size=512] dist/test/drivers/measure.js` prints one line of JSON. The network is that
 * of the heartbeat app, driven by inputs made beforehand; the host's own network does not run, so that the figures are those of wire and board.
 */
import { type EmulatedBoard, emulatedBoard, IntegerNetwork } from '../../drivers/index.ts';
import { compile, type Executable, referenceBackend } from '../../runtime/index.ts';
import { heartbeatLike, random } from './support.ts';

const INPUTS = 20;
const ROWS = 1024;
const BATCH = 250;
/** Not a divisor of the number of weights, so that each moves up and down. */
const STEPS = 16_381;

interface Row {
  readonly addresses: Uint32Array;
  readonly values: Uint32Array;
  readonly count: number;
}

function rows(): Row[] {
  const draw = random(5);
  return Array.from({ length: ROWS }, (_, tick) => {
    const addresses = new Uint32Array(INPUTS);
    const values = new Uint32Array(INPUTS);
    let count = 0;
    for (let i = 0; i < INPUTS; i++) {
      const value = i === INPUTS - 1 ? 1 : draw() < 0.15 ? 1 + Math.floor(draw() * 3) : i === 18 && tick % 100 === 0 ? 4 : 0;
      if (value === 0) continue;
      addresses[count] = i;
      values[count++] = value;
    }
    return { addresses, values, count };
  });
}

export interface Measured {
  /** µs a tick: the best and the median of many batches, since the machine has other things to do */
  readonly best: number;
  readonly median: number;
  /** bytes left on the heap a tick; right only when nothing is collected meanwhile */
  readonly bytes: number;
}

function measure(batches: number, tick: (k: number) => void): Measured {
  let k = 0;
  for (; k < 40 * BATCH; k++) tick(k);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const took: number[] = new Array(batches).fill(0);
  for (let b = 0; b < batches; b++) {
    const start = performance.now();
    for (let n = 0; n < BATCH; n++) tick(k++);
    took[b] = ((performance.now() - start) * 1000) / BATCH;
  }
  const bytes = (process.memoryUsage().heapUsed - before) / (batches * BATCH);
  took.sort((a, b) => a - b);
  return { best: took[0]!, median: took[batches >> 1]!, bytes };
}

async function ready(): Promise<{ board: EmulatedBoard; host: Executable; ticks: Row[] }> {
  const host = referenceBackend.load(compile(heartbeatLike(true)));
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(host);
  return { board, host, ticks: rows() };
}

/** A tick of the integer network alone. */
export async function networkAlone(batches = 100): Promise<Measured> {
  const { board, ticks } = await ready();
  const { image } = board.device.memory;
  const network = new IntegerNetwork(image!);
  for (const { region } of image!.projections) network.setWeights(region, new Int8Array(board.device.memory.running(region)!.bytes));
  const inputs = ticks.map(({ addresses, values, count }) => {
    const dense = new Uint16Array(INPUTS);
    for (let s = 0; s < count; s++) dense[addresses[s]!] = values[s]!;
    return dense;
  });
  return measure(batches, (k) => network.step(inputs[k % ROWS]!, 0));
}

/** A tick with all that is between host and board; with a patch each `weightsEvery` ticks, for which every weight has moved by Adam's step. */
export async function withWire(batches = 100, weightsEvery = 0): Promise<Measured & { readonly spikes: number; readonly patches: number }> {
  const { board, host, ticks } = await ready();
  const draw = random(6);
  // Drawn beforehand: a number of its own for each weight would be what is measured.
  const steps = Float32Array.from({ length: STEPS }, () => (draw() < 0.5 ? 3e-3 : -3e-3));
  let drawn = 0;
  const learned = ['sensory.weights', 'recurrent.weights'].map((name) => host.arena.view(name));
  let ran = 0;
  const measured = measure(batches, (k) => {
    const { addresses, values, count } = ticks[k % ROWS]!;
    board.inputs(k, addresses, count, values);
    if (weightsEvery > 0 && k % weightsEvery === 0) {
      for (const weights of learned) for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! + steps[drawn++ % STEPS]!;
      void board.sync(host);
    }
    board.poll();
    ran = k + 1;
  });
  const { spikesOut, weightPatchesAcked } = board.report();
  return { ...measured, spikes: spikesOut / ran, patches: weightPatchesAcked };
}

if (process.argv[1]?.endsWith('measure.js') === true) {
  console.log(JSON.stringify({ network: await networkAlone(), wire: await withWire(), learning: await withWire(100, 100) }));
}
