/**
 * Ten million bytes that nobody means: noise, frames with right lengths and wrong checks, and frames that were once right. What a device accepts
 * must be what was sent, or, under CRC-16, no more than chance lets through; and whatever it accepts, it neither crashes nor grows, its
 * outputs stay safe and its weights stay whole.
 */
import assert from 'node:assert/strict';
import type { Device } from '../../../drivers/hil/index.ts';
import {
  cobsEncode,
  code,
  crc32c,
  encodeControl,
  encodeNetworkImage,
  FrameParser,
  feature,
  PROTO_MAJOR,
  schema32,
  sessionFormat,
  UNRELIABLE,
  writeChunk,
} from '../../../firmware-bridge/index.ts';
import { splitmix32 } from '../../../firmware-bridge/transports/fault-direction.ts';
import { identity, image } from '../device-bench.ts';
import { frameOf, SESSION } from './faults/raw-host.ts';

export interface Fuzzed {
  readonly bytes: number;
  /** frames of the stream that were no longer what a host had sent */
  readonly bad: number;
  /** of these, what the parser let through; and what chance would */
  readonly accepted: number;
  readonly chance: number;
  /** intact frames of the stream, all of which must be accepted */
  readonly good: number;
  /** weight images that became active */
  readonly activated: number;
  readonly grown: number;
  readonly seconds: number;
}

const LOOK_MS = 0.01;

/** A host's end of a device's line that says whatever it likes, and listens to the numbers that the device asks for. */
async function speakTo(device: Device, format: ReturnType<typeof sessionFormat>) {
  const { transport, virtual } = device;
  if (virtual === undefined) throw new Error('ten million bytes must pass quicker than that');
  await transport.open();
  let expected = 0;
  let acknowledged = 0;
  const heard = (type: number, seq: number, ack: number): void => {
    expected = ack;
    if ((type & UNRELIABLE) === 0 && seq === acknowledged) acknowledged = (seq + 1) & 0xff;
  };
  const answers = new FrameParser(1024, { frame: heard, damaged: () => undefined });
  answers.format = format;
  transport.onBytes((bytes, start, end) => answers.push(bytes, start, end));
  const say = (bytes: Uint8Array): void => {
    assert.ok(transport.write(bytes, 0, bytes.length), 'the line must take what is said');
    virtual.pass(LOOK_MS);
    virtual.poll();
    transport.poll?.();
  };
  /** numbers of the next reliable frame that it takes, as it says itself, and that it sends */
  return { say, next: () => expected, acknowledged: () => acknowledged };
}

const inFrame = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Frames with a weak check that come at a stroke. */
const SHORT_FRAMES = 16;
const OTHER = Uint8Array.of(1, 2, 3, 4);

/**
 * Messages that a host might send, in an order that makes transfers: weights above all, and among them a chunk that is damaged in a good frame,
 * whose image must never run.
 */
function plausible(): (readonly [number, Uint8Array])[] {
  const messages: (readonly [number, Uint8Array])[] = [];
  const transfer = (generation: number, announced: Uint8Array, sent: Uint8Array): void => {
    const begin = { region: 1, generation, total: announced.length, crc32c: crc32c(announced) };
    const chunk = new Uint8Array(64);
    messages.push([code.WeightBegin, encodeControl('WeightBegin', begin)]);
    messages.push([code.WeightChunk, chunk.slice(0, writeChunk(chunk, 1, generation, sent, 0, sent.length))]);
    messages.push([code.WeightCommit, encodeControl('WeightCommit', begin)]);
  };
  transfer(2, OTHER, OTHER);
  transfer(3, identity, identity);
  transfer(4, OTHER, Uint8Array.of(1, 2, 3, 5));
  messages.push([code.Disarm, new Uint8Array(0)]);
  messages.push([code.Reward, encodeControl('Reward', { tick: 1, valueQ16: 1 })]);
  messages.push([code.WeightQuery, encodeControl('WeightQuery', { region: 1 })]);
  for (let i = 0; i < 8; i++) messages.push([code.Spikes, Uint8Array.from({ length: 4 + 9 * i }, (_, b) => (b * 31 + i) & 0xff)]);
  return messages;
}

