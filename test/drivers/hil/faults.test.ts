/** The faults that take no time worth mentioning; all of them are in the deep suite (test/deep/faults.ts). */
import test from 'ava';
import { emulatedDevice } from '../../../drivers/hil/index.ts';
import { load, small } from '../small.ts';
import type { FaultCase } from './faults/bench.ts';
import { chipFaults } from './faults/others.ts';
import { judgeRepeats, repeats } from './faults/repeats.ts';
import { judgeSoak, soak } from './faults/soak.ts';
import { faultTable, runFault } from './faults/table.ts';

/** Minutes of virtual time, or thousands of connections. */
const slow: readonly number[] = [1, 2, 15, 20, 21, 36];
const quick = faultTable.filter(({ number, realTime = false }) => !realTime && !slow.includes(number));

for (const fault of quick) {
  test.serial(`fault ${fault.number}: ${fault.fault}: ${fault.expected}`, async (t) => {
    const { measured, recoveredMs } = await runFault(fault);
    t.log(`${measured}; again in ${recoveredMs.toFixed(1)} ms`);
    t.pass();
  });
}

test('the table has all 36 faults, each once', (t) => {
  const numbers = [...faultTable, ...chipFaults].map(({ number }) => number).toSorted((a, b) => a - b);
  t.deepEqual(
    numbers,
    Array.from({ length: 36 }, (_, i) => i + 1),
  );
});

test.serial('a device that mixes two images, stays armed, or logs another thing the second time falls', async (t) => {
  const row = (run: FaultCase['run']): FaultCase => ({ number: 0, fault: '', expected: '', run });
  const deployed = row(async (bench) => {
    const rig = await bench.rig();
    await rig.connect();
    await rig.deploy(load(small));
    return '';
  });
  const broken = (change: object) => (needs: object) => Object.assign(emulatedDevice(needs), change);
  await t.notThrowsAsync(runFault(deployed));
  await t.throwsAsync(runFault(deployed, broken({ weights: () => 1 })), { message: /sent whole/ });
  await t.throwsAsync(runFault(deployed, broken({ safe: () => false })), { message: /safe/ });
  let runs = 0;
  const random = row(async (bench) => {
    const rig = await bench.rig();
    await rig.connect();
    await rig.pass(++runs);
    return '';
  });
  await t.throwsAsync(runFault(random), { message: /same log/ });
});

test.serial('a hundred breaks leave no listener behind', async (t) => {
  const found = await repeats(emulatedDevice(), 100);
  judgeRepeats(found);
  t.is(found.listeners, 0);
});

test.serial('twenty seconds at 1 kHz with a little of everything: nothing wrong', async (t) => {
  const found = await soak(emulatedDevice(), 20_040);
  t.notThrows(() => judgeSoak(found));
  t.throws(() => judgeSoak({ ...found, wrong: 1 }));
});
