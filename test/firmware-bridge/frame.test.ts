import test from 'ava';
import fc from 'fast-check';
import { payloadLimit, wireBytes } from '../../firmware-bridge/frame.ts';
import { code, FrameParser, FrameWriter, handshakeFormat, sessionFormat } from '../../firmware-bridge/index.ts';
import { noise, toHex } from './support.ts';

const MAX_FRAME = 256;
const format = sessionFormat(0x01020304, false);

function encode(payload: Uint8Array, type: number = code.Reward, session = format): Uint8Array {
  const writer = new FrameWriter();
  writer.format = session;
  const out = new Uint8Array(wireBytes(payload.length));
  return out.slice(0, writer.write(type, 5, 6, 7, payload, 0, payload.length, out, 0));
}

function parse(session = format) {
  const frames: string[] = [];
  const damage: string[] = [];
  const parser = new FrameParser(MAX_FRAME, {
    frame: (type, seq, ack, credit, bytes, start, end) =>
      frames.push(`${type} ${seq} ${ack} ${credit} ${toHex(bytes.subarray(start, end))}`),
    damaged: (kind) => damage.push(kind),
  });
  parser.format = session;
  return { parser, frames, damage };
}

const payloads = fc.uint8Array({ maxLength: payloadLimit(MAX_FRAME) });

test('a parser finds every frame, however the bytes are cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(payloads, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.boolean(),
      (list, cuts, wide) => {
        const session = sessionFormat(99, wide);
        const wire = Buffer.concat(list.map((payload) => encode(payload, code.Reward, session)));
        const { parser, frames, damage } = parse(session);
        for (let at = 0, i = 0; at < wire.length; i++) {
          const end = Math.min(wire.length, at + cuts[i % cuts.length]);
          parser.push(wire, at, end);
          at = end;
        }
        return damage.length === 0 && frames.join() === list.map((payload) => `${code.Reward} 5 6 7 ${toHex(payload)}`).join();
      },
    ),
  );
  t.pass();
});

test('no bit of a frame can be wrong unseen', (t) => {
  for (const length of [0, 12, 60, 61, 130]) {
    const wire = encode(noise(length, length));
    for (let bit = 0; bit < 8 * wire.length; bit++) {
      const bad = wire.slice();
      bad[bit >> 3] ^= 1 << (bit & 7);
      const { parser, frames } = parse();
      // A second delimiter, in case the frame's own is the one that was hit.
      parser.push(bad, 0, bad.length);
      parser.push(Uint8Array.of(0), 0, 1);
      t.deepEqual(frames, [], `bit ${bit} of a payload of ${length}`);
    }
  }
});

test('dropped, doubled and exchanged bytes are seen, and the frame behind them is not lost', (t) => {
  fc.assert(
    fc.property(
      payloads,
      fc.nat(),
      fc.constantFrom('drop', 'double', 'change', 'insert'),
      fc.integer({ min: 1, max: 255 }),
      (payload, where, how, value) => {
        const wire = Array.from(encode(payload));
        const good = encode(Uint8Array.of(1, 2, 3));
        const at = where % (wire.length - 1);
        if (how === 'drop') wire.splice(at, 1);
        else if (how === 'double') wire.splice(at, 0, wire[at]);
        else if (how === 'change') wire[at] ^= value;
        else wire.splice(at, 0, value);
        const bytes = Uint8Array.of(...wire, 0, ...good);
        const { parser, frames } = parse();
        parser.push(bytes, 0, bytes.length);
        return frames.join() === `${code.Reward} 5 6 7 010203`;
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

test('frames of another session or another description are damaged; Hello and Caps are readable by all', (t) => {
  for (const session of [sessionFormat(0x01020305, false), { ...handshakeFormat }, sessionFormat(0x01020304, true)]) {
    const { parser, frames, damage } = parse(session);
    const wire = encode(noise(20, 3));
    parser.push(wire, 0, wire.length);
    t.deepEqual([frames.length, damage.length], [0, 1]);
    const hello = encode(noise(20, 3), code.Hello);
    parser.push(hello, 0, hello.length);
    t.is(frames.length, 1);
  }
});

test('a megabyte of noise gives no frame, no error and no growth; the next frame is found', (t) => {
  const { parser, frames, damage } = parse();
  for (let block = 1; block <= 16; block++) {
    const junk = noise(1 << 16, block);
    parser.push(junk, 0, junk.length);
  }
  t.deepEqual(frames, []);
  t.true(damage.length > 1000);
  const wire = Uint8Array.of(0, ...encode(Uint8Array.of(9)));
  parser.push(wire, 0, wire.length);
  t.is(frames.length, 1);
});

test('noise without any zero is counted once, as one frame that is too long', (t) => {
  const { parser, frames, damage } = parse();
  const junk = noise(1 << 18, 3).map((byte) => byte || 1);
  parser.push(junk, 0, junk.length);
  parser.push(Uint8Array.of(0), 0, 1);
  t.deepEqual([frames, damage], [[], ['oversize']]);
});

test('the largest frame passes, one byte more does not', (t) => {
  const fits = encode(noise(payloadLimit(MAX_FRAME), 1));
  const tooLong = encode(noise(payloadLimit(MAX_FRAME) + 1, 1));
  const { parser, frames, damage } = parse();
  parser.push(fits, 0, fits.length);
  parser.push(tooLong, 0, tooLong.length);
  t.deepEqual([frames.length, damage], [1, ['oversize']]);
});

test('writing and parsing frames allocates nothing', (t) => {
  const payload = noise(30, 2);
  const out = new Uint8Array(wireBytes(payload.length));
  const writer = new FrameWriter();
  writer.format = format;
  let bytes = 0;
  const parser = new FrameParser(MAX_FRAME, {
    frame: (_type, _seq, _ack, _credit, _bytes, start, end) => {
      bytes += end - start;
    },
    damaged: () => {},
  });
  parser.format = format;
  const run = (frames: number): void => {
    for (let i = 0; i < frames; i++) {
      const end = writer.write(code.Spikes, i & 0xff, 0, 255, payload, 0, payload.length, out, 0);
      parser.push(out, 0, end);
    }
  };
  run(20_000);
  // Warm is when the compiler is done, which on a busy machine takes a while: until then numbers are boxed.
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 300 && least > 5_000 * 16; i++) {
    const before = process.memoryUsage().heapUsed;
    run(5_000);
    least = Math.min(least, Math.abs(process.memoryUsage().heapUsed - before));
  }
  t.true(bytes >= 25_000 * payload.length);
  t.true(least < 5_000 * 16, `${least} bytes for 5000 frames`);
});
