import { fromBfloat16, toBfloat16 } from '../exact.ts';
import type { Region } from './ops.ts';

/** Floats in a 64-byte line: rows and regions are padded to it. */
export const LINE = 16;

/** The first line of every arena: counters that native and reference code share. */
export const header = { tick: 0, status: 1, learning: 2, sinceUpdate: 3, updates: 4, sinceFold: 5 } as const;

/** Place of the factor on the learning rate among the doubles of a region `<projection>.optimizer`. */
export const RATE_FACTOR = 4;

export const pad = (count: number): number => Math.ceil(count / LINE) * LINE;

/** Gives a SharedArrayBuffer and the byte offset in it where an aligned block of `bytes` begins. */
export type Allocate = (bytes: number) => { readonly buffer: SharedArrayBuffer; readonly byteOffset: number };

/** Zeroed memory of no particular alignment; the native backend passes an allocator of 64-byte lines. */
export const allocate: Allocate = (bytes) => ({ buffer: new SharedArrayBuffer(bytes), byteOffset: 0 });

/**
 * Everything that changes while a program runs, as one block of shared memory: state, traces, weights, optimizer state,
 * counters, and last the tapes. It can be shared with a worker, is never moved and never detached.
 */
export interface Arena {
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  /** bfloat16, as their bits */
  readonly halves: Uint16Array;
  readonly regions: ReadonlyMap<string, Region>;
  /** borrows: a window on the region, padding included; lives as long as the arena. Of a region of bfloat16 it shows the words */
  view(name: string): Float32Array;
  /** copies: rows × columns without padding, yours */
  copy(name: string): Float32Array;
  /** overwrites rows × columns of a region */
  write(name: string, values: ArrayLike<number>): void;
}

export function createArena(regions: ReadonlyMap<string, Region>, length: number, from: Allocate): Arena {
  const { buffer, byteOffset } = from(length * 4);
  const floats = new Float32Array(buffer, byteOffset, length);
  const halves = new Uint16Array(buffer, byteOffset, length * 2);
  const region = (name: string): Region => {
    const found = regions.get(name);
    if (found === undefined) throw new RangeError(`the arena has no region '${name}'; explain() lists them`);
    return found;
  };
  return {
    floats,
    words: new Uint32Array(buffer, byteOffset, length),
    doubles: new Float64Array(buffer, byteOffset, length >> 1),
    halves,
    regions,
    view(name) {
      const { offset, length: size } = region(name);
      return floats.subarray(offset, offset + size);
    },
    copy(name) {
      const { offset, rows, columns, stride, bits } = region(name);
      const values = new Float32Array(rows * columns);
      if (bits === 16) {
        for (let k = 0; k < values.length; k++)
          values[k] = fromBfloat16(halves[2 * offset + Math.floor(k / columns) * stride + (k % columns)]!);
        return values;
      }
      for (let row = 0; row < rows; row++)
        values.set(floats.subarray(offset + row * stride, offset + row * stride + columns), row * columns);
      return values;
    },
    write(name, values) {
      const { offset, rows, columns, stride, bits } = region(name);
      if (values.length !== rows * columns)
        throw new RangeError(`${rows * columns} values required for region '${name}', got ${values.length}`);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const [at, value] = [row * stride + column, values[row * columns + column]!];
          if (bits === 16) halves[2 * offset + at] = toBfloat16(value);
          else floats[offset + at] = value;
        }
      }
    },
  };
}

/** 32-bit hash of the first `length` words: equal bits, equal hash (multiply–rotate mixing, as MurmurHash3). Allocates nothing. */
export function hashWords(words: Uint32Array, length: number): number {
  let hash = 0x9747b28c | 0;
  for (let i = 0; i < length; i++) {
    let k = Math.imul(words[i]!, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    hash ^= Math.imul(k, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A hash as people read it: eight hexadecimal digits. */
export const printHash = (hash: number): string => (hash >>> 0).toString(16).padStart(8, '0');
