import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredMsg } from '@nats-io/jetstream';
import { controllerError } from '../../runtime/index.ts';
import { canonicalJson, type Job, type Result, resultFrom } from './job.ts';
import { natsError } from './nats.ts';
import { ALL_RESULTS, idIn, jobSubject, RESULTS, refusedTwice, resultSubject, type Streams } from './nats-streams.ts';

/** Questions that are on their way to the server at a time. */
const AT_ONCE = 256;
/** Between two looks for results, while some come and while none do. */
const LOOK_MS = [10, 200] as const;
/** Without a result for so long, everything is looked at anew; twice as long each time. */
const QUIET_MS = 15_000;
const LONGEST_QUIET_MS = 240_000;
/** A server that refuses for so long will not stop to; one that is away is given up by the connection before. */
const PATIENCE_MS = 90_000;
const RETRY_MS = 250;

export interface CollectOptions {
  /** whether results that are there are made anew */
  readonly again: boolean;
  readonly heard: (result: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Puts the jobs whose result is not there, and hears the result of each once. What a server that died has forgotten is put again: after every lost connection,
 * and when nothing has come for a while, all that is still missing is looked up by name. In between, results are read by their number.
 */
export async function collectResults(
  streams: Streams,
  jobs: ReadonlyMap<string, Job>,
  { again, heard, signal }: CollectOptions,
): Promise<void> {
  const { nc } = streams;
  const server = nc.getServer();
  const missing = new Map(jobs);
  const failures: unknown[] = [];
  let worth = (result: Result): boolean => !again && result.ok;
  let read: number | undefined;
  let [quietSince, quiet] = [performance.now(), QUIET_MS];
  let failingSince: number | undefined;

  const hear = (text: string, { id }: Result): void => {
    if (!missing.delete(id)) return;
    [quietSince, quiet] = [performance.now(), QUIET_MS];
    try {
      heard(text);
    } catch (error) {
      failures.push(error);
    }
  };
  void (async () => {
    for await (const { type } of nc.status()) if (type === 'reconnect') read = undefined;
  })();

  while (missing.size > 0 && !signal.aborted && failures.length === 0) {
    try {
      if (performance.now() - quietSince > quiet) {
        read = undefined;
        [quietSince, quiet] = [performance.now(), Math.min(2 * quiet, LONGEST_QUIET_MS)];
      }
      if (read === undefined) {
        read = await lookUp(streams, missing, hear, worth);
        // What is there from now on is of this sweep.
        worth = () => true;
      }
      const from = read;
      const last = (await streams.jsm.streams.info(RESULTS)).state.last_seq;
      const numbers = Array.from({ length: Math.max(0, last - from) }, (_, k) => from + 1 + k);
      let unreadable = false;
      await each(numbers, async (seq) => {
        const stored = await streams.jsm.streams.getMessage(RESULTS, { seq });
        if (stored === null || !missing.has(idIn(stored.subject))) return;
        const result = resultIn(stored);
        if (result === undefined) unreadable = true;
        else hear(stored.string(), result);
      });
      // A connection that came back in between has set it to undefined, and knows better.
      if (read === from) read = unreadable || last < from ? undefined : last;
      failingSince = undefined;
      await sleep(LOOK_MS[numbers.length > 0 ? 0 : 1]);
    } catch (cause) {
      if (nc.isClosed()) throw controllerError('ERR_NATS_LOST', { server }, cause);
      failingSince ??= performance.now();
      if (performance.now() - failingSince > PATIENCE_MS) throw natsError(cause, server);
      read = undefined;
      await sleep(RETRY_MS);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Hears what is there of the missing, puts the rest, and says up to which number all is read. What is no result, or not worth to be kept, is removed. */
async function lookUp(
  { js, jsm, prepare }: Streams,
  missing: ReadonlyMap<string, Job>,
  hear: (text: string, result: Result) => void,
  worth: (result: Result) => boolean,
): Promise<number> {
  await prepare();
  const { state } = await jsm.streams.info(RESULTS, { subjects_filter: ALL_RESULTS });
  const there = new Set(Object.keys(state.subjects ?? {}).map(idIn));
  await each([...missing], async ([id, job]) => {
    const subject = resultSubject(id);
    const stored = there.has(id) ? await jsm.streams.getMessage(RESULTS, { last_by_subj: subject }) : null;
    if (stored !== null) {
      const result = resultIn(stored);
      if (result !== undefined && worth(result)) return hear(stored.string(), result);
      await jsm.streams.purge(RESULTS, { filter: subject });
    }
    await js.publish(jobSubject(id), canonicalJson(job)).catch((error: unknown) => {
      if (!refusedTwice(error)) throw error;
    });
  });
  return state.last_seq;
}

/** Undefined of what is no result of the job that its subject names. */
function resultIn(stored: StoredMsg): Result | undefined {
  try {
    const result = resultFrom(stored.string(), stored.subject);
    return result.id === idIn(stored.subject) ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Does it for all, some at a time. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) await act(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
}
