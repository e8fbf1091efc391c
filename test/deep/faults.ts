/**
 * All faults of a board, with what was to happen and what did: on the board in TypeScript or the chip that the fault is of, and on the firmware as a
 * process, under sanitizers; the fuzz, the breaks and the soak of both; firmware with one thing wrong. The last line is `N passed, N failed`.
 * `--hour` soaks for the whole hour of virtual time, which takes minutes; without it for ten minutes of it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { emulatedDevice } from '../../drivers/hil/index.ts';
import type { FaultCase, MakeDevice } from '../drivers/hil/faults/bench.ts';
import { chipFaults } from '../drivers/hil/faults/others.ts';
import { judgeRepeats, repeats } from '../drivers/hil/faults/repeats.ts';
import { HOUR_TICKS, soakFault } from '../drivers/hil/faults/soak.ts';
import { emulated, faultTable, runFault } from '../drivers/hil/faults/table.ts';
import { fuzz, judgeFuzz } from '../drivers/hil/fuzz.ts';
import { firmwareFaults, notOfFirmware } from '../firmware/faults.ts';
import { firmwareDevice } from '../firmware/firmware-device.ts';
import { mutants, withMutant } from '../firmware/mutants.ts';
import { type Check, runChecks } from './checks.ts';

// Whether the heap is flat shows only after a collection.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;

const FUZZ_BYTES = 10_000_000;
const soaked = soakFault(process.argv.includes('--hour') ? HOUR_TICKS : HOUR_TICKS / 6);
/** A row of another length in its place. */
const withSoak = (rows: readonly FaultCase[]): FaultCase[] => [...rows.filter(({ number }) => number !== soaked.number), soaked];
const firmware: MakeDevice = (needs) => firmwareDevice(needs);

interface Row {
  readonly fault: string;
  readonly expected: string;
  seen: string;
  firmware: string;
}
const table = new Map<number, Row>();
for (const { number, fault, expected } of [...withSoak(faultTable), ...chipFaults])
  table.set(number, {
    fault,
    expected,
    seen: 'NOT RUN',
    firmware: notOfFirmware.has(number) ? `not of it: ${notOfFirmware.get(number)}` : 'NOT RUN',
  });

/** One run that fills one cell. */
const cell = (number: number, fault: string, column: 'seen' | 'firmware', run: () => Promise<string>): Check => ({
  claim: `fault ${number}${column === 'firmware' ? ' on the firmware' : ''}: ${fault}`,
  async run() {
    const row = table.get(number)!;
    row[column] = 'FAILED';
    row[column] = await run();
    return row[column];
  },
});

const outcome = async (fault: FaultCase, make: MakeDevice): Promise<string> => {
  const { measured, recoveredMs } = await runFault(fault, make);
  return fault.realTime === true ? measured : `${measured}; again in ${recoveredMs.toFixed(0)} ms`;
};

const rows = withSoak(faultTable).map((fault) => cell(fault.number, fault.fault, 'seen', () => outcome(fault, emulated)));
const onChips = chipFaults.map(({ number, fault, run }) => cell(number, fault, 'seen', run));
const onFirmware = withSoak(firmwareFaults).map((fault) => cell(fault.number, fault.fault, 'firmware', () => outcome(fault, firmware)));

const devices = [
  ['the board in TypeScript', emulatedDevice],
  ['the firmware', firmwareDevice],
] as const;

const fuzzed = devices.flatMap(([name, make]) =>
  [true, false].map(
    (wide): Check => ({
      claim: `${FUZZ_BYTES / 1e6} million fuzzed bytes into ${name}, ${wide ? 'CRC-32C' : 'CRC-16 on short frames'}`,
      async run() {
        const found = await fuzz(make(), FUZZ_BYTES, wide, 1);
        judgeFuzz(found, wide);
        const { bad, accepted, chance, good, activated } = found;
        const through = wide ? 'none accepted' : `${accepted} accepted (${chance.toFixed(1)} by chance), none did harm`;
        return `${bad} bad frames, ${through}; ${good} good ones, ${activated} images activated, all of them sent`;
      },
    }),
  ),
);

const repeated = devices.map(
  ([name, make]): Check => ({
    claim: `a thousand breaks of ${name}: pulled plugs, resets, stalls, noise`,
    async run() {
      const found = await repeats(make(), 1000);
      judgeRepeats(found);
      return `0 listeners left, heap within ${((found.heap - 1) * 100).toFixed(1)} %`;
    },
  }),
);

/** The table can fail: each of these is told by its row. */
const noticed = mutants.map(
  (mutant): Check => ({
    claim: `firmware that ${mutant.claim} falls ${mutant.row === undefined ? 'under the fuzz' : `in row ${mutant.row}`}`,
    run: () =>
      withMutant(mutant, async (program) => {
        const fault = firmwareFaults.find(({ number }) => number === mutant.row);
        const run =
          fault === undefined
            ? fuzz(firmwareDevice({}, program), 1_000_000, true, 1)
            : runFault(fault, (needs) => firmwareDevice(needs, program));
        const said = await run.then(
          () => undefined,
          (error: unknown) => String(error).split('\n')[0]!,
        );
        if (said === undefined) throw new Error('it was not noticed');
        return said;
      }),
  }),
);

/** Prints the table before the last line, which counts. */
const printed: Check = {
  claim: 'the table of faults',
  async run() {
    const sorted = [...table].toSorted(([a], [b]) => a - b);
    const lines = sorted.map(([number, row]) => `| ${number} | ${row.fault} | ${row.expected} | ${row.seen} | ${row.firmware} |`);
    console.log(['', '| # | fault | expected | measured | the firmware as a process |', '| - | - | - | - | - |', ...lines, ''].join('\n'));
    const tried = sorted.filter(([, { seen, firmware: other }]) => ![seen, other].some((one) => ['FAILED', 'NOT RUN'].includes(one)));
    if (tried.length !== 36) throw new Error(`36 rows required, got ${tried.length} without a gap`);
    return `${sorted.length} rows, ${sorted.length - notOfFirmware.size} of them on the firmware too`;
  },
};

process.exitCode = (await runChecks([...rows, ...onChips, ...onFirmware, ...fuzzed, ...repeated, ...noticed, printed])) ? 0 : 1;
