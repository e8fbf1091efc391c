/** The last of the criteria that hold for every fault: no growth of memory or listeners, however often it happens. */
import assert from 'node:assert/strict';
import { type Device, Rig } from '../../../../drivers/hil/index.ts';
import { load, wires } from '../../small.ts';

/** Listeners that are still there, of all that were added. */
function counted(rig: Rig): () => number {
  let listening = 0;
  for (const name of ['onBytes', 'onLost'] as const) {
    const add = rig.line[name].bind(rig.line) as (listener: never) => () => void;
    rig.line[name] = (listener: never) => {
      listening++;
      const remove = add(listener);
      let there = true;
      return () => {
        if (there) listening--;
        there = false;
        remove();
      };
    };
  }
  return () => listening;
}

/** Connects, deploys, breaks and begins again; what is left behind by each. */
export async function repeats(device: Device, times: number): Promise<{ listeners: number; heap: number }> {
  const rig = new Rig(device);
  const listeners = counted(rig);
  const host = load(wires(2));
  const heaps: number[] = [];
  for (let k = 0; k < times; k++) {
    await rig.connect();
    await rig.deploy(host);
    await rig.play({ from: 0, ticks: 3, inputs: () => [0] });
    if (k % 4 === 0) await rig.line.unplug();
    else if (k % 4 === 1) rig.device.reset!('external');
    else if (k % 4 === 2) rig.line.stall(rig.now() + 600);
    else rig.line.setFaults([{ kind: 'noise', rate: 1 }], [{ kind: 'burst', rate: 1 }]);
    await rig.play({ from: 3, ticks: 400, inputs: () => [1] });
    rig.line.setFaults([], []);
    rig.line.replug();
    await rig.board.shutdown();
    // The books of the rig are to be read by somebody, and not what is measured.
    for (const book of [rig.faults, rig.safety, rig.pins]) book.length = 0;
    if (k % (times / 20) !== 0) continue;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  await rig.close();
  const warm = heaps.slice(heaps.length >> 2);
  return { listeners: listeners(), heap: Math.max(...warm) / Math.min(...warm) };
}

export function judgeRepeats({ listeners, heap }: Awaited<ReturnType<typeof repeats>>): void {
  assert.equal(listeners, 0, 'listeners were left behind');
  assert.ok(globalThis.gc === undefined || heap < 1.05, `heap ${heap}`);
}
