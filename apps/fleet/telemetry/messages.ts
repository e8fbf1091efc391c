/** What passes between a device and whoever looks after it, and under which names: the same over MQTT and NATS. */
import { z } from 'zod';

/** Kinds of messages; all but `command` are the device's. */
export const kinds = ['status', 'telemetry', 'command', 'ack'] as const;
export type Kind = (typeof kinds)[number];

/** A level of an MQTT topic and a token of a NATS subject alike: neither has to be escaped, nor can it be a pattern. */
export const isDeviceName = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name);

/** MQTT: ganglion/v1/DEVICE/KIND. */
export const topicOf = (device: string, kind: Kind): string => `ganglion/v1/${device}/${kind}`;
/** NATS: ganglion.v1.DEVICE.KIND, which is what the server's MQTT gateway makes of the topic. */
export const subjectOf = (device: string, kind: Kind): string => `ganglion.v1.${device}.${kind}`;

/** Bytes of a command, at most. */
export const MOST_COMMAND_BYTES = 4096;
/** Between two messages of telemetry, ms. */
export const intervals = { least: 100, usual: 1000, most: 600_000 } as const;

/** Names the command, so that one that arrives twice is done once. */
const id = z.string().regex(/^[\w.:-]{1,64}$/, 'a text of 1 to 64 letters, digits, _ . : -');
export const commandSchema = z.discriminatedUnion('command', [
  /** time stands still, or in real time passes without the network; actuators are safe */
  z.strictObject({ id, command: z.literal('pause'), on: z.boolean() }),
  /** false freezes what was learned */
  z.strictObject({ id, command: z.literal('learn'), on: z.boolean() }),
  /** factor on every learning rate */
  z.strictObject({ id, command: z.literal('rate'), factor: z.number().min(0).max(1000) }),
  /** between two messages of telemetry */
  z.strictObject({ id, command: z.literal('interval'), ms: z.int().min(intervals.least).max(intervals.most) }),
  /** ends the run with its report; actuators are safe when it is acknowledged */
  z.strictObject({ id, command: z.literal('stop') }),
]);
export type Command = z.infer<typeof commandSchema>;

/** Every message of a device begins with these. */
interface Head {
  readonly v: 1;
  readonly device: string;
  /** of this run: numbers of messages begin anew with it */
  readonly session: string;
}

/** Tick and clock of a message. */
interface Moment {
  /** the tick with which the latest frame began; null: none has */
  readonly tick: number | null;
  /** of a clock that never jumps, since the session began */
  readonly uptime_ms: number;
  /** ms since 1970, for people to read; it may jump, and nothing goes by it */
  readonly time: number;
}

/** Answer to a command; under the same id always the same. */
export type Ack = Head & {
  /** null: the message had none that can be read */
  readonly id: string | null;
} & (
    | {
        readonly ok: true;
        /** the first tick for which it held; of `stop`, the first that did not run; null: before the first tick */
        readonly tick: number | null;
      }
    | { readonly ok: false; readonly reason: string }
  );

/** Aggregates: counters are totals since the run began, so that a lost message costs resolution, never a sum. */
export interface Telemetry extends Head, Moment {
  /** from 0, one more each: a gap is what was dropped */
  readonly sequence: number;
  readonly learning: boolean;
  readonly paused: boolean;
  /** by the names that Prometheus is given, without their prefix; looked at every 100 ms */
  readonly values: Readonly<Record<string, number>>;
  /** how many frames began at most so many seconds after their deadline, as [seconds, frames]; all of them, and the sum of their lateness */
  readonly lateness_seconds: { readonly buckets: readonly (readonly [number, number])[]; readonly count: number; readonly sum: number };
}

/** What became of the spool since the session began, and what is in it. */
export interface SpoolCounts {
  /** messages that wait, and their bytes on disk */
  readonly waiting: number;
  readonly bytes: number;
  /** the oldest, for want of room, and those that could not be written */
  readonly dropped: number;
  /** pieces that a kill or a power cut had left half written, discarded when the spool was opened */
  readonly torn: number;
}

/** Retained: who joins late sees it too. */
export interface Status extends Head, Moment {
  readonly app: string;
  readonly state: 'online' | 'ended' | 'failed';
  /** of the statuses of this run, from 0 */
  readonly sequence: number;
  readonly interval_ms: number;
  readonly spool: SpoolCounts;
  /** times at which the broker took us, and did not because of who we say we are */
  readonly connections: number;
  readonly refusals: number;
  readonly commands: CommandCounts;
  /** times at which the wall clock jumped against the one that never does, and by how much the last time */
  readonly clock: { readonly jumps: number; readonly last_ms: number };
}

export interface CommandCounts {
  readonly applied: number;
  readonly refused: number;
  /** arrived once more, and were answered as before */
  readonly duplicates: number;
}

/** The last will: the broker says it, retained, when the connection breaks without a goodbye. */
export interface Offline extends Head {
  readonly app: string;
  readonly state: 'offline';
}
