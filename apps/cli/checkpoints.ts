import { type CheckpointCounts, createCheckpointWriter, type Latest, latestCheckpoint } from '../../drivers/index.ts';
import { fieldsOf, type State } from '../../runtime/index.ts';
import type { Checkpoints } from '../app.ts';
import { type Given, textOf } from '../flags.ts';
import type { RunFlags } from './run-flags.ts';
import { UsageError } from './usage.ts';

/** Where it is told of itself; a URL may hold a password. */
const telemetry = ['telemetry', 'telemetryEvery', 'device', 'spool', 'spoolSize'];

/** Flags that say how a run is watched and kept, not what it is: they may differ from those of the checkpoint. Data is held to its checksum. */
const free = [
  'json',
  'priority',
  'cpu',
  'lockMemory',
  'backend',
  'checkpoint',
  'every',
  'resume',
  'data',
  'dashboard',
  'foxglove',
  'speed',
  'log',
  'logLevel',
  'metrics',
  ...telemetry,
];

/** Flags of the command, not of the run. A recording begins with a run: one that goes on is not recorded, and leaves that of its first part alone. */
const passing = ['json', 'checkpoint', 'resume', 'record', 'dashboard', 'foxglove', 'log', 'logLevel', 'metrics', ...telemetry];

/** A saved run that goes on, and the flags that it goes on with. */
export interface Resumed {
  readonly folder: string;
  readonly latest: Latest;
  readonly flags: RunFlags & Given;
}

const parseEvery = (text: string): number => {
  const seconds = Number(text);
  if (!(seconds > 0 && Number.isFinite(seconds))) throw new UsageError(`--every needs seconds, got '${text}'`, 'for example --every 10');
  return seconds;
};

/** The flags of the newest good checkpoint; an explicit one that differs is refused by its name. Bad checkpoints are told on stderr. */
export function resume(app: string, folder: string, given: RunFlags & Given, explicit: readonly string[]): Resumed {
  const latest = latestCheckpoint(folder);
  for (const { reason } of latest.bad) process.stderr.write(`${reason}; the one before it is taken\n`);
  const run = fieldsOf(latest.checkpoint.run, `${latest.file}: run`);
  if (run.text('app') !== app)
    throw new UsageError(`${folder} is a run of ${run.text('app')}`, `ganglion run ${run.text('app')} --resume ${folder}`);
  const saved = run.any('flags') as Given;
  if (given.checkpoint !== undefined)
    throw new UsageError('--checkpoint and --resume exclude each other', 'a resumed run is saved where it was');
  for (const flag of explicit) {
    if (free.includes(flag) || saved[flag] === given[flag]) continue;
    throw new UsageError(
      `--${flag} ${given[flag]} conflicts with the checkpoint, which has ${saved[flag] ?? 'none'}`,
      `leave --${flag} out, or begin a new run`,
    );
  }
  const own = Object.fromEntries(explicit.filter((flag) => free.includes(flag)).map((flag) => [flag, given[flag]]));
  return { folder, latest, flags: { ...saved, ...own } as RunFlags & Given };
}

export interface RunCheckpoints extends Checkpoints {
  report(): { readonly checkpoints: CheckpointCounts & { readonly resumedAtTick: number | null } };
  close(): Promise<void>;
}

/** Saves a run where its flags say, and gives it what it was. */
export function begin(app: string, flags: Given, resumed: Resumed | undefined): RunCheckpoints {
  const every = parseEvery(textOf(flags, 'every') ?? '10') * 1000;
  const run = {
    app,
    flags: Object.fromEntries(Object.entries(flags).filter(([name, value]) => value !== undefined && !passing.includes(name))) as State,
  };
  const writer = createCheckpointWriter(resumed?.folder ?? textOf(flags, 'checkpoint')!, run, resumed?.latest.number);
  let last = performance.now();
  let told: string | null = null;
  return {
    // A state of null: killed before it had run a tick.
    resumed: resumed?.latest.checkpoint.state ?? undefined,
    due: () => performance.now() - last >= every,
    save(tick, state) {
      last = performance.now();
      writer.save(tick, state);
      const { lastError } = writer.counts();
      if (lastError !== null && lastError !== told)
        process.stderr.write(`a checkpoint was not written: ${lastError}; the last good one is kept\n`);
      told = lastError;
    },
    finish: (tick, state) => writer.finish({ tick, state }),
    report: () => ({ checkpoints: { ...writer.counts(), resumedAtTick: resumed?.latest.checkpoint.tick ?? null } }),
    close: () => writer.finish(),
  };
}
