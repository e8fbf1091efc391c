import type { CommandCounts, SpoolCounts } from './messages.ts';
import type { MqttPlace } from './mqtt.ts';

/** Where telemetry goes. */
export type Place = { readonly kind: 'mqtt'; readonly mqtt: MqttPlace } | { readonly kind: 'nats'; readonly url: string };

/** What the thread of telemetry is started with. */
export interface TelemetryJob {
  readonly app: string;
  readonly device: string;
  readonly place: Place;
  readonly intervalMs: number;
  readonly spool: { readonly folder: string; readonly bytes: number };
  readonly controls: SharedArrayBuffer;
  readonly measures: SharedArrayBuffer;
  readonly recorded: boolean;
}

/** What became of telemetry, for the report of the run. */
export interface TelemetryReport {
  readonly device: string;
  readonly session: string;
  /** messages of telemetry that were made, and those that the broker has acknowledged, those of earlier runs among them */
  readonly messages: number;
  readonly sent: number;
  /** answers to commands for which there was no room while no broker was there */
  readonly answersDropped: number;
  /** times at which the broker took us, and did not because of who we say we are */
  readonly connections: number;
  readonly refusals: number;
  readonly spool: SpoolCounts;
  readonly commands: CommandCounts;
  /** times at which the wall clock jumped */
  readonly clockJumps: number;
  /** why there was no connection at the end, or what could not be spooled; null: all is well */
  readonly fault: string | null;
}

/** How a run has ended, from the command. */
export interface TelemetryEnd {
  readonly state: 'ended' | 'failed';
  readonly tick: number | null;
}

/** From the thread to the command. */
export type TelemetrySaid =
  | { readonly kind: 'started' }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'warn'; readonly text: string }
  | { readonly kind: 'ended'; readonly report: TelemetryReport };
