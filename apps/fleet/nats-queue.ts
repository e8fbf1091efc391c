import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import { reasonOf } from '../../drivers/index.ts';
import { controllerError } from '../../runtime/index.ts';
import { packageVersion } from '../cli/version.ts';
import { failureText, idOf, type Job, jobFrom } from './job.ts';
import { connectNats, type NatsOptions } from './nats.ts';
import { collectResults } from './nats-results.ts';
import { JOBS, jobSubject, openStreams, RESULTS, refusedTwice, resultSubject, type Streams } from './nats-streams.ts';
import type { Queue, Taken } from './queue.ts';

/** Workers that a job may take with it before it is called failed. */
const MOST_DELIVERIES = 25;
/** How long a question for a job stands before it is asked anew. */
const ASK_MS = 5000;
/** Between two attempts while the server is away. */
const RETRY_MS = 250;
const REQUEST_MS = 2000;

export interface NatsQueueOptions extends NatsOptions {
  /** whether results that the server has are made anew; default no */
  readonly again?: boolean;
  /** hears what a person should know */
  readonly say: (text: string) => void;
}

/** The queue of all machines that reach a NATS server. */
export async function natsQueue(url: string, { again = false, say, ...options }: NatsQueueOptions): Promise<Queue> {
  const streams = await openStreams(await connectNats(url, options));
  const { nc, jsm, workers } = streams;
  const server = nc.getServer();
  let asking: Promise<Consumer> | undefined;

  /** The next message; undefined where none has come for a while. */
  const next = async (): Promise<JsMsg | undefined> => {
    try {
      asking ??= streams.prepare();
      return (await (await asking).next({ expires: ASK_MS })) ?? undefined;
    } catch (cause) {
      asking = undefined;
      if (nc.isClosed()) throw controllerError('ERR_NATS_LOST', { server }, cause);
      await sleep(RETRY_MS);
      return undefined;
    }
  };

  return {
    collect: (jobs, heard, signal) => collectResults(streams, jobs, { again, heard, signal }),
    async take(signal) {
      while (!signal.aborted) {
        const asked = next();
        const message = await unlessAborted(asked, signal);
        if (message !== undefined) {
          const taken = await takenFrom(streams, message, say);
          if (taken !== undefined) return taken;
        } else if (signal.aborted) {
          // What comes after all is for somebody else.
          asked.then((late) => late?.nak()).catch(() => undefined);
        }
      }
      return undefined;
    },
    async crew() {
      try {
        const { num_ack_pending, num_waiting } = await jsm.consumers.info(JOBS, workers);
        return { running: num_ack_pending, idle: num_waiting };
      } catch {
        return 'away';
      }
    },
    async close() {
      await nc.flush().catch(() => undefined);
      await nc.close();
    },
  };
}

/** What `promise` gives; undefined as soon as `signal` says so. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The job of a message; undefined where it needs nobody any more. */
async function takenFrom(streams: Streams, message: JsMsg, say: (text: string) => void): Promise<Taken | undefined> {
  let job: Job;
  try {
    job = jobFrom(message.string());
    if (message.subject !== jobSubject(idOf(job)) || job.version !== packageVersion()) throw new Error('its name is of another');
  } catch (error) {
    say(`a message that is no job was removed: ${reasonOf(error)}`);
    message.term();
    return undefined;
  }
  const id = idOf(job);
  const { deliveryCount } = message.info;
  if (deliveryCount > 1 && (await hasResult(streams, id))) {
    message.ack();
    return undefined;
  }
  const taken: Taken = {
    job,
    alive: () => message.working(),
    async done(result) {
      await keep(streams, id, result);
      message.ack();
    },
    giveBack: () => message.nak(),
  };
  if (deliveryCount <= MOST_DELIVERIES) return taken;
  await taken.done(failureText(job, controllerError('ERR_JOB_FAILED', { reason: `${MOST_DELIVERIES} workers have died at it` })));
  return undefined;
}

async function hasResult({ jsm }: Streams, id: string): Promise<boolean> {
  try {
    return (await jsm.streams.getMessage(RESULTS, { last_by_subj: resultSubject(id) })) !== null;
  } catch {
    // Whoever does not know does it again: the result is the same.
    return false;
  }
}

/** Stores a result, however long the server is away; one that is there already is the same. */
async function keep({ nc, js }: Streams, id: string, result: string): Promise<void> {
  const server = nc.getServer();
  for (;;) {
    try {
      await js.publish(resultSubject(id), result, { timeout: REQUEST_MS });
      return;
    } catch (cause) {
      if (refusedTwice(cause)) return;
      if (nc.isClosed()) throw controllerError('ERR_NATS_LOST', { server }, cause);
      await sleep(RETRY_MS);
    }
  }
}
