import type { ControllerError } from '../../runtime/index.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

/** Probabilities of one direction. Bytes are never reordered: no serial line does that. */
export interface FaultRates {
  /** of a byte: it vanishes */
  readonly drop?: number;
  /** of a byte: one bit is wrong */
  readonly flip?: number;
  /** of a write: it arrives twice */
  readonly duplicate?: number;
  /** of a write: {@link burstBytes} of its bytes become random */
  readonly burst?: number;
  /** of a write: its tail is cut off */
  readonly truncate?: number;
  /** of a write: the direction stands still for {@link stallMs} before it */
  readonly stall?: number;
  readonly burstBytes?: number;
  readonly stallMs?: number;
}

export interface FaultOptions {
  readonly now: () => number;
  /** the same seed and the same bytes give the same faults */
  readonly seed: number;
  readonly send?: FaultRates;
  readonly receive?: FaultRates;
}

/** What was done to one direction. */
export interface FaultCounts {
  writes: number;
  bytes: number;
  dropped: number;
  flipped: number;
  duplicated: number;
  bursts: number;
  truncated: number;
  stalls: number;
}

export interface FaultyTransport extends Transport {
  readonly sent: Readonly<FaultCounts>;
  readonly received: Readonly<FaultCounts>;
  /** Exchanges the rates from now on. */
  setRates(send: FaultRates, receive: FaultRates): void;
  /** Both directions stand still until `until`; what does not fit into their buffers meanwhile is refused or lost. */
  stall(until: number): void;
}

const BURST_BYTES = 20;
const STALL_MS = 300;
/** Bytes that one direction holds while it stands still. */
const HELD = 1 << 13;

/** A small generator of uniform 32-bit words (splitmix32): faults need to be repeatable, not unpredictable. */
function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** Takes bytes, or refuses them. */
type Sink = (bytes: Uint8Array, start: number, end: number) => boolean;

/** One direction of a bad line. */
class Damage {
  readonly counts: FaultCounts = { writes: 0, bytes: 0, dropped: 0, flipped: 0, duplicated: 0, bursts: 0, truncated: 0, stalls: 0 };
  rates: FaultRates;
  stalledUntil = Number.NEGATIVE_INFINITY;
  readonly #random: () => number;
  readonly #held = new Uint8Array(HELD);
  #heldBytes = 0;
  #scratch = new Uint8Array(1024);

  constructor(rates: FaultRates, seed: number) {
    this.rates = rates;
    this.#random = splitmix32(seed);
  }

  /**
   * Damages `bytes[start..end)` and gives what is left to `out`, now or, if it stands still, later. False if there is no
   * room to hold it, or `out` refused it.
   */
  pass(bytes: Uint8Array, start: number, end: number, now: number, out: Sink): boolean {
    if (now < this.stalledUntil && end - start > HELD - this.#heldBytes) return false;
    this.counts.writes++;
    this.counts.bytes += end - start;
    if (this.#happens(this.rates.stall)) {
      this.counts.stalls++;
      this.stalledUntil = Math.max(this.stalledUntil, now + (this.rates.stallMs ?? STALL_MS));
    }
    const length = this.#damage(bytes, start, end);
    const times = length > 0 && this.#happens(this.rates.duplicate) ? 2 : 1;
    this.counts.duplicated += times - 1;
    for (let i = 0; i < times; i++) {
      if (now < this.stalledUntil || this.#heldBytes > 0) this.#hold(length);
      else if (length > 0 && !out(this.#scratch, 0, length) && i === 0) return false;
    }
    return true;
  }

  /** Gives on what was held, when the stand-still is over. */
  release(now: number, out: Sink): void {
    if (this.#heldBytes === 0 || now < this.stalledUntil) return;
    if (out(this.#held, 0, this.#heldBytes)) this.#heldBytes = 0;
  }

  clear(): void {
    this.#heldBytes = 0;
  }

  #hold(length: number): void {
    const fits = Math.min(length, HELD - this.#heldBytes);
    this.#held.set(this.#scratch.subarray(0, fits), this.#heldBytes);
    this.#heldBytes += fits;
    this.counts.dropped += length - fits;
  }

  #damage(bytes: Uint8Array, start: number, end: number): number {
    if (this.#scratch.length < end - start) this.#scratch = new Uint8Array(2 * (end - start));
    const { drop, flip, burst, burstBytes = BURST_BYTES, truncate } = this.rates;
    let burstFrom = end;
    if (this.#happens(burst)) {
      this.counts.bursts++;
      burstFrom = start + (this.#random() % (end - start));
    }
    let stop = end;
    if (this.#happens(truncate)) {
      this.counts.truncated++;
      stop = start + (this.#random() % (end - start));
    }
    let length = 0;
    for (let i = start; i < stop; i++) {
      let byte = bytes[i];
      if (this.#happens(drop)) {
        this.counts.dropped++;
        continue;
      }
      if (this.#happens(flip)) {
        this.counts.flipped++;
        byte ^= 1 << (this.#random() & 7);
      }
      if (i >= burstFrom && i < burstFrom + burstBytes) byte = this.#random() & 0xff;
      this.#scratch[length++] = byte;
    }
    return length;
  }

  #happens(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.#random() < rate * 0x100000000;
  }
}

class Faulty implements FaultyTransport {
  readonly #inner: Transport;
  readonly #now: () => number;
  readonly #out: Damage;
  readonly #in: Damage;
  readonly #listeners = new Listeners<ByteListener>();
  readonly #send: Sink;
  readonly #deliver: Sink;

  constructor(inner: Transport, options: FaultOptions) {
    this.#inner = inner;
    this.#now = options.now;
    this.#out = new Damage(options.send ?? {}, options.seed);
    this.#in = new Damage(options.receive ?? {}, options.seed ^ 0x5bd1e995);
    this.#send = (bytes, start, end) => inner.write(bytes, start, end);
    this.#deliver = (bytes, start, end) => {
      const { all } = this.#listeners;
      for (let i = 0; i < all.length; i++) all[i](bytes, start, end);
      return true;
    };
    // What the line does to a byte that is already on its way cannot be refused: an overflow is a loss.
    inner.onBytes((bytes, start, end) => {
      if (!this.#in.pass(bytes, start, end, this.#now(), this.#deliver)) this.#in.counts.dropped += end - start;
    });
  }

  get state(): Transport['state'] {
    return this.#inner.state;
  }

  get sent(): FaultCounts {
    return this.#out.counts;
  }

  get received(): FaultCounts {
    return this.#in.counts;
  }

  open(): Promise<void> {
    return this.#inner.open();
  }

  close(): Promise<void> {
    this.#out.clear();
    this.#in.clear();
    return this.#inner.close();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#inner.state !== 'open') return false;
    return this.#out.pass(bytes, start, end, this.#now(), this.#send);
  }

  onBytes(listener: ByteListener): () => void {
    return this.#listeners.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#inner.onLost(listener);
  }

  poll(): void {
    const now = this.#now();
    this.#out.release(now, this.#send);
    this.#inner.poll?.();
    this.#in.release(now, this.#deliver);
  }

  setRates(send: FaultRates, receive: FaultRates): void {
    this.#out.rates = send;
    this.#in.rates = receive;
  }

  stall(until: number): void {
    this.#out.stalledUntil = until;
    this.#in.stalledUntil = until;
  }
}

/** Puts a bad line between a transport and its user: seeded faults in both directions, counted. */
export const withFaults = (inner: Transport, options: FaultOptions): FaultyTransport => new Faulty(inner, options);
