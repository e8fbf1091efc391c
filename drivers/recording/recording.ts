import { controllerError, type RecordedFrame, type RecordLayout, raise } from '../../runtime/index.ts';
import { createFrameBuilder, Unfit } from './format.ts';
import { Damage, type Piece, readMcap } from './mcap-reader.ts';
import { decodeMessage, type MessageName, schemaName } from './schema.ts';
import { FORMAT, METADATA, type RecordingEnd, type RunInfo, STATE } from './writer.ts';

/** A recording that is being read, front to back. */
export interface Recording {
  readonly info: RunInfo;
  /** the state that the run began with; undefined: the initial one of the description */
  readonly state: Uint8Array | undefined;
  /** the frames, once; throws where the file is cut or damaged */
  frames(layout: RecordLayout): Generator<RecordedFrame, void, undefined>;
  /** how it ended, known when all frames are read; undefined: it was cut off, and recovered */
  end(): RecordingEnd | undefined;
}

const messageNames = new Map<string, MessageName>(
  (['Rows', 'Events', 'SpikePacket', 'Signal', 'Fingerprint', 'Restored', 'TickStats'] as const).map((name) => [schemaName(name), name]),
);

/** Opens a recording and reads what stands before its first frame. Throws CheckpointError for a file that is none, is cut or is damaged. */
export function openRecording(path: string): Recording {
  const pieces = readMcap(path);
  const schemas = new Map<number, MessageName>();
  const channels = new Map<number, { readonly message: MessageName; readonly holds: string }>();
  let info: RunInfo | undefined;
  let state: Uint8Array | undefined;
  let end: RecordingEnd | undefined;
  let lastTick: number | undefined;

  const next = (): Piece | undefined => {
    try {
      const { value, done } = pieces.next();
      return done === true ? undefined : value;
    } catch (cause) {
      if (!(cause instanceof Damage)) throw cause;
      const place = lastTick === undefined ? 'before the first frame' : `after tick ${lastTick}`;
      throw controllerError(
        cause.cut ? 'ERR_RECORDING_CUT' : 'ERR_RECORDING_DAMAGED',
        { path, offset: cause.offset, value: cause.message, place },
        cause,
      );
    }
  };
  const foreign = (reason: string): never => raise('ERR_RECORDING_FORMAT', { path, value: reason });

  /** takes what is not a message; true where frames begin */
  const take = ({ record }: Piece): boolean => {
    if (record.type === 'Metadata' && record.name === METADATA.run) info = readInfo(record.metadata, foreign);
    else if (record.type === 'Metadata' && record.name === METADATA.end) end = readEnd(record.metadata);
    else if (record.type === 'Attachment' && record.name === STATE) state = record.data;
    else if (record.type === 'Schema') {
      const name = messageNames.get(record.name);
      if (name !== undefined) schemas.set(record.id, name);
    } else if (record.type === 'Channel') {
      const message = schemas.get(record.schemaId);
      const holds = record.metadata.get('holds');
      if (message !== undefined && holds !== undefined) channels.set(record.id, { message, holds });
    }
    return record.type === 'Chunk';
  };

  let piece = next();
  while (piece !== undefined && !take(piece)) piece = next();
  if (info === undefined) return foreign('it does not say which run it is of');
  const known = info;

  return {
    info: known,
    state,
    end: () => end,
    *frames(layout) {
      const builder = createFrameBuilder(layout, known.maxTicks);
      for (; piece !== undefined; piece = next()) {
        take(piece);
        const { record } = piece;
        if (record.type !== 'Message') continue;
        const channel = channels.get(record.channelId);
        if (channel === undefined) continue;
        let frame: RecordedFrame | undefined;
        try {
          frame = builder.add(channel.holds, decodeMessage(channel.message, record.data));
        } catch (cause) {
          const why = cause instanceof Unfit ? cause.message : `a message cannot be read: ${(cause as Error).message}`;
          const place = lastTick === undefined ? 'before the first frame' : `after tick ${lastTick}`;
          throw controllerError('ERR_RECORDING_DAMAGED', { path, offset: piece.end, value: why, place }, cause);
        }
        if (frame === undefined) continue;
        lastTick = frame.tick + frame.ticks - 1;
        yield frame;
      }
    },
  };
}

function readInfo(fields: ReadonlyMap<string, string>, foreign: (reason: string) => never): RunInfo {
  const text = (key: string): string => fields.get(key) ?? foreign(`it does not say its ${key}`);
  const number = (key: string, least: number): number => {
    const value = Number(text(key));
    return Number.isFinite(value) && value >= least ? value : foreign(`its ${key} is '${text(key).slice(0, 40)}'`);
  };
  if (text('format') !== FORMAT) foreign(`it is of version '${text('format').slice(0, 40)}', this reads ${FORMAT}`);
  if (!/^\d{1,20}$/.test(text('start'))) foreign('its start is no time');
  const maxTicks = number('maxTicks', 1);
  if (!Number.isInteger(maxTicks)) foreign('its maxTicks is no whole number');
  return {
    app: text('app'),
    version: text('version'),
    seed: number('seed', 0),
    backend: text('backend'),
    target: text('target'),
    network: text('network'),
    maxTicks,
    dt: number('dt', 0),
    layout: text('layout'),
    start: BigInt(text('start')),
  };
}

function readEnd(fields: ReadonlyMap<string, string>): RecordingEnd {
  const fingerprint = fields.get('fingerprint');
  return {
    frames: Number(fields.get('frames')),
    dropped: Number(fields.get('dropped')),
    fingerprint: fingerprint === undefined ? undefined : Number(fingerprint),
  };
}
