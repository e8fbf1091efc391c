import type { Network, RecordLayout, Region, Scene } from '../../runtime/index.ts';

/** What a run shows, as plain data and shared memory: whoever watches reads it on another thread, and costs the run nothing. */
export interface Shown {
  readonly app: string;
  readonly network: Network;
  readonly backend: string;
  /** the network's memory: weights, membranes and traces as they are at the moment */
  readonly arena: { readonly buffer: SharedArrayBuffer; readonly byteOffset: number; readonly length: number };
  readonly regions: ReadonlyMap<string, Region>;
  readonly layout: RecordLayout;
  /** captured frames */
  readonly ring: SharedArrayBuffer;
  readonly controls: SharedArrayBuffer;
  /** neurons whose course is captured with every frame: indices that the dashboard sets, see {@link Probe} */
  readonly probe: { readonly population: string; readonly size: number; readonly chosen: SharedArrayBuffer };
  /** how many classes a label has; 0: there are none */
  readonly labels: number;
  readonly rewards: boolean;
  readonly saves: boolean;
  /** what of the controls would not be in the recording of this run, and is therefore off */
  readonly recorded: boolean;
}

/** A number over time: score, return, agreement of a board. */
export interface Point {
  readonly series: string;
  /** in ms of the network */
  readonly at: number;
  readonly value: number;
}

/** From the controller's thread to the dashboard's. */
export type Told =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'points'; readonly points: readonly Point[] }
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, string>> };

/** Where a server listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What the dashboard's thread is started with. */
export interface DashboardJob {
  readonly app: string;
  readonly page: Place | undefined;
  /** for Foxglove and Lichtblick */
  readonly live: Place | undefined;
  /** what who connects from elsewhere must show */
  readonly token: string;
}

/** Whether this machine alone may connect. */
export const isLocal = ({ host }: Place): boolean => ['127.0.0.1', 'localhost', '::1'].includes(host);

/** From the dashboard's thread to the command. */
export type Heard =
  | { readonly kind: 'listening'; readonly page: number | undefined; readonly live: number | undefined }
  | { readonly kind: 'failed'; readonly what: 'page' | 'live'; readonly code: string | undefined; readonly message: string }
  | { readonly kind: 'stop' };

/** From the command to the dashboard's thread. */
export interface Ended {
  readonly kind: 'ended';
  /** false: the text says why it failed, and what to do */
  readonly ok: boolean;
  readonly text: string;
}

/** Kind of a ring record: a captured frame. */
export const FRAME = 1;
/** Name of the signal that holds the course of the chosen neurons. */
export const PROBE = 'probe';
