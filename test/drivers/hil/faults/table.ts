/** The table of faults, and how a row is run: twice with the same seed, with the criteria that hold for each. */
import assert from 'node:assert/strict';
import { emulatedDevice } from '../../../../drivers/hil/index.ts';
import { Bench, type FaultCase, type MakeDevice } from './bench.ts';
import { byteFaults } from './bytes.ts';
import { clockFaults } from './clocks.ts';
import { frameFaults } from './frames.ts';
import { messageFaults } from './messages.ts';
import { portFaults } from './ports.ts';
import { powerFaults } from './power.ts';
import { HOUR_TICKS, soakFault } from './soak.ts';
import { stallFaults } from './stalls.ts';

export const faultTable: readonly FaultCase[] = [
  ...byteFaults,
  ...frameFaults,
  ...powerFaults,
  ...stallFaults,
  ...clockFaults,
  ...messageFaults,
  ...portFaults,
  soakFault(HOUR_TICKS),
].toSorted((a, b) => a.number - b.number);

/** The emulated integer board, over the wire. */
export const emulated: MakeDevice = (needs) => emulatedDevice(needs);

export interface Outcome {
  readonly measured: string;
  readonly recoveredMs: number;
  readonly digest: string;
}

async function once(fault: FaultCase, make: MakeDevice, seed: number): Promise<Outcome> {
  const bench = new Bench(make, seed);
  const rejected: unknown[] = [];
  const note = (reason: unknown): void => void rejected.push(reason);
  process.on('unhandledRejection', note);
  try {
    const measured = await fault.run(bench);
    await bench.judge();
    // A rejection shows when the event loop has turned.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(rejected, [], 'nothing may be rejected that nobody hears of');
    return { measured, recoveredMs: bench.recoveredMs, digest: bench.digest };
  } finally {
    process.off('unhandledRejection', note);
    await bench.close();
  }
}

/** Runs a row; twice where time is virtual, for the same seed must give the same log. */
export async function runFault(fault: FaultCase, make: MakeDevice = emulated, seed = 1): Promise<Outcome> {
  const first = await once(fault, make, seed);
  if (fault.realTime === true || fault.long === true) return first;
  const second = await once(fault, make, seed);
  assert.equal(second.digest, first.digest, 'the same seed must give the same log');
  return first;
}
