import { Worker } from 'node:worker_threads';
import type { Outcome } from './task.ts';

/** One run, as plain data: what a thread is told. */
export interface Job {
  readonly task: string;
  readonly arm: string;
  readonly seed: number;
  readonly backend: 'native' | 'reference';
}

export type Answer =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'failure'; readonly message: string };

export interface JobsOptions {
  /** threads, at least 1 */
  readonly workers: number;
  /** ends early: jobs that are not done are left out */
  readonly signal: AbortSignal;
  /** share of all jobs that is done, 0 to 1 */
  readonly progress: (fraction: number) => void;
}

/** Runs jobs on threads, each on the next free one. The outcomes are in the order of the jobs, whatever the number of threads; those left out are undefined. */
export async function runJobs(jobs: readonly Job[], { workers, signal, progress }: JobsOptions): Promise<(Outcome | undefined)[]> {
  const outcomes = new Array<Outcome | undefined>(jobs.length).fill(undefined);
  const fractions = new Float64Array(jobs.length);
  const moved = (index: number, fraction: number): void => {
    fractions[index] = fraction;
    progress(fractions.reduce((sum, value) => sum + value, 0) / jobs.length);
  };
  let next = signal.aborted ? jobs.length : 0;
  const threads: Worker[] = [];
  const stop = (): void => {
    next = jobs.length;
    for (const worker of threads) void worker.terminate();
  };
  const serve = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    threads.push(worker);
    try {
      while (next < jobs.length) {
        const index = next++;
        outcomes[index] = await asked(worker, jobs[index]!, signal, (fraction) => moved(index, fraction));
        moved(index, 1);
      }
    } finally {
      await worker.terminate();
    }
  };
  signal.addEventListener('abort', stop);
  try {
    await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, serve));
  } finally {
    signal.removeEventListener('abort', stop);
    // One that failed fails the run: nobody waits for the others.
    stop();
  }
  return outcomes;
}

/** The outcome of one job, or undefined where the run was ended. */
function asked(worker: Worker, job: Job, signal: AbortSignal, progress: (fraction: number) => void): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => {
      forget();
      reject(new Error(`${job.task}, ${job.arm}, seed ${job.seed}: ${why}`));
    };
    const heard = (answer: Answer): void => {
      if (answer.kind === 'progress') progress(answer.fraction);
      else if (answer.kind === 'failure') failed(answer.message);
      else {
        forget();
        resolve(answer.outcome);
      }
    };
    const broke = (error: Error): void => failed(error.message);
    const ended = (): void => {
      if (signal.aborted) {
        forget();
        resolve(undefined);
      } else failed('its thread ended');
    };
    const forget = (): void => void worker.off('message', heard).off('error', broke).off('exit', ended);
    worker.on('message', heard).on('error', broke).on('exit', ended);
    worker.postMessage(job);
  });
}
