import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Said } from './job.ts';

/** A process of the experiment. */
export interface Child {
  readonly process: ChildProcess;
  /** what it said last, or why it is gone; never rejects */
  readonly ended: Promise<Exclude<Said, { kind: 'progress' }>>;
}

/** How long an interrupted process may take to say what it has, ms. */
const PATIENCE = 5000;

/** Begins a process with its job; an abort of `signal` asks it for what it has so far, and ends it. */
export function startChild(job: Job, signal: AbortSignal, onProgress: (share: number) => void): Child {
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<Exclude<Said, { kind: 'progress' }>>((resolve) => {
    child.on('message', (said: Said) => {
      if (said.kind === 'progress') onProgress(said.share);
      else {
        resolve(said);
        child.disconnect();
      }
    });
    child.on('error', ({ message }) => resolve({ kind: 'failed', message, remedy: undefined }));
    child.on('exit', (code, by) =>
      resolve({ kind: 'failed', message: `its process has ended by ${by ?? `exit code ${code}`}`, remedy: undefined }),
    );
  });
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref();
  };
  if (signal.aborted) stop();
  else {
    signal.addEventListener('abort', stop, { once: true });
    ended.then(() => signal.removeEventListener('abort', stop));
  }
  child.send(job, () => undefined);
  return { process: child, ended };
}
