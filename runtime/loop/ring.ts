import { raise } from '../errors.ts';

/** First words of the shared memory. The producer alone writes HEAD and the counters, the consumer alone TAIL; all wrap at 2^32. */
const MAGIC = 0;
const CAPACITY = 1;
const HEAD = 2;
const WRITTEN = 3;
const DROPPED = 5;
const CLOSED = 7;
/** On a line of its own: two cores that write into one line wait for each other. */
const TAIL = 16;
const HEADER_BYTES = 128;
const SIGN = 0x72696e67;
/** What precedes the bytes of a record: its length and its kind. */
const PREFIX = 8;
/** Length of the record that fills the end of the memory, where the next one would not fit in one piece. */
const FILLER = -1;
const MIN_BYTES = 64;
const MAX_BYTES = 2 ** 30;

const roundUp = (bytes: number): number => (bytes + 7) & ~7;

/** What crossed, counted by the producer; both sides may read it. */
export interface RingCounts {
  /** records that were put in */
  readonly written: number;
  /** records that found no room: they are lost, in the order in which they came */
  readonly dropped: number;
}

/**
 * One end of a ring: a queue of byte records in shared memory, from one thread to one other. Neither end ever waits for the other; what does not
 * fit is dropped and counted. Only one thread may produce and only one may consume.
 */
export interface Ring {
  /** hand this to the other thread; {@link openRing} makes the other end of it */
  readonly buffer: SharedArrayBuffer;
  /** the longest record, bytes: half of the memory, so that it fits wherever the ring stands once it is empty */
  readonly longest: number;
  /** the whole memory of the records, for {@link Ring.reserve} */
  readonly bytes: Uint8Array;
  /** the same, for numbers: a record begins on a multiple of 8 */
  readonly view: DataView;
  /** Producer. Room for a record of `length` bytes: its place in `bytes`, or -1 when there is none (counted). Write, then {@link Ring.commit}. */
  reserve(length: number): number;
  /** Producer. Gives the reserved record to the consumer under `kind`, any whole number of 32 bits. */
  commit(kind: number): void;
  /** Producer. Copies a record in; false when there is no room (counted). Allocates nothing and never waits. */
  push(kind: number, bytes: Uint8Array): boolean;
  /** Producer. Wakes a consumer in {@link Ring.wait}; once a frame is enough. */
  wake(): void;
  /** Producer. Nothing more will come; wakes the consumer. */
  close(): void;
  /**
   * Consumer. Hands over the records that were there when it was called, oldest first; gives their number. The bytes are the ring's own and hold until
   * `each` returns. Where `each` throws, the record counts as taken.
   */
  drain(each: (kind: number, bytes: Uint8Array) => void): number;
  /** Consumer. Blocks until there may be a record, the ring is closed, or `ms` have passed. Not for a thread that serves an event loop. */
  wait(ms: number): void;
  /** whether the producer has closed it; what it holds can still be drained */
  readonly closed: boolean;
  counts(): RingCounts;
}

/** A ring with room for `bytes` of records, a power of two from 64 to 2^30. Each record takes 8 bytes more, rounded up to 8. */
export function createRing(bytes: number): Ring {
  if (!(Number.isInteger(Math.log2(bytes)) && bytes >= MIN_BYTES && bytes <= MAX_BYTES)) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'ring.bytes',
      bound: `a power of two from ${MIN_BYTES} to ${MAX_BYTES}`,
      value: bytes,
      remedy: 'give the room for records in bytes',
    });
  }
  const buffer = new SharedArrayBuffer(HEADER_BYTES + bytes);
  const words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  words[MAGIC] = SIGN;
  words[CAPACITY] = bytes;
  return openRing(buffer);
}

