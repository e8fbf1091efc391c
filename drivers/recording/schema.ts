import protobuf from 'protobufjs/light.js';

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ type, id, rule: 'repeated' });
/** Every message begins so: the first tick of the frame on the clock of the run, and how many ticks the frame has. */
const frame = { tick: field('double', 1), ticks: field('uint32', 2) };

/**
 * The messages of a recording, proto3, package `neuro`. A field number is never used again; a later version only adds fields. A tick is a double, which
 * holds 2⁵³ of them and which viewers plot as it is.
 */
const descriptor = {
  nested: {
    neuro: {
      edition: 'proto3',
      nested: {
        /** A tape: ticks × columns values, tick by tick. */
        Rows: { fields: { ...frame, columns: field('uint32', 3), values: repeated('float', 4) } },
        /** Event bits of every tick: 1 a label has come, 2 the episode ends. */
        Events: { fields: { ...frame, bits: repeated('uint32', 3) } },
        /** Spikes of every tick: how many, and the addresses of all of them, tick by tick. */
        SpikePacket: { fields: { ...frame, counts: repeated('uint32', 3), ids: repeated('uint32', 4) } },
        /** A vector as it stood after the frame: an action, a reward, a score. */
        Signal: { fields: { ...frame, values: repeated('double', 3) } },
        /** 32-bit hash of everything the future of the network depends on, after the frame. */
        Fingerprint: { fields: { ...frame, value: field('fixed32', 3) } },
        /** What the learner was put back to when the frame was over, because it had run away: weights, averages and moments, as they lie in memory. */
        Restored: { fields: { ...frame, words: repeated('fixed32', 3) } },
        /** How the loop ran. It is the last message of its frame: without it the frame is not whole. */
        TickStats: {
          fields: {
            ...frame,
            sequence: field('uint32', 3),
            latenessUs: field('double', 4),
            status: field('uint32', 5),
            networkTick: field('uint32', 6),
            updates: field('uint32', 7),
            learning: field('bool', 8),
          },
        },
      },
    },
  },
};

const root = protobuf.Root.fromJSON(descriptor);

export type MessageName = keyof (typeof descriptor)['nested']['neuro']['nested'];

/** Fields of a message; numbers that are 0 and empty arrays are left out on the wire and read back as that. */
export type Fields = Readonly<Record<string, number | boolean | ArrayLike<number>>>;

export const schemaName = (name: MessageName): string => `neuro.${name}`;

export const encodeMessage = (name: MessageName, fields: Fields): Uint8Array => root.lookupType(schemaName(name)).encode(fields).finish();

/** Throws an Error for bytes that are no such message. */
export const decodeMessage = (name: MessageName, bytes: Uint8Array): Fields =>
  root.lookupType(schemaName(name)).decode(bytes) as unknown as Fields;

/** The FileDescriptorSet of the messages, which imports nothing: what MCAP wants as the schema of a protobuf channel. */
export async function descriptorSet(): Promise<Uint8Array> {
  const { default: google } = await import('protobufjs/ext/descriptor.js');
  return google.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish();
}
