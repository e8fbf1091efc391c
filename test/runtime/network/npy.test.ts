import test from 'ava';
import fc from 'fast-check';
import { parseNpy } from '../../../runtime/network/npy.ts';
import { refusal } from './refusal.ts';
import { type NpyOptions, npy } from './write-npy.ts';

const values = [0, -1.5, 2 ** -40, 3e38, 0.1, -0];
const read = (bytes: Uint8Array) => parseNpy(bytes, 'w.npy');

test('arrays of float64 and float32 come back, from all three versions of the format', (t) => {
  for (const version of [1, 2, 3]) {
    t.deepEqual(read(npy(values, { version })), { shape: [6], values: Float64Array.from(values) });
    t.deepEqual([...read(npy(values, { version, descr: '<f4' })).values], values.map(Math.fround));
  }
});

test('shapes of any number of dimensions are told, and the order is row by row', (t) => {
  t.deepEqual(read(npy(values, { shape: '(2, 3)' })).shape, [2, 3]);
  t.deepEqual(read(npy(values, { shape: '(2,3)' })).shape, [2, 3]);
  t.deepEqual(read(npy(values, { shape: '(1, 2, 3, 1)' })).shape, [1, 2, 3, 1]);
  t.deepEqual(read(npy([4], { shape: '()' })), { shape: [], values: Float64Array.of(4) });
  t.deepEqual(read(npy([], { shape: '(0,)' })), { shape: [0], values: new Float64Array() });
  t.deepEqual([...read(npy(values, { shape: '(2, 3)' })).values], values);
});

test('bytes that numpy wrote are read', (t) => {
  // numpy.save(numpy.array([[1, 2], [3, 4.5]], '<f4')), numpy 2.4
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }                                                          \n";
  const bytes = Buffer.concat([
    Buffer.from('934e554d5059010076' + '00', 'hex'),
    Buffer.from(header),
    Buffer.from('0000803f000000400000404000009040', 'hex'),
  ]);
  t.deepEqual(read(bytes), { shape: [2, 2], values: Float64Array.of(1, 2, 3, 4.5) });
});

test('a window on a larger buffer is read where it begins', (t) => {
  const bytes = npy(values);
  const buffer = new Uint8Array(bytes.length + 7);
  buffer.set(bytes, 5);
  t.deepEqual([...read(buffer.subarray(5, 5 + bytes.length)).values], values);
});

test('what is not such an array is refused, with the reason', (t) => {
  const spoiled = (options: NpyOptions) => npy(values, options);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(), /no NUMPY magic/],
    [new TextEncoder().encode('sample,pvc\n1,0\n'), /no NUMPY magic/],
    [spoiled({ version: 0 }), /version 0/],
    [spoiled({ version: 4 }), /version 4/],
    [spoiled({ descr: '>f4' }), /type >f4/],
    [spoiled({ descr: '<i8' }), /type <i8/],
    [spoiled({ descr: '<f2' }), /type <f2/],
    [spoiled({ descr: '<c8' }), /type <c8/],
    [spoiled({ descr: 'x'.repeat(30_000) }), /type x{20}$/],
    [spoiled({ fortran: 'True' }), /not in C order/],
    [spoiled({ shape: '6' }), /not in C order/],
    [spoiled({ shape: '(7,)' }), /48 bytes for shape \(7,\)/],
    [spoiled({ shape: '(-1,)' }), /shape \(-1,\)/],
    [spoiled({ shape: '(-2, -3)' }), /shape/],
    [spoiled({ shape: '(6e0,)' }), /shape/],
    [spoiled({ shape: '(2.5,)' }), /shape/],
    [spoiled({ shape: '(6L,)' }), /shape/],
    [spoiled({ shape: '(,)' }), /shape/],
    [spoiled({ shape: `(${'9'.repeat(400)},)` }), /shape/],
    [spoiled({ shape: '(4294967296, 4294967296)' }), /bytes for shape/],
  ];
  for (const [bytes, reason] of cases) {
    const error = refusal(() => read(bytes));
    t.is(error?.code, 'ERR_BAD_NPY', String(reason));
    t.regex(error?.message ?? '', /^w\.npy is not a readable \.npy array: /);
    t.regex(error?.message ?? '', reason);
    t.regex(error?.remedy ?? '', /numpy\.save/);
  }
});

test('the time for a header grows as its length does', (t) => {
  const spoil: Readonly<Record<string, (length: number) => NpyOptions>> = {
    'spaces in a shape': (length) => ({ shape: `(1${' '.repeat(length)}x)` }),
    'shapes without an end': (length) => ({ shape: "'shape':(".repeat(length / 9) }),
    'digits in a shape': (length) => ({ shape: `(${'1'.repeat(length)}x)` }),
  };
  for (const [name, options] of Object.entries(spoil)) {
    const time = (length: number): number => {
      const bytes = npy(values, { version: 2, ...options(length) });
      return Math.min(
        ...Array.from({ length: 5 }, () => {
          const started = performance.now();
          refusal(() => read(bytes));
          return performance.now() - started;
        }),
      );
    };
    // Where work grows as the square, this is 256.
    t.true(time(160_000) / time(10_000) < 100, name);
  }
});

test('a file cut off anywhere is refused', (t) => {
  for (const version of [1, 2]) {
    const bytes = npy(values, { version });
    for (let length = 0; length < bytes.length; length++)
      t.is(refusal(() => read(bytes.subarray(0, length)))?.code, 'ERR_BAD_NPY', `${length} bytes`);
  }
});

test('the first number that is not finite is named', (t) => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const error = refusal(() => read(npy([1, 2, wrong, Number.NaN])));
    t.is(error?.code, 'ERR_NOT_FINITE');
    t.is(error?.path, 'w.npy[2]');
    t.regex(error?.message ?? '', new RegExp(String(wrong)));
  }
});

test('no bytes throw anything but a refusal', (t) => {
  const good = npy(values, { version: 2 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      refusal(() => read(bytes));
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      refusal(() => read(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...bytes)));
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
