import test from 'ava';
import fc from 'fast-check';
import {
  CheckpointError,
  concat,
  decodeState,
  delta,
  type Encoder,
  encodeState,
  encodeStateInto,
  fieldsOf,
  latency,
  levelCrossing,
  type State,
  select,
} from '../../../runtime/index.ts';

const numbers = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.uint8Array(),
  fc.int8Array(),
  fc.uint16Array(),
  fc.int16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);
const states: fc.Arbitrary<State> = fc.letrec<{ state: State }>((tie) => ({
  state: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    numbers,
    fc.array(tie('state'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('state'), { maxKeys: 5 }),
  ),
})).state;

test('a state comes back as it was, and has one encoding whatever the order of its fields', (t) => {
  fc.assert(
    fc.property(states, (state) => {
      const bytes = encodeState(state);
      const back = decodeState(bytes);
      const reversed = (value: State): State =>
        value === null || typeof value !== 'object' || ArrayBuffer.isView(value)
          ? value
          : Array.isArray(value)
            ? value.map(reversed)
            : Object.fromEntries(
                Object.entries(value)
                  .reverse()
                  .map(([name, inner]) => [name, reversed(inner)]),
              );
      return Buffer.compare(encodeState(back), bytes) === 0 && Buffer.compare(encodeState(reversed(state)), bytes) === 0;
    }),
    { numRuns: 300 },
  );
  const state = { z: -0, not: Number.NaN, list: [null, true, 'ü'], words: Uint32Array.of(1, 2 ** 31), big: BigInt64Array.of(-5n) };
  t.deepEqual(decodeState(encodeState(state)), state);
});

test('the encoding is little-endian by definition', (t) => {
  t.is(Buffer.from(encodeState(Uint32Array.of(0x01020304))).toString('hex'), '150100000004030201');
  t.is(Buffer.from(encodeState({ b: 1, a: null })).toString('hex'), '06020000000100000061000100000062' + '03000000000000f03f');
});

test('shared memory takes a state, or says that it does not fit', (t) => {
  fc.assert(
    fc.property(states, fc.nat({ max: 200 }), (state, room) => {
      const whole = encodeState(state);
      const shared = new Uint8Array(new SharedArrayBuffer(room));
      const length = encodeStateInto(state, shared);
      // Text is asked three bytes a unit before it is known to take fewer.
      return length === -1 ? room < 3 * whole.length : Buffer.compare(shared.slice(0, length), whole) === 0;
    }),
    { numRuns: 200 },
  );
  t.is(encodeStateInto('abc', new Uint8Array(2)), -1);
});

test('whatever bytes come, they are a state of that very encoding, or refused with a path', (t) => {
  const holds = (bytes: Uint8Array): boolean => {
    try {
      return Buffer.compare(encodeState(decodeState(bytes)), bytes) === 0;
    } catch (error) {
      return error instanceof CheckpointError && error.code === 'ERR_CHECKPOINT_STATE' && error.path !== undefined;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), holds), { numRuns: 3000 });
  fc.assert(
    fc.property(states, fc.nat(), fc.nat({ max: 7 }), (state, at, bit) => {
      const bytes = encodeState(state);
      bytes[at % bytes.length]! ^= 1 << bit;
      return holds(bytes);
    }),
    { numRuns: 1000 },
  );
  // Counts of four thousand millions take no memory, depth no stack.
  for (const tag of [4, 5, 6, ...Array.from({ length: 10 }, (_, k) => 16 + k)]) t.true(holds(Uint8Array.of(tag, 255, 255, 255, 255, 0)));
  t.throws(() => decodeState(Uint8Array.from(Array.from({ length: 100_000 }, () => [5, 1, 0, 0, 0]).flat())), {
    code: 'ERR_CHECKPOINT_STATE',
  });
});

test('a message stays short, however long the names are that the bytes give', (t) => {
  const bytes = encodeState({ ['\u0001'.repeat(100_000)]: { inner: null } });
  bytes[bytes.length - 1] = 9;
  const { message } = t.throws(() => decodeState(bytes), { code: 'ERR_CHECKPOINT_STATE', message: /got kind 9$/ });
  t.true(message.length < 400, `${message.length}`);
});

test('what is no plain data is refused when it is written', (t) => {
  for (const value of [undefined, () => 0, new Map(), 1n, new Date(), '\ud800']) {
    t.throws(() => encodeState({ inner: [value as State] }), { code: 'ERR_CHECKPOINT_STATE', message: /state\.inner\[0\]/ }, typeof value);
  }
});

test('fields are of the kind and the length that is asked for', (t) => {
  const fields = fieldsOf({ n: 1, list: [], words: Uint32Array.of(1) }, 'x');
  for (const wrong of [
    () => fields.text('n'),
    () => fields.number('missing'),
    () => fields.number('constructor'),
    () => fields.into('words', new Uint32Array(2)),
    () => fields.into('words', new Float32Array(1)),
    () => fields.list('words'),
    () => fieldsOf([], 'x'),
    () => fieldsOf(Uint8Array.of(1), 'x'),
  ])
    t.throws(wrong, { code: 'ERR_CHECKPOINT_STATE', message: /at x/ });
});

const encoders: Readonly<Record<string, () => Encoder<number>>> = {
  levelCrossing: () => levelCrossing({ levels: [-0.5, 0, 0.5], hysteresis: 0.1 }),
  delta: () => delta({ steps: [0.1, 0.3], max: 2 }),
  latency: () => latency({ size: 3, window: 7 }),
  concat: () => concat(delta({ steps: [0.2] }), levelCrossing({ levels: [0] })),
  select: () => select((value: number) => -value, delta({ steps: [0.1] })),
};
for (const [name, make] of Object.entries(encoders)) {
  test(`an encoder goes on where its state was taken: ${name}`, (t) => {
    const signal = (tick: number): number => Math.sin(tick * 0.7) * Math.cos(tick * 0.13);
    const play = (encoder: Encoder<number>, from: number, to: number): string => {
      const row = new Float32Array(encoder.size);
      let text = '';
      for (let tick = from; tick < to; tick++) {
        encoder.encode(signal(tick), row, tick);
        text += `${row};`;
      }
      return text;
    };
    const whole = make();
    play(whole, 0, 32);
    const state = decodeState(encodeState(whole.state!()));
    const rest = play(whole, 32, 64);
    const resumed = make();
    resumed.restore!(state);
    t.is(play(resumed, 32, 64), rest);
    t.not(play(make(), 32, 64), rest, 'the control has forgotten');
  });
}
