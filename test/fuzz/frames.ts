import fc from 'fast-check';
import { decodeNetworkImage } from '../../firmware-bridge/codecs/network-image.ts';
import { wireBytes } from '../../firmware-bridge/frame.ts';
import { makeCaps, makeHello } from '../../firmware-bridge/handshake.ts';
import {
  type ControlName,
  code,
  encodeControl,
  FROM_DEVICE,
  FrameWriter,
  feature,
  handshakeFormat,
  Link,
  readStates,
  readStatesQuestion,
  readTimeSync,
  readWeightData,
  SpikeBatch,
  sessionFormat,
  type Transport,
  WeightStore,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import { deviceCaps } from '../firmware-bridge/support.ts';
import { type Edit, edit, editedBy, type Target } from './target.ts';

const SESSION = 99;
const MAX_FRAME = 256;

/** A frame with a right CRC, whatever it says, and what the line does to it. */
interface Sent {
  readonly type: number;
  readonly seq: number;
  readonly ack: number;
  readonly credit: number;
  readonly payload: Uint8Array;
  readonly damage: readonly Edit[];
}

interface Wire {
  /** which end hears them: the device's or the host's */
  readonly device: boolean;
  readonly frames: readonly Sent[];
  /** bytes that arrive at once */
  readonly chunk: number;
}

const small = fc.nat(255);
const word = fc.oneof(fc.nat(300), fc.constantFrom(0xffff, 0x10000, 0xffffff, 0x7fffffff, 0xffffffff));

/** Messages that are well formed: what they ask for is another matter. */
const messages: fc.Arbitrary<readonly [number, Uint8Array]> = fc.oneof(
  fc.record({ region: small, generation: small, total: word, crc32c: word }).map((m) => made('WeightBegin', m)),
  fc.record({ region: small, generation: small, total: word, crc32c: word, base: small }).map((m) => made('WeightBegin', m)),
  fc.record({ region: small, generation: small, total: word, crc32c: word }).map((m) => made('WeightCommit', m)),
  fc.record({ region: word }).map((m) => made('WeightQuery', m)),
  fc.record({ key: word, value: word, generation: word }).map((m) => made('Configure', m)),
  fc
    .record({ version: small, session: fc.constantFrom(0, SESSION, 7), maxFrame: word })
    .map(({ version, session, maxFrame }): readonly [number, Uint8Array] => [
      code.Hello,
      encodeControl('Hello', { ...makeHello(session, maxFrame, 0xffff), ...(version < 16 && { protoMajor: version }) }),
    ]),
);

const made = <N extends ControlName>(name: N, message: Parameters<typeof encodeControl<N>>[1]): readonly [number, Uint8Array] => [
  code[name],
  encodeControl(name, message),
];

const sent: fc.Arbitrary<Sent> = fc
  .record({
    known: fc.boolean(),
    message: messages,
    type: fc.oneof(fc.constantFrom(...Object.values(code)), fc.nat(0x7f)),
    // Numbers that are due are those that a receiver goes on with.
    seq: fc.oneof(fc.nat(3), small),
    ack: fc.oneof(fc.nat(3), small),
    credit: small,
    payload: fc.uint8Array({ maxLength: 80 }),
    damage: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(edit, { maxLength: 2 }) }),
  })
  .map(({ known, message, type, payload, ...rest }) => ({
    ...rest,
    type: known ? message[0] : type,
    payload: known ? message[1] : payload,
  }));

const plain = sessionFormat(SESSION, false);

function bytesOf({ device, frames }: Wire): Uint8Array {
  const writer = new FrameWriter();
  const parts = frames.map(({ type, seq, ack, credit, payload, damage }) => {
    writer.format = type === code.Hello || type === code.Caps ? handshakeFormat : plain;
    const out = new Uint8Array(wireBytes(payload.length));
    const direction = device ? 0 : FROM_DEVICE;
    return editedBy(out.subarray(0, writer.write(type | direction, seq, ack, credit, payload, 0, payload.length, out, 0)), damage);
  });
  return Buffer.concat([opening(device), ...parts]);
}