/** So many bytes into a device of virtual time, whose memory and outputs can be seen, and a parser of the same session; `wide` says whether every frame has CRC-32C. */
export async function fuzz(device: Device, total: number, wide: boolean, seed: number): Promise<Fuzzed> {
  const random = splitmix32(seed);
  const below = (limit: number): number => random() % limit;
  const format = sessionFormat(SESSION, wide);
  const { say, next, acknowledged } = await speakTo(device, format);
  const running = (): number | undefined => device.weights!(1);
  const features = wide ? feature.wideCrc : 0;
  say(
    frameOf(
      code.Hello,
      0,
      encodeControl('Hello', { protoMajor: PROTO_MAJOR, protoMinor: 0, session: SESSION, maxFrame: 256, schema: schema32, features }),
    ),
  );
  // A running network with its weights, sent as a host would.
  let seq = 0;
  const send = (value: number, payload: Uint8Array): void => say(frameOf(value, seq++, payload, format));
  const put = (region: number, bytes: Uint8Array): void => {
    const announced = { region, generation: 1, total: bytes.length, crc32c: crc32c(bytes) };
    send(code.WeightBegin, encodeControl('WeightBegin', announced));
    const out = new Uint8Array(256);
    for (let at = 0; at < bytes.length; at += 100) {
      const end = writeChunk(out, region, 1, bytes, at, Math.min(100, bytes.length - at));
      send(code.WeightChunk, out.slice(0, end));
    }
    send(code.WeightCommit, encodeControl('WeightCommit', announced));
  };
  put(0, encodeNetworkImage(image));
  put(1, identity);
  assert.equal(running(), crc32c(identity));

  const originals = plausible();
  /** what the piece that is being made was made of */
  const known = new Set<string>();
  const allowed = new Set([crc32c(identity), crc32c(OTHER)]);
  let accepted = 0;
  let good = 0;
  let bad = 0;
  let fair = 0;
  let intact = false;
  let shortCheck = false;
  const parser = new FrameParser(256, {
    frame: () => {
      if (!intact) accepted++;
      else good++;
    },
    damaged: (damage) => {
      assert.ok(!intact, 'an intact frame must be accepted');
      // A frame whose structure is right is thrown away by its check alone: here chance has its say.
      if (shortCheck && damage === 'crc') fair++;
    },
  });
  parser.format = format;

  const scratch = new Uint8Array(700);
  const encoded = new Uint8Array(800);
  let turn = 0;
  /** mostly the next message in order, with the number that the device expects */
  const anyOf = (): Uint8Array => {
    const [value, payload] = originals[below(4) === 0 ? below(originals.length) : turn++ % originals.length]!;
    const bytes = frameOf(value, below(8) === 0 ? below(256) : next(), payload, format, acknowledged());
    known.add(inFrame(bytes.subarray(0, bytes.length - 1)));
    return bytes;
  };
  /** writes one piece that ends with a zero into `encoded`; returns its length */
  const make = (): number => {
    known.clear();
    const kind = below(4);
    if (kind === 0) {
      // Noise; about one byte in 64 is a delimiter.
      const length = 1 + below(200);
      for (let i = 0; i < length; i++) encoded[i] = below(64) === 0 ? 0 : random() & 0xff;
      encoded[length] = 0;
      return length + 1;
    }
    if (kind === 1) {
      // Frames in good COBS whose content and check are anything; short ones, and many where these have the weak check.
      let at = 0;
      for (let frames = wide ? 1 : SHORT_FRAMES; frames > 0; frames--) {
        const length = 6 + below(20);
        for (let i = 0; i < length; i++) scratch[i] = random() & 0xff;
        // Hello and Caps have a check of their own, and are no frames of the session.
        if ((scratch[0]! & 0x7f) < 3) scratch[0] = 0x48;
        at = cobsEncode(scratch, 0, length, encoded, at);
      }
      return at;
    }
    const original = anyOf();
    encoded.set(original);
    let length = original.length;
    if (kind === 2) {
      // One to four bytes changed, or a bit, or a piece cut out.
      const hits = 1 + below(4);
      for (let h = 0; h < hits; h++) {
        const at = below(length - 1);
        const what = below(3);
        if (what === 0) encoded[at] = random() & 0xff;
        else if (what === 1) encoded[at] = encoded[at]! ^ (1 << below(8));
        else if (length > 4) {
          encoded.copyWithin(at, at + 1, length);
          length--;
        }
      }
      encoded[length - 1] = 0;
      return length;
    }
    // As it was sent, or spliced with another one.
    if (below(8) !== 0) return length;
    const other = anyOf();
    const cut = 1 + below(length - 1);
    const from = below(other.length);
    encoded.set(other.subarray(from), cut);
    length = cut + other.length - from;
    return length;
  };

  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const begin = performance.now();
  let activated = 0;
  let last = running();
  for (let bytes = 0; bytes < total; ) {
    const length = make();
    bytes += length;
    // Frame by frame, for the books; the device gets the piece whole.
    for (let from = 0; from < length; ) {
      let to = from;
      while (encoded[to] !== 0) to++;
      if (to > from) {
        intact = known.has(inFrame(encoded.subarray(from, to)));
        if (!intact) bad++;
        shortCheck = !wide && !intact && to - from <= 67;
        parser.push(encoded, from, to + 1);
        shortCheck = false;
      }
      from = to + 1;
    }
    say(encoded.subarray(0, length));
    assert.equal(device.safe!(), true, 'nothing that was not sent may arm it');
    const now = running();
    if (now === last) continue;
    last = now;
    activated++;
    assert.ok(now === undefined || allowed.has(now), 'a weight image that was never sent became active');
  }
  const seconds = (performance.now() - begin) / 1000;
  globalThis.gc?.();
  const grown = process.memoryUsage().heapUsed - heap;
  assert.ok(good > 0 && device.counters!()['crcErrors']! > 0);
  await device.close?.();
  return { bytes: total, bad, accepted, chance: fair / 65536, good, activated, grown, seconds };
}

/** What holds of a run. */
export function judgeFuzz({ accepted, chance, bad, grown }: Fuzzed, wide: boolean): void {
  assert.ok(bad > 1000);
  // Under CRC-32C one in 4 billion: of some hundred thousand frames none.
  if (wide) assert.equal(accepted, 0, 'a bad frame was accepted under CRC-32C');
  else assert.ok(accepted <= chance + 5 * Math.sqrt(chance) + 5, `${accepted} bad frames accepted, ${chance.toFixed(1)} by chance`);
  assert.ok(globalThis.gc === undefined || grown < 4e6, `the heap grew by ${grown} bytes`);
}
