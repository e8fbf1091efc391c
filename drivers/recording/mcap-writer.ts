import { crc32 } from 'node:zlib';
import { McapChunkBuilder, McapRecordBuilder, type McapTypes, Opcode } from '@mcap/core';

/** Takes bytes in order; throws where it cannot. */
export type Sink = (bytes: Uint8Array) => void;

/** A chunk that grows past this is closed, however young it is. */
export const CHUNK_BYTES = 1 << 18;

/**
 * An MCAP file, written front to back. The writer of @mcap/core closes a chunk when it is full and at no other moment; this one closes it
 * when it is told to, so that what has happened is in the file before the power fails. Records are laid out by that package.
 */
export interface McapWriter {
  schema(schema: McapTypes.Schema): void;
  channel(channel: McapTypes.Channel): void;
  attachment(attachment: McapTypes.Attachment): void;
  metadata(metadata: McapTypes.Metadata): void;
  message(message: McapTypes.Message): void;
  /** bytes of the chunk that is open */
  pending(): number;
  /** closes the open chunk */
  flush(): void;
  /** closes the open chunk; writes the summary and the footer */
  end(): void;
}

export function createMcapWriter(sink: Sink, header: McapTypes.Header): McapWriter {
  const builder = new McapRecordBuilder();
  const open = new McapChunkBuilder({});
  const schemas: McapTypes.Schema[] = [];
  const channels: McapTypes.Channel[] = [];
  const attachments: McapTypes.AttachmentIndex[] = [];
  const metadata: McapTypes.MetadataIndex[] = [];
  const chunks: McapTypes.ChunkIndex[] = [];
  const counts = new Map<number, bigint>();
  let [earliest, latest] = [0n, 0n];
  let position = 0;
  let crc = 0;

  /** Sends what was built on its way; returns where it begins and how long it is. */
  const put = (): { readonly offset: bigint; readonly length: bigint } => {
    const bytes = builder.buffer;
    builder.reset();
    sink(bytes);
    const offset = BigInt(position);
    position += bytes.length;
    crc = crc32(bytes, crc);
    return { offset, length: BigInt(bytes.length) };
  };

  const flush = (): void => {
    if (open.numMessages === 0) return;
    const records = open.buffer;
    const { messageStartTime, messageEndTime } = open;
    const size = BigInt(records.length);
    builder.writeChunk({
      messageStartTime,
      messageEndTime,
      compression: '',
      uncompressedSize: size,
      uncompressedCrc: crc32(records),
      records,
    });
    const { offset: chunkStartOffset, length: chunkLength } = put();
    const messageIndexOffsets = new Map<number, bigint>();
    const start = BigInt(position);
    for (const index of open.indices) {
      messageIndexOffsets.set(index.channelId, start + BigInt(builder.length));
      builder.writeMessageIndex(index);
      counts.set(index.channelId, (counts.get(index.channelId) ?? 0n) + BigInt(index.records.length));
    }
    const { length: messageIndexLength } = put();
    if (chunks.length === 0 || messageStartTime < earliest) earliest = messageStartTime;
    if (messageEndTime > latest) latest = messageEndTime;
    const index = { chunkStartOffset, chunkLength, messageIndexOffsets, messageIndexLength, messageStartTime, messageEndTime };
    chunks.push({ ...index, compression: '', compressedSize: size, uncompressedSize: size });
    open.reset();
  };

  const end = (): void => {
    flush();
    builder.writeDataEnd({ dataSectionCrc: crc });
    put();
    const summaryStart = BigInt(position);
    crc = 0;
    const groups: { readonly groupOpcode: number; readonly groupStart: bigint; readonly groupLength: bigint }[] = [];
    const group = (groupOpcode: number, write: () => void): void => {
      write();
      if (builder.length === 0) return;
      const { offset: groupStart, length: groupLength } = put();
      groups.push({ groupOpcode, groupStart, groupLength });
    };
    group(Opcode.SCHEMA, () => schemas.forEach((schema) => void builder.writeSchema(schema)));
    group(Opcode.CHANNEL, () => channels.forEach((channel) => void builder.writeChannel(channel)));
    group(Opcode.STATISTICS, () => {
      builder.writeStatistics({
        messageCount: [...counts.values()].reduce((sum, count) => sum + count, 0n),
        schemaCount: schemas.length,
        channelCount: channels.length,
        attachmentCount: attachments.length,
        metadataCount: metadata.length,
        chunkCount: chunks.length,
        messageStartTime: earliest,
        messageEndTime: latest,
        channelMessageCounts: counts,
      });
    });
    group(Opcode.METADATA_INDEX, () => metadata.forEach((index) => void builder.writeMetadataIndex(index)));
    group(Opcode.ATTACHMENT_INDEX, () => attachments.forEach((index) => void builder.writeAttachmentIndex(index)));
    group(Opcode.CHUNK_INDEX, () => chunks.forEach((index) => void builder.writeChunkIndex(index)));
    const summaryOffsetStart = BigInt(position);
    for (const offsets of groups) builder.writeSummaryOffset(offsets);
    put();
    const footer = { summaryStart, summaryOffsetStart, summaryCrc: 0 };
    // The checksum of the summary covers the footer too, up to the checksum itself.
    builder.writeFooter(footer);
    const summaryCrc = crc32(builder.buffer.subarray(0, -4), crc);
    builder.reset();
    builder.writeFooter({ ...footer, summaryCrc });
    builder.writeMagic();
    put();
  };

  builder.writeMagic();
  builder.writeHeader(header);
  put();
  return {
    schema(schema) {
      schemas.push(schema);
      builder.writeSchema(schema);
      put();
    },
    channel(channel) {
      channels.push(channel);
      builder.writeChannel(channel);
      put();
    },
    attachment(attachment) {
      const { logTime, createTime, name, mediaType, data } = attachment;
      builder.writeAttachment(attachment);
      attachments.push({ logTime, createTime, name, mediaType, dataSize: BigInt(data.length), ...put() });
    },
    metadata(record) {
      builder.writeMetadata(record);
      metadata.push({ name: record.name, ...put() });
    },
    message(message) {
      open.addMessage(message);
      if (open.byteLength > CHUNK_BYTES) flush();
    },
    pending: () => open.byteLength,
    flush,
    end,
  };
}
