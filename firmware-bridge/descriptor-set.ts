import protobuf from 'protobufjs/light.js';
import { descriptor } from './descriptor.ts';

/**
 * The serialized FileDescriptorSet of protocol.proto: what a recording format needs beside protobuf messages. Google's own schema is
 * loaded for it, which takes longer than all the rest here: only when asked for.
 */
export async function descriptorSet(): Promise<Uint8Array> {
  const { default: google } = await import('protobufjs/ext/descriptor.js');
  const root = protobuf.Root.fromJSON(descriptor);
  return google.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish();
}
