/** Messages of any MCAP file, ours or not. What is replayed is read more strictly, see `openRecording`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { McapStreamReader } from '@mcap/core';
import protobuf from 'protobufjs/light.js';

const BLOCK = 1 << 20;

export interface McapMessage {
  readonly topic: string;
  /** ns */
  readonly logTime: bigint;
  /** the message as plain data; throws for an encoding other than protobuf and json */
  decode(): unknown;
}

type Decoder = (data: Uint8Array) => unknown;

/** Reads front to back, in memory that the largest record bounds. Throws an Error for a file that is none, is cut, or is compressed. */
export async function* readMcapMessages(path: string): AsyncGenerator<McapMessage, void, undefined> {
  const { default: google } = await import('protobufjs/ext/descriptor.js');
  const decoderOf = (schema: { readonly name: string; readonly encoding: string; readonly data: Uint8Array } | undefined): Decoder => {
    if (schema?.encoding !== 'protobuf') throw new Error(`a schema in '${schema?.encoding ?? ''}' is not read; those in protobuf are`);
    // biome-ignore lint/suspicious/noExplicitAny: the extension adds this to Root at run time only.
    const root = (protobuf.Root as any).fromDescriptor(google.FileDescriptorSet.decode(schema.data)) as protobuf.Root;
    const type = root.lookupType(schema.name);
    return (data) => type.toObject(type.decode(data), { longs: Number, defaults: true });
  };
  const reader = new McapStreamReader({ decompressHandlers: {} });
  const schemas = new Map<number, Parameters<typeof decoderOf>[0]>();
  const channels = new Map<number, { readonly topic: string; readonly decode: () => Decoder }>();
  const file = openSync(path, 'r');
  try {
    for (let done = false; !done; ) {
      const block = new Uint8Array(BLOCK);
      const count = readSync(file, block, 0, BLOCK, null);
      if (count === 0) break;
      reader.append(block.subarray(0, count));
      for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
        if (record.type === 'Schema') schemas.set(record.id, record);
        else if (record.type === 'Channel') {
          const { topic, messageEncoding, schemaId } = record;
          let decoder: Decoder | undefined;
          const make = (): Decoder => {
            if (messageEncoding === 'json') return (data) => JSON.parse(Buffer.from(data).toString());
            if (messageEncoding === 'protobuf') return decoderOf(schemas.get(schemaId));
            throw new Error(`messages of ${topic} in '${messageEncoding}' are not read; those in protobuf and json are`);
          };
          channels.set(record.id, {
            topic,
            decode: () => {
              decoder ??= make();
              return decoder;
            },
          });
        } else if (record.type === 'Message') {
          const { channelId, logTime, data } = record;
          const channel = channels.get(channelId);
          if (channel === undefined) throw new Error(`a message of channel ${channelId}, which was not declared`);
          yield { topic: channel.topic, logTime, decode: () => channel.decode()(data) };
        }
      }
      done = reader.done();
    }
    if (!reader.done()) throw new Error('it ends too early; ganglion recover mends a recording');
  } finally {
    closeSync(file);
  }
}
