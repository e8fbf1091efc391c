/** The firmware under the faults that take no time worth mentioning; all of them are in the deep suite (test/deep/faults.ts). */
import test from 'ava';
import { chipFaults } from '../drivers/hil/faults/others.ts';
import { faultTable, runFault } from '../drivers/hil/faults/table.ts';
import { fuzz, judgeFuzz } from '../drivers/hil/fuzz.ts';
import { firmwareFaults, notOfFirmware } from './faults.ts';
import { firmwareDevice } from './firmware-device.ts';
import { mutants, withMutant } from './mutants.ts';

/** Few starts of a process, and seconds of virtual time. */
const quick: readonly number[] = [5, 6, 9, 13, 18, 27, 34];

for (const fault of firmwareFaults.filter(({ number }) => quick.includes(number))) {
  test.serial(`fault ${fault.number}: ${fault.fault}: ${fault.expected}`, async (t) => {
    t.log((await runFault(fault, (needs) => firmwareDevice(needs))).measured);
    t.pass();
  });
}

test('each fault of the table is tried with the firmware, or has a reason why not', (t) => {
  const numbers = [...faultTable, ...chipFaults].map(({ number }) => number).toSorted((a, b) => a - b);
  const covered = [...firmwareFaults.map(({ number }) => number), ...notOfFirmware.keys()].toSorted((a, b) => a - b);
  t.deepEqual(covered, numbers);
});

test.serial('a million fuzzed bytes: nothing bad gets in, sanitizers are silent', async (t) => {
  const found = await fuzz(firmwareDevice(), 1_000_000, true, 11);
  t.notThrows(() => judgeFuzz(found, true));
  t.true(found.activated > 0);
});

test.serial('firmware that becomes safe too late falls', async (t) => {
  const mutant = mutants.find(({ row }) => row === 18)!;
  const fault = firmwareFaults.find(({ number }) => number === 18)!;
  await withMutant(mutant, (program) =>
    t.throwsAsync(
      runFault(fault, (needs) => firmwareDevice(needs, program)),
      { message: /safe/ },
    ),
  );
});