/** The other end of a ring whose memory came from another thread. */
export function openRing(buffer: SharedArrayBuffer): Ring {
  const words = new Int32Array(buffer, 0, Math.min(HEADER_BYTES, buffer.byteLength & ~3) / 4);
  if (words[MAGIC] !== SIGN || words[CAPACITY] !== buffer.byteLength - HEADER_BYTES) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'ring.buffer',
      bound: 'the memory of a ring',
      value: `${buffer.byteLength} other bytes`,
      remedy: 'pass the buffer of createRing',
    });
  }
  const capacity = words[CAPACITY]!;
  const mask = capacity - 1;
  const longest = capacity / 2 - PREFIX;
  const bytes = new Uint8Array(buffer, HEADER_BYTES, capacity);
  const lengths = new Int32Array(buffer, HEADER_BYTES, capacity / 4);
  // The place where a reserved record begins and its length; -1 while nothing is reserved.
  let pending = -1;
  let pendingLength = 0;

  /** Two words, the low one first: a count of records outlives 32 bits in seven weeks at 1 kHz. */
  const count = (word: number): void => {
    if (Atomics.add(words, word, 1) === -1) Atomics.add(words, word + 1, 1);
  };
  const countOf = (word: number): number => (Atomics.load(words, word + 1) >>> 0) * 2 ** 32 + (Atomics.load(words, word) >>> 0);

  const reserve = (length: number): number => {
    const head = Atomics.load(words, HEAD);
    const free = capacity - ((head - Atomics.load(words, TAIL)) >>> 0);
    const size = PREFIX + roundUp(length);
    const toEnd = capacity - (head & mask);
    const skipped = size <= toEnd ? 0 : toEnd;
    if (!(length >= 0 && length <= longest) || skipped + size > free) {
      pending = -1;
      count(DROPPED);
      return -1;
    }
    if (skipped > 0) lengths[(head & mask) >>> 2] = FILLER;
    pending = (head + skipped) | 0;
    pendingLength = length;
    return (pending & mask) + PREFIX;
  };

  const commit = (kind: number): void => {
    if (pending === -1)
      raise('ERR_CLOCK_USE', { reason: 'commit() without a reserved record', remedy: 'reserve room for each record first' });
    const at = (pending & mask) >>> 2;
    lengths[at] = pendingLength;
    lengths[at + 1] = kind;
    const next = (pending + PREFIX + roundUp(pendingLength)) | 0;
    pending = -1;
    count(WRITTEN);
    Atomics.store(words, HEAD, next);
  };

  return {
    buffer,
    longest,
    bytes,
    view: new DataView(buffer, HEADER_BYTES, capacity),
    reserve,
    commit,
    push(kind, record) {
      const at = reserve(record.length);
      if (at === -1) return false;
      bytes.set(record, at);
      commit(kind);
      return true;
    },
    wake() {
      Atomics.notify(words, HEAD);
    },
    close() {
      Atomics.store(words, CLOSED, 1);
      Atomics.notify(words, HEAD);
    },
    drain(each) {
      const head = Atomics.load(words, HEAD);
      let tail = Atomics.load(words, TAIL);
      let taken = 0;
      while (tail !== head) {
        const at = tail & mask;
        const length = lengths[at >>> 2]!;
        if (length === FILLER) {
          tail = (tail + capacity - at) | 0;
        } else {
          const kind = lengths[(at >>> 2) + 1]!;
          tail = (tail + PREFIX + roundUp(length)) | 0;
          taken++;
          try {
            each(kind, bytes.subarray(at + PREFIX, at + PREFIX + length));
          } finally {
            Atomics.store(words, TAIL, tail);
          }
        }
      }
      Atomics.store(words, TAIL, tail);
      return taken;
    },
    wait(ms) {
      const head = Atomics.load(words, HEAD);
      if (head === Atomics.load(words, TAIL) && Atomics.load(words, CLOSED) === 0) Atomics.wait(words, HEAD, head, ms);
    },
    get closed() {
      return Atomics.load(words, CLOSED) === 1;
    },
    counts: () => ({ written: countOf(WRITTEN), dropped: countOf(DROPPED) }),
  };
}
