import type { Job } from './job.ts';
import type { Queue } from './queue.ts';

/** Runs a job to the text of its result; undefined where `signal` ended it early. */
export type Perform = (job: Job, signal: AbortSignal) => Promise<string | undefined>;

/** Between two signs of life: a fifth of what a job without one is waited for. */
const ALIVE_MS = 2000;

export interface ServeOptions {
  /** one job at a time each */
  readonly performers: readonly Perform[];
  readonly signal: AbortSignal;
  /** ends after so long without a job; default never */
  readonly idleMs?: number | undefined;
  readonly done?: (result: string) => void;
}

/** Works on jobs until there are none, or `signal` says so; what is not done by then is given back. */
export async function serve(queue: Pick<Queue, 'take'>, { performers, signal, idleMs, done }: ServeOptions): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const work = async (perform: Perform): Promise<void> => {
    for (;;) {
      const patience = idleMs === undefined ? stop : AbortSignal.any([stop, AbortSignal.timeout(idleMs)]);
      const taken = await queue.take(patience);
      if (taken === undefined) return;
      const sign = setInterval(taken.alive, ALIVE_MS);
      try {
        const result = await perform(taken.job, stop);
        if (result === undefined) {
          taken.giveBack();
          return;
        }
        await taken.done(result);
        done?.(result);
      } catch (error) {
        taken.giveBack();
        throw error;
      } finally {
        clearInterval(sign);
      }
    }
  };
  const works = performers.map((perform) =>
    work(perform).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  // All of them have let go of their jobs before the first error is told.
  await Promise.allSettled(works);
  await Promise.all(works);
}
