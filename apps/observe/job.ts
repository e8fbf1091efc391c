import type { Level } from './events.ts';

/** What the controller's thread writes into: shared memory alone, so that it waits for nobody. */
export interface Observing {
  readonly ring: SharedArrayBuffer;
  readonly measures: SharedArrayBuffer;
  /** the least that is logged */
  readonly level: Level;
}

/** What the thread of logs and metrics is started with. */
export interface ObserverJob extends Observing {
  readonly app: string;
  /** file, or 2 for stderr; undefined: nothing is logged */
  readonly log: string | number | undefined;
  /** port of this machine; undefined: nothing is served */
  readonly metrics: number | undefined;
}

/** How a run has ended, from the command. */
export interface RunEnd {
  readonly event: 'run.ended' | 'run.failed';
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What became of the log. */
export interface LogReport {
  /** lines that were given to the file or the pipe */
  readonly lines: number;
  /** events that are not in it: the oldest, where what reads it is too slow; the newest, where this process is */
  readonly dropped: number;
  /** why nothing more could be written; null: all went well */
  readonly fault: string | null;
}

/** From the thread to the command. */
export type ObserverSaid =
  | { readonly kind: 'started'; readonly port: number | undefined }
  | { readonly kind: 'failed'; readonly what: 'log' | 'metrics'; readonly code: string | undefined; readonly message: string }
  | { readonly kind: 'ended'; readonly log: LogReport };
