import type { Given } from '../flags.ts';
import { appNamed, apps } from './apps.ts';
import { chooseBackend } from './backend.ts';
import { interruptible } from './interrupt.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

/** The flags of every app; those of one are parsed by its flag set. */
export interface RunFlags {
  readonly fast?: boolean;
  readonly realtime?: boolean;
  readonly seed: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly checkpoint?: string;
  readonly every?: string;
  readonly resume?: string;
}

export function parseSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= 0xffffffff))
    throw new UsageError(`--seed needs a whole number from 0 to 4294967295, got '${text}'`, 'for example --seed 1');
  return seed;
}

/** `ganglion run APP`: progress on stderr, the report on stdout. SIGINT and SIGTERM end the run with its report. */
export async function run(name: string, given: RunFlags & Given, explicit: readonly string[] = []): Promise<void> {
  const app = appNamed(name);
  if (app === undefined) throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}`);
  const saving = given.checkpoint === undefined && given.resume === undefined ? undefined : await import('./checkpoints.ts');
  const resumed = given.resume === undefined ? undefined : saving!.resume(name, given.resume, given, explicit);
  const flags: RunFlags & Given = resumed === undefined ? given : resumed.flags;
  if (flags.fast === true && flags.realtime === true) throw new UsageError('--fast and --realtime exclude each other', 'give one of them');
  const seed = parseSeed(flags.seed);
  const start = app.prepare(flags);
  const backend = chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`));

  const checkpoints = saving?.begin(name, flags, resumed);
  const line = progressLine(process.stderr, () => performance.now());
  try {
    let ok = true;
    const interrupted = await interruptible(async (signal) => {
      const result = await start({
        backend,
        clock: flags.realtime === true ? 'realtime' : 'fast',
        seed,
        signal,
        progress: line.show,
        checkpoints,
      });
      line.clear();
      process.stdout.write(
        flags.json === true ? `${JSON.stringify({ ...result.report, ...checkpoints?.report() })}\n` : `${result.render()}\n`,
      );
      ok = result.ok;
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    await checkpoints?.close();
    line.clear();
  }
}
