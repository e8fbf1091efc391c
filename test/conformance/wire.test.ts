import test from 'ava';
import {
  applyPatch,
  type ControlName,
  cobsDecode,
  cobsEncode,
  code,
  crc16,
  crc32c,
  decodeControl,
  decodeNetworkImage,
  description,
  encodeControl,
  encodeNetworkImage,
  FrameParser,
  FrameWriter,
  Link,
  mostOf,
  PatchWriter,
  type PinMode,
  readPinModes,
  readPinReadings,
  readStates,
  readStatesQuestion,
  readTimeSync,
  readWeightData,
  SpikeBatch,
  SpikeWriter,
  schema16,
  schema32,
  sessionFormat,
  type Target,
  WeightHeader,
  writeChunk,
  writePin,
  writeStates,
  writeStatesQuestion,
  writeTarget,
  writeTimeSync,
  writeWeightRead,
} from '../../firmware-bridge/index.ts';
import { bridgeFile } from '../firmware-bridge/support.ts';
import { block, byte, bytesOf, unused, vectors } from '../firmware-bridge/vectors.ts';

const buffer = new Uint8Array(2048);
const written = (end: number): Uint8Array => buffer.slice(0, end);
/** Every row again with one bit of what came over the wire wrong: what `decode` makes of it must differ. */
function flips(wire: Uint8Array, visit: (bad: Uint8Array, bit: number) => void): void {
  for (let bit = 0; bit < 8 * wire.length; bit++) {
    const bad = wire.slice();
    bad[bit >> 3] ^= 1 << (bit & 7);
    visit(bad, bit);
  }
}

test('COBS', (t) => {
  for (const [decoded, encoded] of vectors('cobs')) {
    const [plain, wire] = [bytesOf(decoded), bytesOf(encoded)];
    t.deepEqual(written(cobsEncode(plain, 0, plain.length, buffer, 0)), wire, decoded);
    t.is(cobsDecode(wire, 0, wire.length, buffer), plain.length);
    t.deepEqual(written(plain.length), plain, decoded);
  }
});

test('CRCs', (t) => {
  for (const [text, short, long] of vectors('crc')) {
    const bytes = bytesOf(text);
    t.is(crc16(bytes), byte(short));
    t.is(crc32c(bytes), byte(long));
    flips(bytes, (bad) => {
      t.not(crc16(bad), byte(short));
      t.not(crc32c(bad), byte(long));
    });
  }
});

test('the description and the seeds that come of it', (t) => {
  t.is(block('description'), description);
  for (const [session, short, long] of vectors('seeds')) {
    const { seed16, seed32 } = session === 'none' ? { seed16: schema16, seed32: schema32 } : sessionFormat(byte(session), false);
    t.deepEqual([seed16, seed32], [byte(short), byte(long)], session);
  }
});

function parserOf(session: string, wide: string) {
  const frames: Uint8Array[] = [];
  const parser = new FrameParser(256, {
    frame: (type, seq, ack, credit, bytes, start, end) => frames.push(Uint8Array.of(type, seq, ack, credit, ...bytes.subarray(start, end))),
    damaged: () => {},
  });
  parser.format = sessionFormat(byte(session), wide === '1');
  return { frames, parse: (wire: Uint8Array) => parser.push(wire, 0, wire.length) };
}

test('frames', (t) => {
  const writer = new FrameWriter();
  for (const [session, wide, head, text, encoded] of vectors('frames')) {
    const [header, payload, wire] = [bytesOf(head), bytesOf(text), bytesOf(encoded)];
    writer.format = sessionFormat(byte(session), wide === '1');
    t.deepEqual(written(writer.write(header[0], header[1], header[2], header[3], payload, 0, payload.length, buffer, 0)), wire, encoded);
    const { frames, parse } = parserOf(session, wide);
    parse(wire);
    t.deepEqual(frames, [Uint8Array.of(...header, ...payload)]);
    flips(wire, (bad, bit) => {
      const other = parserOf(session, wide);
      other.parse(bad);
      other.parse(Uint8Array.of(0));
      t.deepEqual(other.frames, [], `bit ${bit} of ${encoded}`);
    });
  }
});

