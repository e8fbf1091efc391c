import type { Job } from './job.ts';

/** A job that somebody works on. */
export interface Taken {
  readonly job: Job;
  /** a sign of life: without one for ten seconds, the job is somebody else's */
  alive(): void;
  /** keeps the result, and only then lets go of the job; never rejects while the queue is open */
  done(result: string): Promise<void>;
  /** lets another worker have it, at once */
  giveBack(): void;
}

/** Who else works, as far as it is known. */
export interface Crew {
  readonly running: number;
  readonly idle: number;
}

/** Jobs that wait, and their results. A job may be done more than once, and its result is kept once. */
export interface Queue {
  /** Puts jobs and hears one result of each, in whatever order; resolves when all are heard, or `signal` says so. */
  collect(jobs: ReadonlyMap<string, Job>, heard: (result: string) => void, signal: AbortSignal): Promise<void>;
  /** The next job; undefined where there will be none, or `signal` says so. */
  take(signal: AbortSignal): Promise<Taken | undefined>;
  /** undefined where there is nobody else; 'away' where nobody can be asked now */
  crew(): Promise<Crew | 'away' | undefined>;
  close(): Promise<void>;
}

/** The queue of one process. */
export function localQueue(): Queue {
  const waiting: Job[] = [];
  let left = 0;
  let hear: (result: string) => void = () => undefined;
  let end: () => void = () => undefined;
  return {
    collect(jobs, heard, signal) {
      waiting.push(...jobs.values());
      left = waiting.length;
      hear = heard;
      return new Promise((resolve) => {
        end = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (left === 0 || signal.aborted) resolve();
      });
    },
    async take(signal) {
      const job = signal.aborted ? undefined : waiting.shift();
      if (job === undefined) return undefined;
      return {
        job,
        alive: () => undefined,
        async done(result) {
          hear(result);
          if (--left === 0) end();
        },
        giveBack: () => void waiting.unshift(job),
      };
    },
    crew: async () => undefined,
    close: async () => undefined,
  };
}
