import type { MessagePort } from 'node:worker_threads';
import type { Obtained, RealtimeOptions } from '../../native/index.ts';
import type { Scene } from '../../runtime/index.ts';
import type { Pacing, Progress } from '../app.ts';
import type { Resumed } from '../cli/checkpoints.ts';
import type { Given } from '../flags.ts';
import type { Observing } from '../observe/job.ts';
import type { PauseReport } from './pauses.ts';

/** What the controller's thread is to do, as plain data: it loads the app itself. */
export interface Job {
  /** the module that knows the apps: it exports `appNamed` */
  readonly apps: string;
  readonly app: string;
  readonly given: Given;
  readonly backend: 'native' | 'reference';
  readonly clock: 'fast' | 'realtime';
  readonly seed: number;
  /** undefined: the system schedules the thread as any other */
  readonly scheduling: RealtimeOptions | undefined;
  readonly pacing: Omit<Pacing, 'onMiss'>;
  /** undefined: the run is not saved */
  readonly saving: { readonly resumed: Resumed | undefined } | undefined;
  /** times as fast as the world, in real time */
  readonly speed: number;
  /** the other end is a dashboard's; undefined: nobody watches */
  readonly watched: MessagePort | undefined;
  /** controls of another thread, by which commands act on the run; undefined: there are none */
  readonly steered: SharedArrayBuffer | undefined;
  /** memory for logs, metrics and telemetry; undefined: none of them is asked for */
  readonly observed: Observing | undefined;
  /** whether the report is rendered for a person */
  readonly text: boolean;
}

/** What the controller's thread is started with. */
export interface Start {
  readonly job: Job;
  /** {@link SAFE} */
  readonly state: Int32Array;
}

/** Word of the shared state: 0 while actuators may act, 1 once the thread has made them safe. */
export const SAFE = 0;

/** What happened on the thread beside the app's own report. */
export interface ThreadReport {
  /** what the system granted; undefined where nothing was asked for */
  readonly scheduling: Obtained | undefined;
  /** collections of garbage: in each of them the thread stood still */
  readonly gc: PauseReport;
}

/** An error as it crosses between threads, where classes are lost. */
export interface Failure {
  readonly kind: 'controller' | 'usage' | 'unexpected';
  readonly code: string | undefined;
  readonly message: string;
  readonly remedy: string;
  readonly path: string | undefined;
  readonly stack: string | undefined;
}

/** A run that came to its end, for whatever reason it ended early. */
export interface Finished {
  readonly report: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly ok: boolean;
  readonly thread: ThreadReport;
}

export type Said =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'finished'; readonly finished: Finished }
  | { readonly kind: 'failed'; readonly failure: Failure };