test('what is no frame', (t) => {
  const [[session]] = vectors('frames');
  for (const [encoded, why] of vectors('damaged')) {
    const { frames, parse } = parserOf(session, '0');
    parse(bytesOf(encoded));
    t.deepEqual(frames, [], why);
  }
});

test('control messages', (t) => {
  for (const [name, fields, encoded] of vectors('control')) {
    const message = JSON.parse(fields);
    if (typeof message.fwHash === 'string') message.fwHash = Uint8Array.from(Buffer.from(message.fwHash, 'hex'));
    const payload = bytesOf(encoded);
    const control = name as ControlName;
    t.deepEqual(Uint8Array.from(encodeControl(control, message)), payload, name);
    t.deepEqual<unknown, unknown>(decodeControl(code[control], payload, 0, payload.length), { name, message });
    flips(payload, (bad, bit) => {
      t.notDeepEqual<unknown, unknown>(decodeControl(code[control], bad, 0, bad.length), { name, message }, `bit ${bit} of ${name}`);
    });
  }
});

test('the table of messages', (t) => {
  const rows = Array.from(bridgeFile('PROTOCOL.md').matchAll(/^\| ([0-9a-f]{2}) +\| ([A-Z]\w+) +\|/gm), ([, hex, name]) => [
    name,
    byte(hex),
  ]);
  t.deepEqual(Object.fromEntries(rows), { ...code });
});

/** `1000: 3=5 20=300; 1001: 4`: ticks, ids and values. */
const ticksOf = (text: string) =>
  text === '-'
    ? []
    : text.split(';').map((group) => {
        const [tick, list] = group.split(':');
        const pairs = list
          .trim()
          .split(' ')
          .map((one) => one.split('=').map(Number));
        return {
          tick: Number(tick),
          graded: pairs[0].length > 1,
          addresses: pairs.map(([id]) => id),
          values: pairs.map(([, value = 1]) => value),
        };
      });

test('spikes', (t) => {
  const writer = new SpikeWriter();
  const batch = new SpikeBatch(16, 64);
  const read = () =>
    Array.from({ length: batch.groups }, (_, g) => {
      const range = [batch.starts[g], batch.starts[g + 1]] as const;
      return { tick: batch.ticks[g], addresses: [...batch.addresses.subarray(...range)], values: [...batch.values.subarray(...range)] };
    });
  for (const [base, text, encoded] of vectors('spikes')) {
    writer.begin(buffer, 0, 256, Number(base));
    const ticks = ticksOf(text);
    for (const { tick, graded, addresses, values } of ticks) {
      writer.add(tick, Uint32Array.from(addresses), 0, addresses.length, graded ? Uint32Array.from(values) : undefined);
    }
    const payload = bytesOf(encoded);
    t.deepEqual(written(writer.end), payload, text);
    t.true(batch.decode(payload, 0, payload.length, 1 << 22));
    const expected = ticks.map(({ tick, addresses, values }) => ({ tick, addresses, values }));
    t.is(batch.baseTick, Number(base));
    t.deepEqual(read(), expected);
    flips(payload, (bad, bit) => {
      const same =
        batch.decode(bad, 0, bad.length, 1 << 22) && batch.baseTick === Number(base) && JSON.stringify(read()) === JSON.stringify(expected);
      t.false(same, `bit ${bit} of ${encoded}`);
    });
  }
});

test('weight chunks', (t) => {
  for (const [region, generation, offset, text, encoded] of vectors('weights')) {
    const [bytes, payload] = [bytesOf(text), bytesOf(encoded)];
    const image = new Uint8Array(Number(offset) + bytes.length);
    image.set(bytes, Number(offset));
    t.deepEqual(written(writeChunk(buffer, Number(region), Number(generation), image, Number(offset), bytes.length)), payload);
    const header = new WeightHeader();
    t.true(header.decode(payload, 0, payload.length));
    t.deepEqual([header.region, header.generation, header.offset], [region, generation, offset].map(Number));
    t.deepEqual(payload.subarray(header.start, header.end), bytes);
  }
});

