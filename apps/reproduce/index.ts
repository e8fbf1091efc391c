import { availableParallelism } from 'node:os';
import type { Backend } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { type Job, runJobs } from './jobs.ts';
import type { Reproduction } from './report.ts';
import { armResult, armsOf } from './results.ts';
import type { Arm, Outcome, Task } from './task.ts';

export { picture } from './picture.ts';
export { held, renderReproduction, reproductionJson } from './report.ts';
export { armsOf } from './results.ts';
export type { Task } from './task.ts';
export { taskNamed, tasks } from './tasks.ts';

export interface ReproduceOptions {
  readonly backend: Backend;
  /** the arms to run, see {@link armsOf} */
  readonly arms: readonly Arm[];
  /** seeds 1 to this */
  readonly seeds: number;
  /** threads, default all cores; never changes a result */
  readonly workers?: number;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** Runs a task's arms with every seed, on threads of their own. */
export async function reproduce(task: Task, options: ReproduceOptions): Promise<Reproduction> {
  const { backend, arms, signal, workers = availableParallelism() } = options;
  const seeds = Array.from({ length: options.seeds }, (_, index) => index + 1);
  const jobs = arms.flatMap((arm) =>
    seeds.map((seed): Job => ({ task: task.name, arm: arm.name, seed, backend: backend.name === 'reference' ? 'reference' : 'native' })),
  );
  const started = performance.now();
  const outcomes = await runJobs(jobs, {
    workers,
    signal,
    progress: (fraction) =>
      options.progress({ fraction, text: `${task.name}, ${arms.length} arm${arms.length === 1 ? '' : 's'} × ${seeds.length}` }),
  });
  const results = arms.map((arm, index) => {
    const own = outcomes.slice(index * seeds.length, (index + 1) * seeds.length);
    const done = own.filter((outcome): outcome is Outcome => outcome !== undefined);
    return armResult(arm, done, done.length >= task.seeds);
  });
  return {
    task,
    seeds,
    backend: backend.name,
    target: backend.target,
    workers: Math.min(workers, jobs.length),
    wallSeconds: (performance.now() - started) / 1000,
    interrupted: signal.aborted,
    results,
  };
}
