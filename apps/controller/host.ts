import { Worker } from 'node:worker_threads';
import { ControllerError, type ErrorCode, type Scene } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { UsageError } from '../cli/usage.ts';
import { out } from '../colors.ts';
import { type Failure, type Finished, type Job, SAFE, type Said, type Start } from './job.ts';

export interface HostOptions {
  /** ends the run early, with its report */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** sees pictures of the app's world; default nobody does */
  readonly show?: ((scene: Scene) => void) | undefined;
  /**
   * makes the app's actuators safe from outside: called when the thread has died without doing so, on whatever path this process ends then. Only for
   * actuators that outlive the thread and do not go safe by themselves; synchronous
   */
  readonly safe?: (() => void) | undefined;
  /** MB of old objects the thread may have; default that of Node */
  readonly memoryMb?: number | undefined;
  /** ms that the thread has to end after `signal`, or after its report, before it is terminated; default 10 s */
  readonly patienceMs?: number | undefined;
}

/** MB of the thread's young objects: a tick makes none, so that little is enough, and collections of it are short. */
export const YOUNG_MB = 2;
const PATIENCE_MS = 10_000;
/** How long the exit of the process waits for the thread to leave its pipe. */
const EXIT_MS = 500;

/** The error again that was thrown on the other thread. */
function thrown({ kind, code, message, remedy, path, stack }: Failure): Error {
  if (kind === 'controller') return new ControllerError(code as ErrorCode, message, remedy, path);
  if (kind === 'usage') return new UsageError(message, remedy);
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}

/**
 * Runs an app on a thread of its own. Resolves with its report when the thread has ended, rejects with its error; by then its actuators are safe. When
 * the process exits in between, by process.exit or by an error of the main thread, the thread is told to make them safe and waited for.
 */
export function runController(
  job: Job,
  { signal, progress, show, safe, memoryMb, patienceMs = PATIENCE_MS }: HostOptions,
): Promise<Finished> {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Start = { job, state };
  const color = out.isColorSupported ? { FORCE_COLOR: '1', NO_COLOR: '' } : { FORCE_COLOR: '', NO_COLOR: '1' };
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData,
    transferList: job.watched === undefined ? [] : [job.watched],
    env: { ...process.env, ...color },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, ...(memoryMb === undefined ? {} : { maxOldGenerationSizeMb: memoryMb }) },
  });

  let finished: Finished | undefined;
  let failure: Error | undefined;
  let patience: NodeJS.Timeout | undefined;
  const terminate = (): void => void worker.terminate();
  const hurry = (): void => {
    patience ??= setTimeout(terminate, patienceMs);
  };
  const stop = (): void => {
    worker.postMessage('stop');
    hurry();
  };
  /** The thread runs no more, or does not answer. */
  const ensureSafe = (): void => {
    if (Atomics.load(state, SAFE) === 0) safe?.();
  };
  const exiting = (): void => {
    worker.postMessage('stop');
    Atomics.wait(state, SAFE, 0, EXIT_MS);
    ensureSafe();
  };

  return new Promise((resolve, reject) => {
    process.on('exit', exiting);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    worker.on('message', (said: Said) => {
      if (said.kind === 'progress') return progress(said.progress);
      if (said.kind === 'scene') return show?.(said.scene);
      if (said.kind === 'finished') finished = said.finished;
      else failure ??= thrown(said.failure);
      hurry();
    });
    worker.on('error', (error) => {
      failure ??= error;
    });
    worker.on('exit', (code) => {
      process.off('exit', exiting);
      signal.removeEventListener('abort', stop);
      clearTimeout(patience);
      try {
        ensureSafe();
      } catch (error) {
        failure ??= error as Error;
      }
      if (failure !== undefined) reject(failure);
      else if (finished !== undefined) resolve(finished);
      else reject(new Error(`the controller's thread ended with code ${code} and no report`));
    });
  });
}
