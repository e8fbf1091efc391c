import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { chooseBackend } from './backend.ts';
import { number } from './numbers.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export interface ReproduceFlags {
  readonly rule?: string;
  readonly seeds?: string;
  readonly workers?: string;
  readonly picture?: string;
  readonly backend?: string;
  readonly json?: boolean;
}

/** Whole or not at all. */
function writeAtomically(path: string, text: string): void {
  const half = `${path}.${process.pid}.part`;
  try {
    writeFileSync(half, text, { flag: 'wx' });
    renameSync(half, path);
  } catch (cause) {
    rmSync(half, { force: true });
    throw new UsageError(
      `--picture ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      'name a file in a folder that is there and may be written to',
    );
  }
}

/** `ganglion reproduce TASK`: a published experiment with its controls, beside the published figures. */
export async function reproduceCommand(name: string, flags: ReproduceFlags): Promise<void> {
  const { armsOf, held, picture, renderReproduction, reproduce, reproductionJson, taskNamed, tasks } = await import(
    '../reproduce/index.ts'
  );
  const load = taskNamed(name);
  if (load === undefined) throw new UsageError(`there is no task '${name}'`, `tasks are ${Object.keys(tasks).join(', ')}`);
  const task = await load();
  const arms = armsOf(task, flags.rule);
  if (arms.length === 0) {
    const rules = task.arms.filter(({ kind }) => kind === 'rule').map((arm) => `'${arm.name}'`);
    throw new UsageError(`--rule '${flags.rule}' begins no rule of ${name}`, `rules are ${rules.join(', ')}`);
  }
  const seeds = flags.seeds === undefined ? task.seeds : number('seeds', flags.seeds, 1, 1000, true);
  const workers = flags.workers === undefined ? undefined : number('workers', flags.workers, 1, 256, true);
  const backend = chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`));

  const line = progressLine(process.stderr, () => performance.now());
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(exitCode.interrupted);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const run = await reproduce(task, {
      backend,
      arms,
      seeds,
      ...(workers !== undefined && { workers }),
      signal: stop.signal,
      progress: line.show,
    });
    line.clear();
    if (flags.picture !== undefined) writeAtomically(flags.picture, picture(task, run.results, seeds));
    process.stdout.write(flags.json === true ? `${JSON.stringify(reproductionJson(run))}\n` : `${renderReproduction(run)}\n`);
    if (run.interrupted) process.exitCode = exitCode.interrupted;
    else if (!held(run)) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
