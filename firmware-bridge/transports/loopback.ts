import { type ControllerError, controllerError } from '../../runtime/index.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

export interface LoopbackOptions {
  /** milliseconds; the time in which bytes arrive */
  readonly now: () => number;
  /** bytes under way in one direction at most; a write that does not fit is refused */
  readonly capacity?: number;
  /** time from the last byte sent to its arrival */
  readonly latencyMs?: number;
  /** speed of the line: a baud rate divided by 10 000; without it bytes take no time */
  readonly bytesPerMs?: number;
}

/** An end of a line in memory. */
export interface LoopbackEnd extends Transport {
  /** Pulls the plug: both ends are closed and hear of it; bytes under way are gone. Either may be opened again. */
  unplug(): void;
}

const CAPACITY = 1 << 14;
/** Writes under way at most; a power of two. */
const WRITES = 1 << 10;

/** One direction: a ring of bytes and, for each write, how many bytes arrive when. */
class Wire {
  readonly #options: LoopbackOptions;
  readonly #bytes: Uint8Array;
  readonly #lengths = new Uint32Array(WRITES);
  readonly #dueAt = new Float64Array(WRITES);
  #read = 0;
  #used = 0;
  #first = 0;
  #writes = 0;
  #freeAt = 0;
  #epoch = 0;

  constructor(options: LoopbackOptions) {
    this.#options = options;
    this.#bytes = new Uint8Array(options.capacity ?? CAPACITY);
  }

  put(bytes: Uint8Array, start: number, end: number): boolean {
    const { latencyMs = 0, bytesPerMs = Number.POSITIVE_INFINITY, now } = this.#options;
    const length = end - start;
    if (length > this.#bytes.length - this.#used || this.#writes === WRITES) return false;
    let to = (this.#read + this.#used) % this.#bytes.length;
    for (let i = start; i < end; i++) {
      this.#bytes[to] = bytes[i];
      to = to + 1 === this.#bytes.length ? 0 : to + 1;
    }
    this.#used += length;
    this.#freeAt = Math.max(this.#freeAt, now()) + length / bytesPerMs;
    const write = (this.#first + this.#writes++) % WRITES;
    this.#lengths[write] = length;
    this.#dueAt[write] = this.#freeAt + latencyMs;
    return true;
  }

  /** Hands over what is due, write by write; a write that wraps around the ring in two pieces. */
  take(listeners: Listeners<ByteListener>): void {
    const now = this.#options.now();
    const epoch = this.#epoch;
    while (this.#writes > 0 && this.#dueAt[this.#first] <= now) {
      const start = this.#read;
      const length = this.#lengths[this.#first];
      const piece = Math.min(length, this.#bytes.length - start);
      this.#first = (this.#first + 1) % WRITES;
      this.#writes--;
      const { all } = listeners;
      for (let i = 0; i < all.length; i++) {
        all[i](this.#bytes, start, start + piece);
        if (piece < length) all[i](this.#bytes, 0, length - piece);
      }
      // A listener may have pulled the plug.
      if (epoch !== this.#epoch) return;
      // Only now may the bytes be overwritten.
      this.#read = (start + length) % this.#bytes.length;
      this.#used -= length;
    }
  }

  clear(): void {
    this.#epoch++;
    this.#read = 0;
    this.#used = 0;
    this.#writes = 0;
    this.#freeAt = 0;
  }
}

class End implements LoopbackEnd {
  readonly #name: string;
  readonly #outgoing: Wire;
  readonly #incoming: Wire;
  readonly #bytes = new Listeners<ByteListener>();
  readonly #lost = new Listeners<(error: ControllerError) => void>();
  #open = false;
  #busy = false;
  /** the other end; set once, when both exist */
  peer: End | undefined;

  constructor(name: string, outgoing: Wire, incoming: Wire) {
    this.#name = name;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  get state(): Transport['state'] {
    return this.#open ? 'open' : 'closed';
  }

  async open(): Promise<void> {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#outgoing.clear();
    this.#incoming.clear();
  }

  /** Like a real line, it takes bytes whether or not anybody listens at the other end. */
  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#open) return false;
    return this.peer?.state === 'open' ? this.#outgoing.put(bytes, start, end) : true;
  }

  onBytes(listener: ByteListener): () => void {
    return this.#bytes.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#lost.add(listener);
  }

  poll(): void {
    // A listener that polls again must not be handed bytes out of order.
    if (!this.#open || this.#busy) return;
    this.#busy = true;
    try {
      this.#incoming.take(this.#bytes);
    } finally {
      this.#busy = false;
    }
  }

  unplug(): void {
    for (const end of [this, this.peer]) end?.lose();
  }

  lose(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#incoming.clear();
    for (const listener of this.#lost.all) listener(controllerError('ERR_PORT_LOST', { port: this.#name }));
  }
}

/** Two ends of one line in memory, in the time of `now`: what one writes, the other hears when it is polled. Deterministic. */
export function loopbackPair(options: LoopbackOptions): [LoopbackEnd, LoopbackEnd] {
  const there = new Wire(options);
  const back = new Wire(options);
  const a = new End('loopback a', there, back);
  const b = new End('loopback b', back, there);
  a.peer = b;
  b.peer = a;
  return [a, b];
}