test('weight patches', (t) => {
  for (const [region, generation, before, after, encoded] of vectors('patches')) {
    const [old, next, payload] = [bytesOf(before), bytesOf(after), bytesOf(encoded)];
    t.deepEqual(written(new PatchWriter().next(buffer, 128, Number(region), Number(generation), old, next)), payload);
    const header = new WeightHeader();
    header.decode(payload, 0, payload.length);
    t.is(applyPatch(payload, header, old), next.findLastIndex((value, i) => value !== bytesOf(before)[i]) + 1);
    t.deepEqual(old, next);
    flips(payload.subarray(2), (bad, bit) => {
      const image = bytesOf(before);
      const bytes = Uint8Array.of(...payload.subarray(0, 2), ...bad);
      header.decode(bytes, 0, bytes.length);
      t.false(applyPatch(bytes, header, image) >= 0 && Buffer.compare(image, next) === 0, `bit ${bit} of ${encoded}`);
    });
  }
});

test('the network image', (t) => {
  for (const [json, encoded] of vectors('image')) {
    const image = JSON.parse(json);
    const bytes = bytesOf(encoded);
    t.deepEqual(encodeNetworkImage(image), bytes);
    t.deepEqual(decodeNetworkImage(bytes), image);
    // Reserved bytes apart, no bit is without meaning.
    let silent = 0;
    flips(bytes, (bad) => {
      if (JSON.stringify(decodeNetworkImage(bad)) === JSON.stringify(decodeNetworkImage(bytes))) silent++;
    });
    const reserved = 4 + 4 * image.populations.length + 10 * image.projections.length;
    const unusedBeta = 4 * image.populations.filter((p: { beta: unknown }) => typeof p.beta !== 'number').length;
    t.is(silent, 8 * (reserved + unusedBeta));
  }
});

test('time', (t) => {
  for (const [id, t1, t2, t3, encoded] of vectors('time')) {
    const message = { id: Number(id), t1: Number(t1), t2: Number(t2), t3: Number(t3) };
    const payload = bytesOf(encoded);
    t.deepEqual(written(writeTimeSync(buffer, message)), payload);
    const read = { id: 0, t1: 0, t2: 0, t3: 0 };
    t.true(readTimeSync(payload, 0, payload.length, read));
    t.deepEqual(read, message);
  }
});

test('a dialogue: both ends say exactly what is written', (t) => {
  const lines = vectors('dialogue').map(([who, wire]) => ({ who, wire: bytesOf(wire) }));
  const caps = vectors('control').find(([name]) => name === 'Caps');
  const { fwHash, ...rest } = JSON.parse(caps?.[1] ?? '{}');
  const said: { who: string; wire: Uint8Array }[] = [];
  const hears: Record<string, (bytes: Uint8Array) => void> = {};
  const line = (who: string) => ({
    state: 'open' as const,
    open: async () => {},
    close: async () => {},
    write: (bytes: Uint8Array, start: number, end: number) => said.push({ who, wire: bytes.slice(start, end) }) > 0,
    onBytes: (listener: (bytes: Uint8Array, start: number, end: number) => void) => {
      hears[who] = (bytes) => listener(bytes, 0, bytes.length);
      return () => {};
    },
    onLost: () => () => {},
  });
  const device = new Link({
    transport: line('device'),
    now: () => 0,
    caps: { ...rest, fwHash: Buffer.from(fwHash, 'hex') },
    handlers: { message: (value) => value === code.Reward },
  });
  const host = new Link({
    transport: line('host'),
    now: () => 0,
    session: () => 0x01020304,
    features: 0,
    handlers: { message: () => true },
  });
  device.start();
  said.length = 0; // the announcement at start is not part of it
  host.start();
  let heard = 0;
  const talk = (): void => {
    for (; heard < said.length; heard++) hears[said[heard].who === 'host' ? 'device' : 'host'](said[heard].wire);
  };
  talk();
  host.sendControl('Reward', { tick: 5, valueQ16: 65536 });
  talk();
  host.send(0x2f, Uint8Array.of(1, 2));
  talk();
  t.deepEqual(said, lines);
});

