import { type ChildProcess, fork } from 'node:child_process';
import { controllerError } from '../../runtime/index.ts';
import { failureText } from './job.ts';
import type { Order } from './runner.ts';
import type { Perform } from './serve.ts';

/** Processes that one job may take with it before it is called failed. */
const MOST_DEATHS = 5;

export interface Children {
  readonly performers: readonly Perform[];
  /** ends them all; a job that they are at is lost */
  close(): void;
}

/** Performers that run each job in a process of their own, which outlives the job: what one does to its process, the others do not feel. */
export function children(count: number, order: Omit<Order, 'job'>): Children {
  const all = Array.from({ length: count }, () => one(order));
  return {
    performers: all.map(({ perform }) => perform),
    close() {
      for (const { close } of all) close();
    },
  };
}

function one(order: Omit<Order, 'job'>): { readonly perform: Perform; close(): void } {
  let child: ChildProcess | undefined;
  const close = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };
  const ask = (whole: Order, signal: AbortSignal): Promise<string | { readonly died: string } | undefined> => {
    child ??= fork(new URL('./runner.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const asked = child;
    return new Promise((resolve) => {
      const settle = (answer: string | { readonly died: string } | undefined): void => {
        asked.off('message', heard).off('exit', ended).off('error', broke);
        signal.removeEventListener('abort', stop);
        resolve(answer);
      };
      const heard = (text: unknown): void => settle(text as string);
      const gone = (died: string): void => {
        if (child === asked) child = undefined;
        settle({ died });
      };
      const ended = (code: number | null, by: string | null): void => gone(by === null ? `code ${code}` : by);
      const broke = (error: Error): void => gone(error.message);
      const stop = (): void => {
        close();
        settle(undefined);
      };
      asked.on('message', heard).on('exit', ended).on('error', broke);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      // A channel that is closed is told by `exit`.
      else asked.send(whole, () => undefined);
    });
  };
  return {
    close,
    async perform(job, signal) {
      for (let deaths = 1; ; deaths++) {
        const answer = await ask({ job, ...order }, signal);
        if (answer === undefined || typeof answer === 'string') return answer;
        if (deaths === MOST_DEATHS)
          return failureText(
            job,
            controllerError('ERR_JOB_FAILED', { reason: `its process died ${deaths} times, the last by ${answer.died}` }),
          );
      }
    },
  };
}
