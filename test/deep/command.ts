import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../house/root.ts';

const execute = promisify(execFile);
const main = join(root, 'dist/apps/cli/main.js');

/** Runs the command as a user would and returns what it printed; rejects on a non-zero exit. */
export async function ganglion(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await execute(process.execPath, [main, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    maxBuffer: 1 << 26,
  });
  return stdout;
}

/** The parts of a heartbeat report that the checks read. */
export interface HeartbeatReport {
  readonly target: string;
  readonly realTimeFactor: number;
  readonly records: readonly { readonly record: string; readonly f1: number | null }[];
  readonly meanF1: number;
  readonly baselines?: Readonly<
    Record<
      'frozen' | 'readoutOnly' | 'onlineLinear',
      { readonly meanF1: number | null; readonly records: readonly { readonly record: string; readonly f1: number | null }[] }
    >
  >;
  readonly invert?: { readonly f1First2Min: number; readonly f1Later: number; readonly frozenF1After: number };
  readonly board: {
    readonly weightPatches: number;
    readonly weightPatchesAcked: number;
    readonly spikeAgreement: number;
    readonly crcErrors: number;
  } | null;
  readonly fingerprint: string;
}

export const heartbeat = async (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<HeartbeatReport> =>
  JSON.parse(await ganglion(['run', 'heartbeat', '--fast', '--json', ...args], environment)) as HeartbeatReport;

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
