/**
 * The controller's thread. However it ends, a running pipe is left first: `stop` aborts, which unsubscribes it, which makes its actuators safe, all
 * before abort() returns. Only where no JavaScript runs any more (memory exhausted, the thread terminated) is that left to the main thread and to
 * the devices.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ControllerError } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { UsageError } from '../cli/usage.ts';
import { type Failure, SAFE, type Said, type Start } from './job.ts';
import { runJob } from './run-job.ts';

/** Messages are worth little more often than a person reads. */
const PROGRESS_MS = 80;
/** How long boards may take to say goodbye after an error that nobody caught. */
const FAREWELL_MS = 300;

const port = parentPort!;
const { job, state } = workerData as Start;
const say = (said: Said): void => port.postMessage(said);

const stop = new AbortController();
const safe = (): void => {
  Atomics.store(state, SAFE, 1);
  Atomics.notify(state, SAFE);
};
const leave = (): void => {
  stop.abort();
  safe();
};

function failureOf(error: unknown): Failure {
  if (error instanceof ControllerError) {
    const { code, message, remedy, path, stack } = error;
    return { kind: 'controller', code, message, remedy, path, stack };
  }
  if (error instanceof UsageError)
    return { kind: 'usage', code: undefined, message: error.message, remedy: error.remedy, path: undefined, stack: error.stack };
  const [message, stack] = error instanceof Error ? [error.message, error.stack] : [String(error), undefined];
  return { kind: 'unexpected', code: undefined, message, remedy: '', path: undefined, stack };
}

let failed = false;
const fail = (error: unknown): void => {
  leave();
  if (!failed) say({ kind: 'failed', failure: failureOf(error) });
  failed = true;
};

process.on('exit', leave);
// An unhandled rejection comes here too.
process.on('uncaughtException', (error) => {
  fail(error);
  setTimeout(() => process.exit(1), FAREWELL_MS);
});
port.on('message', () => stop.abort());

let last = Number.NEGATIVE_INFINITY;
const progress = (progress: Progress): void => {
  const now = performance.now();
  if (now - last < PROGRESS_MS) return;
  last = now;
  say({ kind: 'progress', progress });
};

try {
  const finished = await runJob(job, { signal: stop.signal, progress, show: (scene) => say({ kind: 'scene', scene }), left: safe });
  if (!failed) say({ kind: 'finished', finished });
} catch (error) {
  fail(error);
} finally {
  port.close();
}
