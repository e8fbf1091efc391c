/** What every fault is tried with: devices of one factory, benches that are watched, and the criteria that hold for all of them. */
import assert from 'node:assert/strict';
import { type Device, type EmulatedDeviceOptions, Rig, type RigOptions } from '../../../../drivers/hil/index.ts';
import { crc32c } from '../../../../firmware-bridge/index.ts';
import { load, wires } from '../../small.ts';

/** What a case may ask of a device. A factory that cannot do something leaves the property of the device away. */
export type Needs = EmulatedDeviceOptions;
export type MakeDevice = (needs: Needs) => Device | Promise<Device>;

/** One row of the table. */
export interface FaultCase {
  /** as in the list of faults */
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  /** in the machine's time: it has no log that could be compared */
  readonly realTime?: boolean;
  /** takes long: not among what runs at each commit */
  readonly long?: boolean;
  /** what was measured; throws what does not hold */
  run(bench: Bench): Promise<string>;
}

/** The network that a device must run again when a case is over: two inputs, each with its neuron. */
const probe = wires(2);
const PROBE_TICKS = 5;
/** Time in which a device must be back, ms. */
const RECOVERY_MS = 1000;
const FAILSAFE_MS = 250;

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** All that one run of one case uses. */
export class Bench {
  readonly seed: number;
  readonly #make: MakeDevice;
  readonly #rigs: { readonly rig: Rig; readonly recovers: boolean }[] = [];
  #recoveredMs = 0;

  constructor(make: MakeDevice, seed: number) {
    this.#make = make;
    this.seed = seed;
  }

  device(needs: Needs = {}): Device | Promise<Device> {
    return this.#make({ seed: this.seed, ...needs });
  }

  /** A device on a rig; `recovers: false` where the device is not to be used again by the same driver. */
  async rig(needs: Needs = {}, options: RigOptions = {}, { recovers = true } = {}): Promise<Rig> {
    const rig = new Rig(await this.device(needs), { seed: this.seed, ...options });
    this.#rigs.push({ rig, recovers });
    return rig;
  }

  /** Of all rigs, in order. */
  get digest(): string {
    return this.#rigs.map(({ rig }) => rig.log.digest).join('; ');
  }

  /** Longest time that a device of this case took to run again, ms. */
  get recoveredMs(): number {
    return this.#recoveredMs;
  }

  /** The criteria that hold whatever the fault was: whole weights, recovery without a restart, safe outputs at the end. */
  async judge(): Promise<void> {
    for (const { rig, recovers } of this.#rigs) {
      wholeWeights(rig);
      if (recovers) this.#recoveredMs = Math.max(this.#recoveredMs, await recover(rig));
      wholeWeights(rig);
      const left = rig.now();
      await rig.board.shutdown();
      const { virtual } = rig.device;
      if (virtual === undefined) continue;
      rig.block(FAILSAFE_MS + 2);
      assert.ok(rig.safe !== false, 'outputs must be safe within 250 ms and a tick after the host has gone');
      rig.expect.safeWithin(left, FAILSAFE_MS + 2);
    }
  }

  async close(): Promise<void> {
    for (const { rig } of this.#rigs) await rig.close();
  }
}

/** What runs in the device's memory is, region by region, an image that the host sent whole: the last one or the one before. */
function wholeWeights({ device, board }: Rig): void {
  const mirror = board.connection?.weights;
  if (device.weights === undefined || mirror === undefined) return;
  for (const { region, images } of mirror.known()) {
    const running = device.weights(region);
    if (running === undefined) continue;
    const allowed = images.map((image) => crc32c(image));
    assert.ok(allowed.includes(running), `region ${region} must run an image that was sent whole, runs ${running.toString(16)}`);
  }
}

/** A good line again: the same driver connects, deploys and gets the right spikes. Returns how long it took, ms. */
async function recover(rig: Rig): Promise<number> {
  rig.line.setFaults([], []);
  rig.line.stall(Number.NEGATIVE_INFINITY);
  rig.line.replug();
  rig.device.freeze?.(false);
  await rig.board.shutdown();
  const begin = rig.now();
  await rig.connect();
  await rig.deploy(load(probe));
  const from = 1_000_000;
  await rig.play({ from, ticks: PROBE_TICKS, inputs: { [from + 1]: [1], [from + 3]: [0] } });
  await rig.pass(50);
  rig.expect.spikes(from + 1, [1]);
  rig.expect.spikes(from + 3, [0]);
  const took = rig.ticks.get(from + 3)!.answeredMs! - begin;
  assert.ok(took <= RECOVERY_MS, `recovery within ${RECOVERY_MS} ms required, took ${took} ms`);
  await rig.expect.weights();
  return took;
}
