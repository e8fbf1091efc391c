import { availableParallelism } from 'node:os';
import { chooseBackend } from './backend.ts';
import { demandWritable, readJson, writeAtomically } from './files.ts';
import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export interface SharedFlags {
  readonly nats?: string;
  readonly natsCreds?: string;
  readonly data?: string;
  readonly backend?: string;
  readonly json?: boolean;
  readonly workers?: string;
}

export interface SweepFlags extends SharedFlags {
  readonly out?: string;
  readonly again?: boolean;
  readonly picture?: string;
}

/** Processes that run jobs on this machine. */
export const workersOf = ({ workers }: SharedFlags, least: number): number =>
  workers === undefined ? availableParallelism() : number('workers', workers, least, 1024, true);

/** What the processes of this machine are told with every job. */
export const orderOf = ({ backend, data }: SharedFlags, say: (line: string) => void) => ({
  backend: chooseBackend(backend, say).name === 'native' ? ('native' as const) : ('reference' as const),
  data,
});

/** `ganglion sweep FILE`: every configuration with every seed, each once. */
export async function sweepCommand(file: string, flags: SweepFlags): Promise<void> {
  const { nats, natsCreds: creds } = flags;
  const workers = workersOf(flags, 0);
  if (nats === undefined && creds !== undefined)
    throw new UsageError('--nats-creds is of no use without --nats', 'give --nats URL, or leave it out');
  if (nats === undefined && workers === 0)
    throw new UsageError('--workers 0 runs nothing without --nats', 'give --nats URL, or at least one worker');
  const [{ planOf }, { sweep, rowsOf, sweepJson }, { localQueue }, { children }] = await Promise.all([
    import('../fleet/plan.ts'),
    import('../fleet/sweep.ts'),
    import('../fleet/queue.ts'),
    import('../fleet/children.ts'),
  ]);
  const plan = planOf(readJson<unknown>(file, 'name a file that says what varies; docs/FLEET.md has one'));
  const line = progressLine(process.stderr, () => performance.now());
  const say = (text: string): void => {
    line.clear();
    process.stderr.write(`${text}\n`);
  };
  const order = orderOf(flags, say);
  if (flags.picture !== undefined) demandWritable('picture', flags.picture);
  const store = flags.out === undefined ? undefined : (await import('../fleet/store.ts')).storeIn(flags.out);
  const queue =
    nats === undefined
      ? localQueue()
      : await (await import('../fleet/nats-queue.ts')).natsQueue(nats, {
          ...(creds !== undefined && { creds }),
          again: flags.again === true,
          say,
        });
  const crew = children(workers, order);
  try {
    let ok = true;
    const interrupted = await interruptible(async (signal) => {
      const results = await sweep(plan, {
        queue,
        performers: crew.performers,
        store,
        again: flags.again === true,
        signal,
        progress: line.show,
      });
      line.clear();
      if (flags.picture !== undefined)
        writeAtomically('picture', flags.picture, (await import('../fleet/picture.ts')).picture(plan, results));
      process.stdout.write(
        flags.json === true
          ? `${JSON.stringify(sweepJson(plan, results))}\n`
          : `${(await import('../fleet/table.ts')).renderSweep(plan, results)}\n`,
      );
      ok = [...results.values()].every((result) => result.ok);
      if (ok && results.size > 0 && rowsOf(plan, results).every(({ median }) => median === null))
        throw new UsageError(
          `no report has a number at the measure '${plan.measure}'`,
          'name the path of one in docs/REPORT.md, such as meanF1',
        );
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
    crew.close();
    await queue.close();
  }
}
