import { writeFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import {
  type ControlName,
  code,
  decodeControl,
  description,
  descriptor,
  descriptorSet,
  encodeControl,
  errorReason,
  neuronKindBit,
  neuronKinds,
  resetCause,
  safetyState,
  schema32,
  UNRELIABLE,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import { bridgeFile, bridgeFileUrl, fromHex } from './support.ts';

const parsed = protobuf.parse(bridgeFile('protocol.proto'));
const wire = parsed.root.lookup('ganglion.wire') as protobuf.Namespace;

test('descriptor.ts is protocol.proto', (t) => {
  const json = parsed.root.toJSON();
  if (process.env['UPDATE_DESCRIPTOR'] === '1') {
    const source = bridgeFile('descriptor.ts');
    const head = source.slice(0, source.indexOf('export const'));
    writeFileSync(bridgeFileUrl('descriptor.ts'), `${head}export const descriptor = ${JSON.stringify(json)};\n`);
  }
  t.deepEqual<unknown, unknown>(JSON.parse(JSON.stringify(descriptor)), JSON.parse(JSON.stringify(json)));
});

test('the frozen description says of every message what the code and the schema say', (t) => {
  const lines = description.split('\n').filter((line) => line.startsWith('code '));
  const codes = new Map<string, number>(Object.entries(code));
  // Minor versions add to it without touching it (PROTOCOL.md, sections 13 to 15).
  const added = ['Target', 'Pin', 'WeightRead', 'WeightData', 'States', 'Pins'];
  t.deepEqual(
    [...codes.keys()].filter((name) => !lines.some((line) => line.split(' ')[2] === name)),
    added,
  );
  t.is(lines.length + added.length, codes.size);
  for (const line of lines) {
    const [, hex, name, ...fields] = line.split(' ');
    t.is(codes.get(name), Number.parseInt(hex, 16), line);
    const type = wire.get(name);
    if (!(type instanceof protobuf.Type)) continue;
    for (const field of fields) {
      const [id, kind, protoName] = field.split(':');
      const found = type.fieldsById[Number(id)];
      t.is(found.type, kind, line);
      // A name that protobufjs has turned to camel case remembers its own.
      t.is((found.toJSON() as { protoName?: string }).protoName ?? found.name, protoName, line);
    }
  }
});

/** Fields that came later: the description does not have them, for it is frozen. */
const added: Readonly<Record<string, readonly string[]>> = { Caps: ['maxDelay', 'maxGrade', 'networkBytes'] };

test('every field of major version 1.0 is in the description', (t) => {
  for (const type of wire.nestedArray) {
    if (!(type instanceof protobuf.Type)) continue;
    const line = description.split('\n').find((one) => one.split(' ')[2] === type.name);
    t.is(
      line?.match(/\d+:\w+:\w+/g)?.length ?? 0,
      type.fieldsArray.filter(({ name }) => !added[type.name]?.includes(name)).length,
      type.name,
    );
  }
  t.is(schema32, 0x4b1847b2, 'a change of the description is a new major version');
});

test('the enums of the code are those of the schema', (t) => {
  const upper = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();
  const pairs: [string, Record<string, number>][] = [
    ['WeightStatus', weightStatus],
    ['ErrorReason', errorReason],
    ['ResetCause', resetCause],
    ['SafetyState', safetyState],
    ['NeuronKind', Object.fromEntries(neuronKinds.map((kind, i) => [kind, i]))],
  ];
  for (const [name, values] of pairs) {
    const expected = Object.fromEntries(Object.entries(values).map(([key, value]) => [upper(key), value]));
    t.deepEqual({ ...wire.lookupEnum(name).values }, expected, name);
  }
  t.deepEqual(
    Object.entries(neuronKindBit),
    neuronKinds.map((kind, i) => [kind, 1 << i]),
  );
});

test('the class of a message is in its code', (t) => {
  const unreliable = Object.entries(code).filter(([, value]) => value & UNRELIABLE);
  t.deepEqual(
    unreliable.map(([name]) => name),
    ['Heartbeat', 'Nak', 'Spikes', 'Telemetry', 'TimeSync', 'WeightRead', 'WeightData', 'States', 'Pins'],
  );
});

test('an absent base is no base, and generation 0 is one', (t) => {
  const begin = { region: 1, generation: 2, total: 3, crc32c: 4 };
  const there = (message: object): unknown => {
    const payload = encodeControl('WeightBegin', message as typeof begin);
    return decodeControl(code.WeightBegin, payload, 0, payload.length)?.message;
  };
  t.deepEqual(there(begin), begin);
  t.deepEqual(there({ ...begin, base: 0 }), { ...begin, base: 0 });
});

test('unknown fields are skipped', (t) => {
  // Reward {tick 7}, then field 15 as varint, field 16 as bytes, field 17 as fixed32.
  const payload = fromHex('0807 7805 820102abcd 8d0101020304');
  t.deepEqual(decodeControl(code.Reward, payload, 0, payload.length), { name: 'Reward', message: { tick: 7, valueQ16: 0 } });
});

test('whatever arrives as any message, decoding does not throw', (t) => {
  const names = Object.keys(code) as ControlName[];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 248 }), (name, bytes) => {
      const decoded = decodeControl(code[name], bytes, 0, bytes.length);
      return decoded === undefined || decoded.name === name;
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

test('what a decoded message holds is its own, not the parser’s', (t) => {
  const caps = { ...parseCaps(), fwHash: Uint8Array.of(1, 2, 3) };
  const payload = encodeControl('Caps', caps);
  const decoded = decodeControl(code.Caps, payload, 0, payload.length);
  payload.fill(0xff);
  t.deepEqual(decoded?.name === 'Caps' ? decoded.message.fwHash : undefined, Uint8Array.of(1, 2, 3));
});

const parseCaps = () => {
  const decoded = decodeControl(code.Caps, new Uint8Array(0), 0, 0);
  if (decoded?.name !== 'Caps') throw new Error('no Caps');
  return decoded.message;
};

test('the descriptor set names every message', async (t) => {
  const bytes = Buffer.from(await descriptorSet()).toString('latin1');
  for (const name of ['ganglion.wire', 'Hello', 'Telemetry', 'value_q16']) t.true(bytes.includes(name), name);
});
