import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FidelityReport } from '../../drivers/index.ts';
import { root } from '../house/root.ts';

const execute = promisify(execFile);

/** Where things run: a Node, and the built package that it runs. */
export interface Machine {
  readonly node: string;
  readonly root: string;
}

export const here: Machine = { node: process.execPath, root };

/** Clock ticks of Linux a second, in which /proc counts. */
const HERTZ = 100;

/** What the processes that this one started and saw end have taken of the processors so far, s. Another's load does not count, as it would on the clock. */
export function processorSeconds(): number {
  // proc(5): cutime and cstime are fields 16 and 17; the name, field 2, may hold anything.
  const [user, system] = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ').slice(13, 15);
  return (Number(user) + Number(system)) / HERTZ;
}

/** Runs a built script and returns what it printed; rejects on a non-zero exit, with everything printed. */
export async function output(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  machine = here,
): Promise<string> {
  const child = execute(machine.node, [join(machine.root, 'dist', script), ...args], {
    cwd: machine.root,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    maxBuffer: 1 << 26,
  });
  const { stdout } = await child.catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  return stdout;
}

/** Runs the command as a user would. */
export const ganglion = (args: readonly string[], environment?: Readonly<Record<string, string>>, machine?: Machine): Promise<string> =>
  output('apps/cli/main.js', args, environment, machine);

/** The parts of a heartbeat report that the checks read. */
export interface HeartbeatReport {
  readonly target: string;
  readonly wallSeconds: number;
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

/** The parts of a heartbeat report on a board that holds a variant. */
export interface BoardRun {
  readonly ticks: number;
  readonly wallSeconds: number;
  readonly realTimeFactor: number;
  readonly board: {
    readonly model: string;
    readonly variant: string | null;
    readonly fault: string | null;
    readonly spikeAgreement: number;
    readonly records: readonly { readonly beats: number; readonly f1: number | null }[];
    readonly fidelity: FidelityReport | null;
    readonly fidelityFault: string | null;
  };
}

export const heartbeat = async (
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
  machine?: Machine,
): Promise<HeartbeatReport> => JSON.parse(await ganglion(['run', 'heartbeat', '--fast', '--json', ...args], environment, machine));

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
