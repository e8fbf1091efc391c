// Adds `toDescriptor` to protobufjs' Root.
import google from 'protobufjs/ext/descriptor.js';
import protobuf from 'protobufjs/light.js';
import { descriptor } from './descriptor.ts';

/** The serialized FileDescriptorSet of protocol.proto: what a recording format needs beside protobuf messages. */
export function descriptorSet(): Uint8Array {
  const root = protobuf.Root.fromJSON(descriptor);
  return google.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish();
}
