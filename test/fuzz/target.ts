import fc from 'fast-check';
import { generator } from '../native/layout.ts';

/** One parser under fuzzing. Every case must end: in a value, or in an error of the table, which `read` swallows. Anything that `read` throws is a failure. */
export interface Target<Case> {
  readonly name: string;
  /** of all cases of a long run; the shares of all targets make 1. Less where a case costs more */
  readonly share: number;
  readonly cases: fc.Arbitrary<Case>;
  /** what is not spoiled: the slowest case is held to its time */
  readonly whole: Case;
  /** bytes, or whatever else time and memory may be in proportion to */
  size(input: Case): number;
  /** reads it; true where it was taken, false where it was refused */
  read(input: Case): boolean;
}

/** One change to some bytes. Small numbers that say a lot: they are cheap to draw, and to shrink. */
export interface Edit {
  readonly how: 'flip' | 'set' | 'number' | 'delete' | 'insert' | 'repeat' | 'noise' | 'cut';
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

export const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('flip', 'flip', 'set', 'number', 'number', 'delete', 'insert', 'repeat', 'noise', 'cut'),
  at: fc.nat(0x7fffffff),
  // Mostly short; sometimes as long as what costs time where work is not in proportion.
  length: fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: 1, max: 16 }) },
    { weight: 1, arbitrary: fc.integer({ min: 17, max: 4096 }) },
  ),
  // What separates and encloses is drawn more often.
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 9, 10, 32, 39, 40, 41, 44, 48, 255)),
});

/** What lengths and counts are likely to be wrong by. */
const numbers = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 2 ** 40, 2 ** 53];

/** The bytes with one change; never the same array. */
export function edited(bytes: Uint8Array, { how, at: place, length, value }: Edit): Uint8Array {
  const at = place % (bytes.length + 1);
  const end = Math.min(bytes.length, at + length);
  const splice = (middle: Uint8Array, from: number): Uint8Array => {
    const result = new Uint8Array(at + middle.length + bytes.length - from);
    result.set(bytes.subarray(0, at));
    result.set(middle, at);
    result.set(bytes.subarray(from), at + middle.length);
    return result;
  };
  const same = bytes.slice();
  switch (how) {
    case 'flip':
      if (at < same.length) same[at]! ^= 1 << (value & 7);
      return same;
    case 'set':
      return same.fill(value, at, end);
    case 'number': {
      const number = numbers[value % numbers.length]!;
      const wide = new Uint8Array(8);
      new DataView(wide.buffer).setBigUint64(0, BigInt(number), true);
      same.set(wide.subarray(0, Math.min([1, 2, 4, 8][length & 3]!, same.length - at)), at);
      return same;
    }
    case 'delete':
      return splice(new Uint8Array(0), end);
    case 'insert':
      return splice(new Uint8Array(length).fill(value), at);
    case 'repeat': {
      const part = bytes.subarray(at, Math.min(bytes.length, at + (value & 15) + 1));
      const times = part.length === 0 ? 0 : Math.ceil(length / part.length);
      const middle = new Uint8Array(times * part.length);
      for (let k = 0; k < times; k++) middle.set(part, k * part.length);
      return splice(middle, at);
    }
    case 'noise': {
      const random = generator(value + 256 * length);
      for (let k = at; k < end; k++) same[k] = 256 * random();
      return same;
    }
    case 'cut':
      return bytes.slice(0, at);
  }
}

export const editedBy = (bytes: Uint8Array, edits: readonly Edit[]): Uint8Array => edits.reduce(edited, bytes);

/** Changes to bytes, and whether checksums are made right again, so that what stands behind them is reached. */
export interface Spoiled {
  readonly edits: readonly Edit[];
  readonly mended: boolean;
}

export const spoiled: fc.Arbitrary<Spoiled> = fc.record({
  edits: fc.array(edit, { maxLength: 4 }),
  mended: fc.boolean(),
});
