import { code, encodeControl, FrameWriter, PROTO_MAJOR, schema32, sessionFormat } from '../../firmware-bridge/index.ts';
import { deviceCaps } from './support.ts';

/** A line that only remembers what is written and can be made to say something. */
export function ownLine() {
  const written: Uint8Array[] = [];
  let hear: (bytes: Uint8Array, start: number, end: number) => void = () => {};
  const transport = {
    state: 'open' as const,
    open: async () => {},
    close: async () => {},
    write: (bytes: Uint8Array, start: number, end: number) => written.push(bytes.slice(start, end)) > 0,
    onBytes: (listener: typeof hear) => {
      hear = listener;
      return () => {
        hear = () => {};
      };
    },
    onLost: () => () => {},
  };
  return { transport, written, say: (bytes: Uint8Array) => hear(bytes, 0, bytes.length) };
}
export const SESSION = 0x0badcafe;
export function frame(type: number, seq: number, payload: Uint8Array = new Uint8Array(0), session = SESSION, ack = 0): Uint8Array {
  const writer = new FrameWriter();
  writer.format = sessionFormat(session, false);
  const out = new Uint8Array(300);
  return out.slice(0, writer.write(type, seq, ack, 255, payload, 0, payload.length, out, 0));
}
export const hello = (change: object = {}): Uint8Array =>
  frame(
    code.Hello,
    0,
    encodeControl('Hello', {
      protoMajor: PROTO_MAJOR,
      protoMinor: 0,
      session: SESSION,
      maxFrame: 256,
      schema: schema32,
      features: 0,
      ...change,
    }),
  );
export const caps = (change: object = {}): Uint8Array =>
  frame(
    code.Caps | 0x80,
    0,
    encodeControl('Caps', {
      ...deviceCaps,
      protoMajor: PROTO_MAJOR,
      protoMinor: 0,
      session: SESSION,
      maxFrame: 256,
      rxWindow: 4080,
      schema: schema32,
      features: 0,
      ...change,
    }),
  );
export const reward = (tick: number): Uint8Array => encodeControl('Reward', { tick, valueQ16: 65536 });
