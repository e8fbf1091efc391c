/** A host that says what a case wants: a link of its own over a bad line, or single frames. */
import { Rig, type RigOptions } from '../../../../drivers/hil/index.ts';
import {
  type ByteListener,
  type ControlMessage,
  code,
  decodeControl,
  FrameWriter,
  feature,
  Link,
  sessionFormat,
  type TransferResult,
  WeightSender,
} from '../../../../firmware-bridge/index.ts';
import type { ControllerError } from '../../../../runtime/index.ts';
import type { Bench, Needs } from './bench.ts';

export const SESSION = 0x0badcafe;

export interface RawOptions extends RigOptions {
  readonly features?: number;
}

/** Without a driver: the rig lends its line, its time and its eyes. */
export async function rawHost(
  bench: Bench,
  needs: Needs = {},
  { features = feature.wideCrc | feature.patches, ...options }: RawOptions = {},
) {
  const rig = await bench.rig(needs, options);
  const heard: { code: number; payload: Uint8Array }[] = [];
  const control: ControlMessage[] = [];
  const errors: ControllerError[] = [];
  const results: TransferResult[] = [];
  let session = SESSION;
  const link: Link = new Link({
    transport: rig.line,
    now: () => rig.now(),
    session: () => session++,
    features,
    handlers: {
      message(value, bytes, start, end) {
        heard.push({ code: value, payload: bytes.slice(start, end) });
        const decoded = decodeControl(value, bytes, start, end);
        if (decoded !== undefined) control.push(decoded);
        if (decoded?.name === 'WeightAck') sender.receive(decoded.message);
        return true;
      },
      state(_, error) {
        if (error === undefined) return;
        errors.push(error);
        rig.log.add(rig.now(), `link ${error.code}`);
      },
    },
  });
  const sender = new WeightSender(
    link,
    () => rig.now(),
    (result) => results.push(result),
  );
  await rig.line.open();
  /** lets time pass, both ends in turn, until `done` or for `limitMs`; returns the time it took */
  const step = (limitMs: number, done: () => boolean = () => false): number => {
    const { virtual } = rig.device;
    if (virtual === undefined) throw new Error('a raw host needs a device in virtual time');
    const begin = rig.now();
    while (rig.now() - begin < limitMs && !done()) {
      virtual.pass(virtual.stepMs);
      virtual.poll();
      link.poll();
      sender.poll();
    }
    return rig.now() - begin;
  };
  const connect = (limitMs = 6000): boolean => {
    link.start();
    step(limitMs, () => link.state !== 'connecting');
    return link.state === 'up';
  };
  return { rig, link, sender, step, connect, heard, control, errors, results };
}

const writer = new FrameWriter();
/** One frame on the wire, as a host of a session would send it. */
export function frameOf(
  type: number,
  seq: number,
  payload: Uint8Array = new Uint8Array(0),
  format = sessionFormat(SESSION, true),
  ack = 0,
  credit = 255,
): Uint8Array {
  const out = new Uint8Array(payload.length + 64);
  writer.format = format;
  return out.slice(0, writer.write(type, seq, ack, credit, payload, 0, payload.length, out, 0));
}

/** Says to the host what the board did not: bytes on the line that are not from its other end. To be called before the host listens. */
export function forger({ line }: Rig): (bytes: Uint8Array) => void {
  let deliver: ByteListener | undefined;
  const onBytes = line.onBytes.bind(line);
  line.onBytes = (listener) => {
    deliver = listener;
    return onBytes(listener);
  };
  return (bytes) => deliver?.(bytes, 0, bytes.length);
}

export const heartbeat = (seq = 0): Uint8Array => frameOf(code.Heartbeat, seq);

export { Rig };
