import { VARINT_BYTES, VarintReader, varintSize, writeVarint } from './varint.ts';

/**
 * Spikes of one or more ticks in one payload: `base_tick u32`, then for each tick that has spikes
 * `tick_delta, n << 1 | graded, id, (value,) id gap, (value,) …` as varints. `tick_delta` counts from the tick before (from
 * `base_tick` for the first) and ids ascend strictly: what is written is the gap to the id before, less one. A tick
 * whose spikes do not fit goes on in the next payload.
 */
export const SPIKE_HEADER_BYTES = 4;

/** Fills one payload. `begin`, then `add` once a tick, then `end` is the payload's end. */
export class SpikeWriter {
  #out: Uint8Array = new Uint8Array(0);
  #limit = 0;
  #tick = 0;
  /** end of the payload so far */
  end = 0;

  /** Starts a payload in `out[at..limit)`. */
  begin(out: Uint8Array, at: number, limit: number, baseTick: number): void {
    this.#out = out;
    this.#limit = Math.min(limit, out.length);
    this.#tick = baseTick >>> 0;
    for (let i = 0; i < SPIKE_HEADER_BYTES; i++) out[at + i] = this.#tick >>> (8 * i);
    this.end = at + SPIKE_HEADER_BYTES;
  }

  /**
   * Adds spikes of `tick` (not before the last one added): the strictly ascending `addresses[from..to)`, each with its value if
   * `values` are given. Returns where it stopped: `to`, or the first spike that found no room.
   */
  add(tick: number, addresses: Uint32Array, from: number, to: number, values?: Uint32Array): number {
    if (from >= to) return to;
    const graded = values === undefined ? 0 : 1;
    const delta = (tick - this.#tick) >>> 0;
    const count = this.#fitting(delta, addresses, from, to, values);
    if (count === 0) return from;

    const out = this.#out;
    let at = writeVarint(out, this.end, delta);
    at = writeVarint(out, at, (count << 1) | graded);
    let next = 0;
    for (let i = from; i < from + count; i++) {
      at = writeVarint(out, at, addresses[i] - next);
      if (values !== undefined) at = writeVarint(out, at, values[i]);
      next = addresses[i] + 1;
    }
    this.end = at;
    this.#tick = tick >>> 0;
    return from + count;
  }

  /** How many of the spikes fit; the count's own varint is reckoned at its longest, for it is written first. */
  #fitting(delta: number, addresses: Uint32Array, from: number, to: number, values: Uint32Array | undefined): number {
    let room = this.#limit - this.end - varintSize(delta) - Math.min(VARINT_BYTES, varintSize((to - from) << 1));
    let next = 0;
    let i = from;
    for (; i < to; i++) {
      room -= varintSize(addresses[i] - next) + (values === undefined ? 0 : varintSize(values[i]));
      if (room < 0) break;
      next = addresses[i] + 1;
    }
    return i - from;
  }
}

/** Where decoded spikes go: fixed arrays, reused. The spikes of group `g` are those from `starts[g]` to `starts[g + 1]`. */
export class SpikeBatch {
  readonly ticks: Uint32Array;
  readonly starts: Uint32Array;
  readonly addresses: Uint32Array;
  /** value of each spike; 1 where the batch had none */
  readonly values: Uint32Array;
  baseTick = 0;
  groups = 0;
  readonly #reader = new VarintReader();

  constructor(maxGroups: number, maxSpikes: number) {
    this.ticks = new Uint32Array(maxGroups);
    this.starts = new Uint32Array(maxGroups + 1);
    this.addresses = new Uint32Array(maxSpikes);
    this.values = new Uint32Array(maxSpikes);
  }

  get spikes(): number {
    return this.starts[this.groups];
  }

  /**
   * Decodes the payload `bytes[start..end)`. False, and an empty batch, if it is malformed, names an address of `neurons` or above, or
   * exceeds these arrays: a batch is taken whole or not at all.
   */
  decode(bytes: Uint8Array, start: number, end: number, neurons: number): boolean {
    this.groups = 0;
    this.starts[0] = 0;
    if (end - start < SPIKE_HEADER_BYTES) return false;
    this.baseTick = (bytes[start] | (bytes[start + 1] << 8) | (bytes[start + 2] << 16) | (bytes[start + 3] << 24)) >>> 0;
    this.#reader.begin(bytes, start + SPIKE_HEADER_BYTES, end);
    let tick = this.baseTick;
    let groups = 0;
    while (!this.#reader.done) {
      const delta = this.#reader.read();
      if (delta < 0 || groups === this.ticks.length || (delta === 0 && groups > 0)) return false;
      tick = (tick + delta) >>> 0;
      const last = this.#group(this.starts[groups], neurons);
      if (last < 0) return false;
      this.ticks[groups++] = tick;
      this.starts[groups] = last;
    }
    this.groups = groups;
    return true;
  }

  /** Reads `n << 1 | graded` and the spikes behind it into the arrays from `at`. Returns their end, or -1. */
  #group(at: number, neurons: number): number {
    const reader = this.#reader;
    const head = reader.read();
    if (head < 2) return -1;
    const count = Math.floor(head / 2);
    const graded = head % 2 === 1;
    if (count > this.addresses.length - at) return -1;
    let next = 0;
    for (let i = at; i < at + count; i++) {
      const gap = reader.read();
      if (gap < 0 || next + gap >= neurons) return -1;
      this.addresses[i] = next + gap;
      next += gap + 1;
      const value = graded ? reader.read() : 1;
      if (value < 0) return -1;
      this.values[i] = value;
    }
    return at + count;
  }
}
