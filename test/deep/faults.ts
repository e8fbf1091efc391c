/**
 * All faults of a board, with what was to happen and what did; the fuzz and the soak. The last line is `N passed, N failed`.
 * `--hour` soaks for the whole hour of virtual time, which takes minutes; without it for ten minutes of it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chipFaults } from '../drivers/hil/faults/others.ts';
import { judgeRepeats, repeats } from '../drivers/hil/faults/repeats.ts';
import { HOUR_TICKS, soakFault } from '../drivers/hil/faults/soak.ts';
import { faultTable, runFault } from '../drivers/hil/faults/table.ts';
import { fuzz, judgeFuzz } from '../drivers/hil/fuzz.ts';
import { type Check, runChecks } from './checks.ts';

// Whether the heap is flat shows only after a collection.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;

const FUZZ_BYTES = 10_000_000;
const soaked = process.argv.includes('--hour') ? HOUR_TICKS : HOUR_TICKS / 6;
const table: string[] = [];

const rows = [...faultTable.filter(({ number }) => number !== 36), soakFault(soaked)].map(
  (fault): Check => ({
    claim: `fault ${fault.number}: ${fault.fault}`,
    async run() {
      const { measured, recoveredMs } = await runFault(fault).catch((error: unknown) => {
        table.push(`| ${fault.number} | ${fault.fault} | ${fault.expected} | FAILED |`);
        throw error;
      });
      const back = fault.realTime === true ? '' : `; again in ${recoveredMs.toFixed(0)} ms`;
      table.push(`| ${fault.number} | ${fault.fault} | ${fault.expected} | ${measured}${back} |`);
      return measured;
    },
  }),
);

const onChips = chipFaults.map(
  ({ number, fault, expected, run }): Check => ({
    claim: `fault ${number}: ${fault}`,
    async run() {
      const measured = await run().catch((error: unknown) => {
        table.push(`| ${number} | ${fault} | ${expected} | FAILED |`);
        throw error;
      });
      table.push(`| ${number} | ${fault} | ${expected} | ${measured} |`);
      return measured;
    },
  }),
);

const fuzzed = [true, false].map(
  (wide): Check => ({
    claim: `${FUZZ_BYTES / 1e6} million fuzzed bytes, ${wide ? 'CRC-32C' : 'CRC-16 on short frames'}`,
    async run() {
      const found = fuzz(FUZZ_BYTES, wide, 1);
      judgeFuzz(found, wide);
      const { bad, accepted, chance, good, activated } = found;
      const through = wide ? 'none accepted' : `${accepted} accepted (${chance.toFixed(1)} by chance), none did harm`;
      return `${bad} bad frames, ${through}; ${good} good ones, ${activated} images activated, all of them sent`;
    },
  }),
);

const repeated: Check = {
  claim: 'a thousand breaks: pulled plugs, resets, stalls, noise',
  async run() {
    const found = await repeats(1000);
    judgeRepeats(found);
    return `0 listeners left, heap within ${((found.heap - 1) * 100).toFixed(1)} %`;
  },
};

/** Prints the table before the last line, which counts. */
const printed: Check = {
  claim: 'the table of faults',
  async run() {
    const number = (row: string): number => Number(row.slice(2, row.indexOf(' |', 2)));
    const sorted = table.toSorted((a, b) => number(a) - number(b));
    console.log(['', '| # | fault | expected | measured |', '| - | - | - | - |', ...sorted, ''].join('\n'));
    if (sorted.length !== 36) throw new Error(`36 rows required, got ${sorted.length}`);
    return `${sorted.length} rows`;
  },
};

process.exitCode = (await runChecks([...rows, ...onChips, ...fuzzed, repeated, printed])) ? 0 : 1;
