/** Fault 36: an hour at 1 kHz with a little of everything. */
import assert from 'node:assert/strict';
import type { Device } from '../../../../drivers/hil/index.ts';
import { WireBoard } from '../../../../drivers/index.ts';
import { type Fault, withFaults } from '../../../../firmware-bridge/index.ts';
import { load, wires } from '../../small.ts';
import type { FaultCase } from './bench.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const RATE = 0.001;

/** Faults 1 to 6; those of bytes by the byte, those of frames by the frame. */
const everything: readonly Fault[] = [
  { kind: 'packets' },
  { kind: 'merge', rate: RATE },
  { kind: 'split', rate: RATE },
  { kind: 'reorder', rate: RATE },
  { kind: 'duplicate', rate: RATE },
  { kind: 'burst', rate: RATE },
  { kind: 'drop', rate: RATE },
  { kind: 'flip', rate: RATE },
];

export interface Soaked {
  readonly ticks: number;
  readonly answered: number;
  readonly wrong: number;
  readonly patches: number;
  readonly faults: number;
  /** of the heap after a collection, largest against smallest, once it is warm */
  readonly heap: number;
  readonly injected: number;
}

/** Mirrors a small network for so many ticks of 1 ms, learns a new weight each second, and connects again whenever the link is given up. */
export async function soak(device: Device, ticks: number, seed = 1): Promise<Soaked> {
  const { virtual } = device;
  if (virtual === undefined) throw new Error('an hour must pass quicker than that');
  const line = withFaults(device.transport, { now: virtual.now, seed, send: everything, receive: everything });
  let session = 0;
  const board = new WireBoard({ transport: line, virtual, session: () => ++session });
  const host = load(wires(4, 1));
  let answered = 0;
  let wrong = 0;
  let faults = 0;
  let lost = false;
  let from = 0;
  board.events.subscribe((event) => {
    if (event.kind === 'fault') {
      faults++;
      lost = true;
    } else if (event.kind === 'spikes' && event.tick >= from) {
      answered++;
      // Each input has its own neuron; an input that got lost has none. Nothing else may ever come.
      const expected = (event.tick >> 3) & 3;
      if (event.count > 1 || (event.count === 1 && event.addresses[event.start] !== expected)) wrong++;
    }
  });
  const up = async (tick: number): Promise<void> => {
    for (let tries = 0; tries < 20; tries++) {
      try {
        await board.connect();
        await board.deploy(host);
        lost = false;
        from = tick;
        return;
      } catch {
        await board.shutdown();
      }
    }
    throw new Error('a link with one fault in a thousand must come up in twenty tries');
  };
  await up(0);
  const input = new Uint32Array(1);
  const view = host.arena.view('one.weights');
  let patches = 0;
  let verified = 0;
  const heaps: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    if (lost) {
      patches += board.report().weightPatchesAcked;
      await board.shutdown();
      await up(tick);
    }
    input[0] = (tick >> 3) & 3;
    board.inputs(tick, input, 1);
    if (tick % 1000 === 999 && !board.syncing) {
      view[0] = view[0]! > 0.7 ? 0.6 : view[0]! + 0.01;
      board.sync(host).catch(() => undefined);
    }
    board.poll();
    if (tick % (ticks / 60) !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (!lost && !board.syncing && (await board.verify())) verified++;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  patches += board.report().weightPatchesAcked;
  const { sent, received } = line;
  const injected = [sent, received].reduce(
    (sum, c) => sum + c.dropped + c.flipped + c.bursts + c.duplicated + c.reordered + c.merged + c.split,
    0,
  );
  await board.shutdown();
  assert.equal(device.safe!(), true);
  await device.close?.();
  assert.ok(verified > 0, 'the weights of the board must have been found right');
  const warm = heaps.slice(heaps.length >> 2);
  return { ticks, answered, wrong, patches, faults, injected, heap: Math.max(...warm) / Math.min(...warm) };
}

/** What holds of a run. */
export function judgeSoak({ ticks, answered, wrong, patches, heap }: Soaked): void {
  assert.equal(wrong, 0, 'a spike that no input explains');
  assert.ok(answered > 0.8 * ticks, `${answered} of ${ticks} ticks answered`);
  assert.ok(patches > ticks / 1000 / 2, `${patches} patches`);
  assert.ok(globalThis.gc === undefined || heap < 1.05, `heap ${heap}`);
}

export const HOUR_TICKS = HOUR;

export const soakFault = (ticks: number): FaultCase => ({
  number: 36,
  fault: `soak ${ticks === HOUR ? '1 h' : `${ticks / MINUTE} min`} virtual at 1 kHz with all of 1-6 at 0.1 %`,
  expected: 'zero criterion violations; heap flat ± 5 %',
  long: true,
  async run(bench) {
    const found = await soak(await bench.device(), ticks, bench.seed);
    judgeSoak(found);
    const { answered, patches, faults, heap, injected } = found;
    const share = ((100 * answered) / ticks).toFixed(1);
    return `${injected} faults, ${share} % answered, 0 wrong, ${patches} patches, link given up ${faults} times, heap within ${((heap - 1) * 100).toFixed(1)} %`;
  },
});
