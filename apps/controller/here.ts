import type { HostOptions } from './host.ts';
import type { Finished, Job } from './job.ts';
import { runJob } from './run-job.ts';

/**
 * Runs an app on the main thread, for what works nowhere else: serialport's native code watches its ports on the main thread's loop. However the process
 * exits while JavaScript runs, the pipe is left before, and its actuators are safe.
 */
export async function runHere(job: Job, { signal, progress, show = () => undefined }: HostOptions): Promise<Finished> {
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.on('exit', leave);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await runJob(job, { signal: stop.signal, progress, show, left: () => undefined });
  } finally {
    process.off('exit', leave);
    signal.removeEventListener('abort', leave);
  }
}
