import { exitCode } from './usage.ts';

/** Does work that SIGINT, SIGTERM and SIGHUP end early, in its own way; a second one ends the process. Says whether one came. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(exitCode.interrupted);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  try {
    await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
  return stop.signal.aborted;
}
