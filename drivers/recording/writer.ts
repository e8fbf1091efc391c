import { type RecordLayout, readCaptured } from '../../runtime/index.ts';
import { channelsOf, fieldsOf, type RecordingChannel } from './format.ts';
import { createMcapWriter, type Sink } from './mcap-writer.ts';
import { encodeMessage, schemaName } from './schema.ts';

/** Names of the metadata records and of the attachment. */
export const METADATA = { run: 'ganglion', end: 'ganglion.end', recovered: 'ganglion.recovered' } as const;
export const STATE = 'state';
/** The version of what the records mean; another one is refused. */
export const FORMAT = '1';

/** Signal time after which a chunk is closed, ns: what has happened is in the file half a second later. */
const CHUNK_NS = 500_000_000n;

/** What a recording says about its run, so that it can be run again. */
export interface RunInfo {
  readonly app: string;
  /** of this package */
  readonly version: string;
  readonly seed: number;
  readonly backend: string;
  readonly target: string;
  /** the description as JSON */
  readonly network: string;
  readonly maxTicks: number;
  /** length of a tick, ms */
  readonly dt: number;
  /** hash of the layout that the state has in memory */
  readonly layout: string;
  /** when tick 0 was, ns since 1970 */
  readonly start: bigint;
}

/** How a recording ended. */
export interface RecordingEnd {
  /** frames that the run had, those included that could not be recorded */
  readonly frames: number;
  readonly dropped: number;
  /** of the last frame, or undefined where there was none */
  readonly fingerprint: number | undefined;
}

/** A recording as it is written. */
export interface RecordingWriter {
  /** a frame as `capture` lays it out; the words are copied */
  frame(words: Uint32Array): void;
  /** closes the open chunk; false where there was nothing in it */
  flush(): boolean;
  end(how: RecordingEnd): void;
}

const mapOf = (fields: Readonly<Record<string, unknown>>): Map<string, string> =>
  new Map(Object.entries(fields).map(([key, value]) => [key, String(value)]));

/** `descriptor`: the FileDescriptorSet of the schemas. `state`: the state that the run began with, where that is not the initial one of the description. */
export function createRecordingWriter(
  sink: Sink,
  layout: RecordLayout,
  info: RunInfo,
  descriptor: Uint8Array,
  state: Uint8Array | undefined,
): RecordingWriter {
  const mcap = createMcapWriter(sink, { profile: '', library: `ganglion ${info.version}` });
  mcap.metadata({ name: METADATA.run, metadata: mapOf({ format: FORMAT, ...info }) });
  if (state !== undefined)
    mcap.attachment({ name: STATE, mediaType: 'application/octet-stream', logTime: info.start, createTime: info.start, data: state });
  const channels = channelsOf(layout);
  const schemas = new Map([...new Set(channels.map(({ message }) => message))].map((name, index) => [name, index + 1]));
  for (const [message, id] of schemas) mcap.schema({ id, name: schemaName(message), encoding: 'protobuf', data: descriptor });
  channels.forEach(({ topic, message, holds }: RecordingChannel, id) => {
    mcap.channel({ id, schemaId: schemas.get(message)!, topic, messageEncoding: 'protobuf', metadata: new Map([['holds', holds]]) });
  });
  const sequences = channels.map(() => 0);
  let opened: bigint | undefined;

  const flush = (): boolean => {
    opened = undefined;
    if (mcap.pending() === 0) return false;
    mcap.flush();
    return true;
  };

  return {
    frame(words) {
      const frame = readCaptured(layout, words);
      const logTime = info.start + BigInt(Math.round(frame.tick * info.dt * 1e6));
      if (opened !== undefined && logTime - opened >= CHUNK_NS) flush();
      opened ??= logTime;
      channels.forEach((channel, channelId) => {
        const fields = fieldsOf(channel, frame);
        if (fields === undefined) return;
        const data = encodeMessage(channel.message, fields);
        mcap.message({ channelId, sequence: sequences[channelId]!++, logTime, publishTime: logTime, data });
      });
    },
    flush,
    end({ frames, dropped, fingerprint }) {
      flush();
      mcap.metadata({ name: METADATA.end, metadata: mapOf({ frames, dropped, ...(fingerprint === undefined ? {} : { fingerprint }) }) });
      mcap.end();
    },
  };
}