/** The greeting that opens the session at that end. */
function opening(device: boolean): Uint8Array {
  const writer = new FrameWriter();
  const payload = device
    ? encodeControl('Hello', makeHello(SESSION, MAX_FRAME, feature.patches))
    : encodeControl('Caps', makeCaps({ ...deviceCaps, features: feature.patches }, SESSION, MAX_FRAME, 4096));
  const out = new Uint8Array(wireBytes(payload.length));
  const type = device ? code.Hello : code.Caps | FROM_DEVICE;
  return out.subarray(0, writer.write(type, 0, 0, 255, payload, 0, payload.length, out, 0));
}

const batch = new SpikeBatch(16, 256);
const states = new Int32Array(300);

/** Every decoder of the wire looks at every message, whatever it says that it is. */
function decodeAll(bytes: Uint8Array, start: number, end: number): boolean {
  const taken = [
    batch.decode(bytes, start, end, 256),
    readWeightData(bytes, start, end, { region: 0, generation: 0, offset: 0, start: 0, end: 0 }),
    readStatesQuestion(bytes, start, end, { population: 0, first: 0 }),
    readStates(bytes, start, end, { tick: 0, population: 0, first: 0, count: 0 }, states),
    readTimeSync(bytes, start, end, { kind: 0, t1: 0, t2: 0, t3: 0 } as unknown as Parameters<typeof readTimeSync>[3]),
    typeof decodeNetworkImage(bytes.subarray(start, end)) !== 'string',
  ];
  return taken.some((one) => one);
}

function read(wire: Wire): boolean {
  let hear: (bytes: Uint8Array, start: number, end: number) => void = () => undefined;
  let now = 0;
  let messages = 0;
  const transport: Transport = {
    state: 'open',
    open: async () => undefined,
    close: async () => undefined,
    write: () => true,
    onBytes(listener) {
      hear = listener;
      return () => undefined;
    },
    onLost: () => () => undefined,
  };
  const store = new WeightStore({
    capacity: 4096,
    answer: (ack) => void link.sendControl('WeightAck', ack),
    admit: (region, total) => (region > 8 ? weightStatus.unknownRegion : total > 2048 ? weightStatus.wrongSize : weightStatus.receiving),
  });
  const link: Link = new Link({
    transport,
    now: () => now,
    ...(wire.device ? { caps: { ...deviceCaps, features: feature.patches } } : { features: feature.patches, session: () => SESSION }),
    handlers: {
      message(value, bytes, start, end) {
        messages++;
        const stored = wire.device && store.receive(value, bytes, start, end);
        return decodeAll(bytes, start, end) || stored;
      },
    },
    maxFrame: MAX_FRAME,
  });
  link.start();
  const bytes = bytesOf(wire);
  for (let at = 0; at < bytes.length; at += wire.chunk) {
    hear(bytes, at, Math.min(bytes.length, at + wire.chunk));
    now += 1;
    link.poll();
    store.swap();
  }
  link.stop();
  return messages > 0;
}

export const frames: Target<Wire> = {
  name: 'frame',
  share: 0.25,
  cases: fc.record({ device: fc.boolean(), frames: fc.array(sent, { maxLength: 6 }), chunk: fc.integer({ min: 1, max: 64 }) }),
  whole: {
    device: true,
    frames: Array.from({ length: 6 }, (_, k) => {
      const [type, payload] = made('WeightBegin', { region: 1, generation: k, total: 2000, crc32c: 0 });
      return { type, seq: k + 1, ack: 0, credit: 255, payload, damage: [] };
    }),
    chunk: 1,
  },
  size: ({ frames: list }) =>
    list.reduce((sum, { payload, damage }) => sum + payload.length + damage.reduce((all, one) => all + one.length, 40), 400),
  read,
};
