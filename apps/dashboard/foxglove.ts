/**
 * What passes between a server and a viewer in the WebSocket protocol of Foxglove, version 1: Foxglove, Lichtblick and others speak it. Text messages are JSON
 * with an `op`, binary ones little-endian with an opcode first.
 */
import { z } from 'zod';

/** Names of the sub-protocol: that of the SDK, and that of the specification before it. The messages are the same. */
export const subprotocols = ['foxglove.sdk.v1', 'foxglove.websocket.v1'] as const;

export interface Advertised {
  readonly id: number;
  readonly topic: string;
  readonly encoding: 'protobuf';
  readonly schemaName: string;
  /** the FileDescriptorSet in base64 */
  readonly schema: string;
  readonly schemaEncoding: 'protobuf';
}

export interface Parameter {
  readonly name: string;
  readonly value: number | boolean;
  /** numbers that are whole would be taken for integers without it */
  readonly type?: 'float64';
}

export type ToViewer =
  | {
      readonly op: 'serverInfo';
      readonly name: string;
      readonly capabilities: readonly ('time' | 'parameters' | 'parametersSubscribe')[];
      readonly metadata: Readonly<Record<string, string>>;
      readonly sessionId: string;
    }
  | { readonly op: 'advertise'; readonly channels: readonly Advertised[] }
  | { readonly op: 'parameterValues'; readonly parameters: readonly Parameter[]; readonly id?: string }
  | { readonly op: 'status'; readonly level: 0 | 1 | 2; readonly message: string };

/** Subscriptions, channels and parameters that one message may name. */
const MOST = 1024;
const id = z.int().min(0).max(0xffff_ffff);
const names = z.array(z.string().max(256)).max(MOST);
/** Of what a viewer can ask, that which this server offers. */
export const fromViewer = z.discriminatedUnion('op', [
  z.object({ op: z.literal('subscribe'), subscriptions: z.array(z.object({ id, channelId: id })).max(MOST) }),
  z.object({ op: z.literal('unsubscribe'), subscriptionIds: z.array(id).max(MOST) }),
  z.object({ op: z.literal('getParameters'), parameterNames: names, id: z.string().max(256).optional() }),
  z.object({
    op: z.literal('setParameters'),
    parameters: z.array(z.object({ name: z.string().max(256), value: z.unknown() })).max(MOST),
    id: z.string().max(256).optional(),
  }),
  z.object({ op: z.literal('subscribeParameterUpdates'), parameterNames: names }),
  z.object({ op: z.literal('unsubscribeParameterUpdates'), parameterNames: names }),
]);
export type FromViewer = z.infer<typeof fromViewer>;

const [DATA, TIME] = [1, 2] as const;

/** A message of a channel: opcode 1, subscription (u32), log time in ns (u64), payload. */
export function messageData(subscription: number, timeNs: bigint, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(13 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, DATA);
  view.setUint32(1, subscription, true);
  view.setBigUint64(5, timeNs, true);
  bytes.set(payload, 13);
  return bytes;
}

/** What time it is on the server: opcode 2, ns (u64). */
export function timeData(timeNs: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, TIME);
  view.setBigUint64(1, timeNs, true);
  return bytes;
}