test('learning', (t) => {
  for (const [message, json, encoded] of vectors('learning') as [string, string, string][]) {
    const bytes = bytesOf(encoded);
    const fields = JSON.parse(json);
    const out = new Uint8Array(64);
    if (message === 'Target') t.deepEqual(out.subarray(0, writeTarget(out, fields as Target)), bytes, encoded);
    if (message === 'WeightRead') t.deepEqual(out.subarray(0, writeWeightRead(out, fields.region, fields.offset, fields.count)), bytes);
    if (message !== 'WeightData') continue;
    const data = { region: 0, generation: 0, offset: 0, start: 0, end: 0 };
    t.true(readWeightData(bytes, 0, bytes.length, data));
    t.deepEqual([data.region, data.generation, data.offset], [fields.region, fields.generation, fields.offset]);
    t.deepEqual(bytes.subarray(data.start, data.end), Uint8Array.from(fields.bytes));
    t.false(readWeightData(bytes, 0, 4, data));
  }
});

test('states', (t) => {
  for (const [who, json, encoded] of vectors('states') as [string, string, string][]) {
    const bytes = bytesOf(encoded);
    const { tick, population, first, states } = JSON.parse(json);
    const out = new Uint8Array(64);
    if (who === 'host') {
      t.deepEqual(out.subarray(0, writeStatesQuestion(out, population, first)), bytes);
      const question = { population: 0, first: 0 };
      t.true(readStatesQuestion(bytes, 0, bytes.length, question));
      t.deepEqual(question, { population, first });
      for (const end of [2, 4]) t.false(readStatesQuestion(new Uint8Array(4), 0, end, question));
      continue;
    }
    const size = first + states.length;
    const held = new Int32Array(size);
    held.set(states, first);
    t.deepEqual(out.subarray(0, writeStates(out, 64, tick, population, first, held)), bytes);
    const read = new Int32Array(size);
    const answer = { tick: 0, population: 0, first: 0, count: 0 };
    t.true(readStates(bytes, 0, bytes.length, answer, read));
    t.deepEqual([answer, read], [{ tick, population, first, count: states.length }, held]);
    t.false(readStates(bytes, 0, bytes.length - 1, answer, read), 'half a state');
    if (size > 0) t.false(readStates(bytes, 0, bytes.length, answer, new Int32Array(size - 1)), 'more than there are');
    t.is(writeStates(out, 14, tick, population, first, held), Math.min(bytes.length, 11), 'as many as fit');
  }
});

test('pins', (t) => {
  let modes: Uint8Array = new Uint8Array(0);
  for (const [who, json, encoded] of vectors('pins') as [string, string, string][]) {
    const bytes = bytesOf(encoded);
    const fields = JSON.parse(json);
    const out = new Uint8Array(4);
    if (who === 'host') {
      if ('pin' in fields) t.deepEqual(out.subarray(0, writePin(out, fields.pin, fields.mode, fields.value)), bytes);
      else t.deepEqual(bytes, Uint8Array.of(fields.what));
      continue;
    }
    if (fields.what === 0) {
      modes = readPinModes(bytes, 0, bytes.length) ?? modes;
      t.deepEqual([...modes], fields.modes);
      continue;
    }
    t.is(readPinModes(bytes, 0, bytes.length), undefined);
    const readings = { levels: new Uint8Array(modes.length), voltages: new Uint16Array(modes.length) };
    t.true(readPinReadings(bytes, 0, bytes.length, modes, readings));
    t.deepEqual([[...readings.levels], [...readings.voltages.slice(8)]], [fields.levels, fields.voltages]);
    for (const end of [0, 1, bytes.length - 1]) t.false(readPinReadings(bytes, 0, end, modes, readings));
    t.false(readPinReadings(bytes, 0, bytes.length, modes.fill(0), readings), 'pins without a voltage');
  }
  t.deepEqual(
    [0, 1, 2, 3, 4, 5].map((mode) => mostOf(mode as PinMode)),
    [0, 0, 0, 1, 255, 3000],
  );
});

test.after('every block of PROTOCOL.md was run', (t) => {
  t.deepEqual(unused(), []);
});
