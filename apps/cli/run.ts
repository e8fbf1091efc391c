import type { RunOptions } from '../app.ts';
import type { BoardName } from '../boards.ts';
import { appNamed, apps } from './apps.ts';
import { chooseBackend } from './backend.ts';
import { interruptible } from './interrupt.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export interface RunFlags {
  readonly fast?: boolean;
  readonly realtime?: boolean;
  readonly seed: string;
  readonly learn: 'on' | 'off' | 'readout';
  readonly records?: string;
  readonly data?: string;
  readonly board: BoardName | 'none';
  readonly backend?: string;
  readonly baselines?: boolean;
  readonly invert?: string;
  readonly json?: boolean;
}

export function parseSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= 0xffffffff))
    throw new UsageError(`--seed needs a whole number from 0 to 4294967295, got '${text}'`, 'for example --seed 1');
  return seed;
}

function parseInvert(text: string | undefined): RunOptions['invert'] {
  if (text === undefined) return undefined;
  const match = /^([\w-]+)@(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) throw new UsageError(`--invert needs NAME@SECONDS, got '${text}'`, 'for example --invert 200@900');
  return { record: match[1]!, atSecond: Number(match[2]) };
}

/** `ganglion run APP`: progress on stderr, the report on stdout. SIGINT and SIGTERM end the run with its report. */
export async function run(name: string, flags: RunFlags): Promise<void> {
  const load = appNamed(name);
  if (load === undefined) throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}`);
  if (flags.fast === true && flags.realtime === true) throw new UsageError('--fast and --realtime exclude each other', 'give one of them');
  const records = flags.records
    ?.split(',')
    .map((record) => record.trim())
    .filter((record) => record !== '');
  if (records?.length === 0) throw new UsageError('--records names no record', 'for example --records 100,106');
  const twice = records?.find((record, index) => records.indexOf(record) < index);
  if (twice !== undefined) throw new UsageError(`--records names '${twice}' twice`, 'name each record once; scores are kept by name');
  const invert = parseInvert(flags.invert);
  const seed = parseSeed(flags.seed);
  const backend = chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`));
  const app = await load();

  const line = progressLine(process.stderr, () => performance.now());
  try {
    let ok = true;
    const interrupted = await interruptible(async (signal) => {
      const result = await app.run({
        backend,
        clock: flags.realtime === true ? 'realtime' : 'fast',
        seed,
        learn: flags.learn,
        records,
        data: flags.data,
        board: flags.board,
        baselines: flags.baselines ?? false,
        invert,
        signal,
        progress: line.show,
      });
      line.clear();
      process.stdout.write(flags.json === true ? `${JSON.stringify(result.report)}\n` : `${result.render()}\n`);
      ok = result.ok;
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
  }
}
