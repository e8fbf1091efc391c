import { chooseBackend } from './backend.ts';
import { demandWritable, writeAtomically } from './files.ts';
import { interruptible } from './interrupt.ts';
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

  if (flags.picture !== undefined) demandWritable('picture', flags.picture);
  const line = progressLine(process.stderr, () => performance.now());
  try {
    let ok = true;
    const interrupted = await interruptible(async (signal) => {
      const run = await reproduce(task, { backend, arms, seeds, ...(workers !== undefined && { workers }), signal, progress: line.show });
      line.clear();
      if (flags.picture !== undefined) writeAtomically('picture', flags.picture, picture(task, run.results, seeds));
      process.stdout.write(flags.json === true ? `${JSON.stringify(reproductionJson(run))}\n` : `${renderReproduction(run)}\n`);
      ok = held(run);
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
  }
}
