import { readFileSync } from 'node:fs';
import {
  type ControlMessage,
  type DeviceCaps,
  decodeControl,
  feature,
  Link,
  type LinkOptions,
  type LinkState,
  type LoopbackEnd,
  loopbackPair,
  type TransferResult,
  type Transport,
  WeightSender,
  WeightStore,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import type { ControllerError } from '../../runtime/index.ts';

/** A file of firmware-bridge/ as it stands in the package; tests run from dist/test/firmware-bridge/. */
export const bridgeFileUrl = (name: string): URL => new URL(`../../../firmware-bridge/${name}`, import.meta.url);
export const bridgeFile = (name: string): string => readFileSync(bridgeFileUrl(name), 'utf8');

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/[0-9a-f]{2}/gi) ?? [], (byte) => Number.parseInt(byte, 16));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Milliseconds that pass only when a test says so. */
export class VirtualTime {
  ms = 0;
  readonly now = (): number => this.ms;
}

/** Seeded bytes. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0 || 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

export const deviceCaps: DeviceCaps = {
  fwHash: noise(20, 7),
  boardId: 'test-lif',
  neurons: 256,
  inputs: 64,
  outputs: 16,
  weightBits: 8,
  stateBits: 24,
  tickUs: 1000,
  features: feature.patches | feature.wideCrc | feature.doubleBuffer,
  bootId: 0x1234abcd,
  failsafeMs: 250,
  synapses: 65536,
  neuronKinds: 0b1111,
  resetCause: 0,
};

/** What an end of a link heard. */
export interface Heard {
  readonly messages: { code: number; payload: Uint8Array }[];
  readonly control: ControlMessage[];
  readonly states: LinkState[];
  readonly errors: ControllerError[];
  lost: number;
}

/** An end that understands everything and remembers it. */
export function listeningLink(
  time: VirtualTime,
  transport: Transport,
  options: Partial<LinkOptions> = {},
  onControl?: (message: ControlMessage) => void,
): [Link, Heard] {
  const heard: Heard = { messages: [], control: [], states: [], errors: [], lost: 0 };
  const link = new Link({
    transport,
    now: time.now,
    session: () => 0x0badcafe,
    handlers: {
      message(value, bytes, start, end) {
        heard.messages.push({ code: value, payload: bytes.slice(start, end) });
        const decoded = decodeControl(value, bytes, start, end);
        if (decoded !== undefined) {
          heard.control.push(decoded);
          onControl?.(decoded);
        }
        return true;
      },
      state(state, error) {
        heard.states.push(state);
        if (error !== undefined) heard.errors.push(error);
      },
      lost(frames) {
        heard.lost += frames;
      },
    },
    ...options,
  });
  return [link, heard];
}

/** Host and device over a line in memory, both started; `wrap` may put faults between. */
export async function pair(
  options: {
    bytesPerMs?: number;
    latencyMs?: number;
    wrap?: (end: LoopbackEnd, time: VirtualTime) => Transport;
    host?: Partial<LinkOptions>;
    device?: Partial<LinkOptions>;
  } = {},
) {
  const time = new VirtualTime();
  const { bytesPerMs = 100, latencyMs = 0.1, wrap } = options;
  const [hostEnd, deviceEnd] = loopbackPair({ now: time.now, bytesPerMs, latencyMs });
  const hostLine = wrap?.(hostEnd, time) ?? hostEnd;
  const [host, hostHeard] = listeningLink(time, hostLine, options.host);
  const [device, deviceHeard] = listeningLink(time, deviceEnd, { caps: deviceCaps, ...options.device });
  await Promise.all([hostLine.open(), deviceEnd.open()]);
  device.start();
  host.start();
  /** Steps both ends, a quarter of a millisecond at a time, until `done` or for `limitMs`; returns the time it took. */
  const run = (limitMs: number, done: () => boolean = () => false, each: () => void = () => {}): number => {
    const begin = time.ms;
    while (time.ms - begin < limitMs && !done()) {
      time.ms += 0.25;
      host.poll();
      device.poll();
      each();
    }
    return time.ms - begin;
  };
  return { time, host, hostHeard, hostLine, hostEnd, device, deviceHeard, deviceEnd, run };
}

/** A host that sends images to a device that keeps them; the device's regions may have any size. */
export async function weightPair(
  options: { bytesPerMs?: number; latencyMs?: number; wrap?: (end: LoopbackEnd, time: VirtualTime) => Transport; capacity?: number } = {},
) {
  const time = new VirtualTime();
  const { bytesPerMs = 100, latencyMs = 0.1, capacity = 1 << 20, wrap } = options;
  const [hostEnd, deviceEnd] = loopbackPair({ now: time.now, bytesPerMs, latencyMs });
  const hostLine = wrap?.(hostEnd, time) ?? hostEnd;
  const results: TransferResult[] = [];
  const errors: ControllerError[] = [];
  let session = 1;
  const host: Link = new Link({
    transport: hostLine,
    now: time.now,
    session: () => session++,
    handlers: {
      message(value, bytes, start, end) {
        const decoded = decodeControl(value, bytes, start, end);
        if (decoded?.name === 'WeightAck') sender.receive(decoded.message);
        return decoded !== undefined;
      },
      state(_, error) {
        if (error !== undefined) errors.push(error);
      },
    },
  });
  const sender = new WeightSender(host, time.now, (result) => results.push(result));
  let accepts = true;
  const device: Link = new Link({
    transport: deviceEnd,
    now: time.now,
    caps: deviceCaps,
    handlers: { message: (value, bytes, start, end) => store.receive(value, bytes, start, end) },
  });
  const store = new WeightStore({
    capacity,
    answer: (ack) => device.sendControl('WeightAck', ack),
    admit: (region, total) => (region > 8 ? weightStatus.unknownRegion : total > 500_000 ? weightStatus.wrongSize : weightStatus.receiving),
    accept: () => accepts,
  });
  await Promise.all([hostLine.open(), deviceEnd.open()]);
  device.start();
  host.start();
  const run = (limitMs: number, done: () => boolean = () => false): number => {
    const begin = time.ms;
    while (time.ms - begin < limitMs && !done()) {
      time.ms += 0.25;
      host.poll();
      sender.poll();
      device.poll();
    }
    return time.ms - begin;
  };
  const refuse = (): void => {
    accepts = false;
  };
  return { time, host, hostEnd, hostLine, device, deviceEnd, sender, store, results, errors, run, refuse };
}
