/** The table of faults, of the firmware: which rows are tried with it, two that have a case of their own here, and why some cannot be. */
import assert from 'node:assert/strict';
import type { FaultCase } from '../drivers/hil/faults/bench.ts';
import { jitterOver } from '../drivers/hil/faults/clocks.ts';
import { faultTable } from '../drivers/hil/faults/table.ts';
import { load, wires } from '../drivers/small.ts';
import type { FirmwareDevice } from './firmware-device.ts';

/** The chip computes longer than its tick. */
const lateTicks: FaultCase = {
  number: 24,
  fault: 'ticks late or missed',
  expected: 'told once, each counted; every tick answered or counted as missed',
  async run(bench) {
    const TICKS = 100;
    const late = async (computeUs: number) => {
      const rig = await bench.rig({ computeUs });
      let told = 0;
      rig.board.events.subscribe((event) => {
        if (event.kind === 'late') told++;
      });
      await rig.connect();
      await rig.deploy(load(wires(2)));
      await rig.play({ ticks: TICKS, inputs: (tick) => [tick & 1] });
      await rig.pass(500);
      const { lateTicks: counted, overruns } = rig.board.connection!.telemetry!;
      const answered = [...rig.ticks].filter(([tick, { spikes }]) => spikes !== undefined && spikes.join() === String(tick & 1)).length;
      assert.equal(answered + overruns, TICKS, 'each tick is answered rightly or counted as missed');
      rig.expect.noFaults();
      return { told, counted, overruns };
    };
    assert.deepEqual(await late(1000), { told: 0, counted: 0, overruns: 0 });
    const found = await late(3000);
    assert.equal(found.told, 1);
    assert.ok(found.counted >= TICKS - found.overruns - 1, `${found.counted} late ticks`);
    return `3 ms for ticks of 2 ms: ${found.counted} late and ${found.overruns} missed of ${TICKS}, told once; with 1 ms none`;
  },
};

const flippedBit: FaultCase = {
  number: 27,
  fault: 'bit flip in the memory of the weights',
  expected: 'a scrub each second finds it; the next change of weights sends the region whole',
  async run(bench) {
    const EVERY = 500;
    const rig = await bench.rig();
    const host = load(wires(2));
    await rig.connect();
    await rig.deploy(host);
    const whole = rig.device.weights!(1);
    const scrub = async (): Promise<boolean> => {
      await rig.play({ ticks: EVERY, inputs: () => [0] });
      return rig.board.verify();
    };
    for (let k = 0; k < 5; k++) assert.equal(await scrub(), true, 'without a flip nothing is found');
    (rig.device as FirmwareDevice).flip(1, 3, 0x40);
    assert.notEqual(rig.device.weights!(1), whole);
    assert.equal(await scrub(), false);
    host.arena.view('one.weights')[0] = 0.5;
    const synced = rig.board.sync(host);
    await rig.pass(100);
    await synced;
    assert.equal(await rig.board.verify(), true);
    rig.expect.noFaults();
    await rig.expect.weights();
    return 'found by the first scrub after it, within 1 s; region sent whole at the next change, right again';
  },
};

/** What is left is the jitter of the quickest exchange of a minute, which the firmware answers at the turn of its loop: single lines are off by up to 261 µs. */
const jitter = jitterOver(4);

const own = [jitter, lateTicks, flippedBit];

/** Rows that concern the device. */
export const firmwareFaults: readonly FaultCase[] = [
  ...faultTable.filter(({ number }) => number !== 32 && number !== jitter.number),
  ...own,
];

/** Rows that cannot be tried with it, and why. */
export const notOfFirmware: ReadonlyMap<number, string> = new Map([
  [25, 'its line has no clock: an edge that is lost there is a byte that is lost or changed, faults 1 and 2'],
  [26, 'its line has no clock: the wrong speed is fault 22'],
  [32, 'the port of a machine and a device that is not ours: no board of ours is in it'],
  [35, 'its weights are int8, which have neither noise nor drift'],
]);
