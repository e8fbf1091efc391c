import type { Consumer, JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { packageVersion } from '../cli/version.ts';
import { natsError, natsPackages } from './nats.ts';

/** Waiting jobs: one message a job, refused while it is there already, gone when it is acknowledged. */
export const JOBS = 'GANGLION_JOBS';
/** Results: one message a job; a second one is refused. */
export const RESULTS = 'GANGLION_RESULTS';

/** Workers take the jobs of their own version alone: another gives other bits. */
const version = packageVersion().replace(/[^\w-]/g, '_');
export const jobSubject = (id: string): string => `ganglion.jobs.${version}.${id}`;
export const resultSubject = (id: string): string => `ganglion.results.${id}`;
export const ALL_RESULTS = resultSubject('*');
/** What the last part of a subject names. */
export const idIn = (subject: string): string => subject.slice(subject.lastIndexOf('.') + 1);

/** Without a sign of life for so long, a job is lost. */
const LOST_MS = 10_000;
const RESULTS_DAYS = 30;
/** A waiting job or its result may not be there twice: what the server says then. */
const REFUSED_TWICE = 10077;
export const refusedTwice = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === REFUSED_TWICE;

export interface Streams {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** who shares out the jobs of this version */
  readonly workers: string;
  /** the same, to be asked for jobs; makes what is not there */
  prepare(): Promise<Consumer>;
}

/** The streams of sweeps on a server; made where they are not there. Rejects with a coded error. */
export async function openStreams(nc: NatsConnection): Promise<Streams> {
  const { jetstream, jetstreamManager, RetentionPolicy, DiscardPolicy, AckPolicy } = await natsPackages.jetstream();
  const workers = `workers-${version}`;
  const nanos = (ms: number): number => ms * 1e6;
  try {
    const jsm = await jetstreamManager(nc);
    const js = jetstream(nc);
    const once = { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true } as const;
    const prepare = async (): Promise<Consumer> => {
      await jsm.streams.add({ name: JOBS, subjects: ['ganglion.jobs.*.*'], retention: RetentionPolicy.Workqueue, ...once });
      await jsm.streams.add({
        name: RESULTS,
        subjects: [ALL_RESULTS],
        retention: RetentionPolicy.Limits,
        max_age: nanos(RESULTS_DAYS * 24 * 3_600_000),
        ...once,
      });
      await jsm.consumers.add(JOBS, {
        durable_name: workers,
        filter_subject: jobSubject('*'),
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(LOST_MS),
        max_deliver: -1,
        max_ack_pending: 10_000,
        max_waiting: 10_000,
      });
      return js.consumers.get(JOBS, workers);
    };
    await prepare();
    return { nc, js, jsm, workers, prepare };
  } catch (cause) {
    const server = nc.getServer();
    await nc.close();
    throw natsError(cause, server);
  }
}
