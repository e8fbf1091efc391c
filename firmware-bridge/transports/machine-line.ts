import type { ControllerError } from '../../runtime/index.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

/** Bytes under way in one direction. */
class ByteQueue {
  readonly #bytes: Uint8Array;
  #read = 0;
  #used = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get used(): number {
    return this.#used;
  }

  get room(): number {
    return this.#bytes.length - this.#used;
  }

  put(byte: number): void {
    this.#bytes[(this.#read + this.#used++) % this.#bytes.length] = byte;
  }

  /** The next byte; there must be one. */
  take(): number {
    const byte = this.#bytes[this.#read];
    this.#read = (this.#read + 1) % this.#bytes.length;
    this.#used--;
    return byte;
  }

  /** Hands over everything, in one or two pieces. */
  drain(listeners: readonly ByteListener[]): void {
    while (this.#used > 0) {
      const start = this.#read;
      const length = Math.min(this.#used, this.#bytes.length - start);
      this.#read = (start + length) % this.#bytes.length;
      this.#used -= length;
      for (const listener of listeners) listener(this.#bytes, start, start + length);
    }
  }

  clear(): void {
    this.#used = 0;
  }
}

/** Longest stretch of time whose bytes are held for a host that does not poll. */
const HEARD_BYTES = 1 << 16;

/**
 * A line to a machine that is emulated in this process: the host has the transport, the machine takes and gives single bytes when its
 * clock says so. A full queue of `capacity` bytes refuses what the host writes.
 */
export class MachineLine implements Transport {
  readonly #toMachine: ByteQueue;
  readonly #toHost = new ByteQueue(HEARD_BYTES);
  readonly #listeners = new Listeners<ByteListener>();
  #open = false;

  constructor(capacity = 4096) {
    this.#toMachine = new ByteQueue(capacity);
  }

  get state(): Transport['state'] {
    return this.#open ? 'open' : 'closed';
  }

  async open(): Promise<void> {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#toMachine.clear();
    this.#toHost.clear();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#open || end - start > this.#toMachine.room) return false;
    for (let i = start; i < end; i++) this.#toMachine.put(bytes[i]);
    return true;
  }

  onBytes(listener: ByteListener): () => void {
    return this.#listeners.add(listener);
  }

  /** A machine in this process is never unplugged. */
  onLost(_listener: (error: ControllerError) => void): () => void {
    return () => undefined;
  }

  poll(): void {
    if (this.#open) this.#toHost.drain(this.#listeners.all);
  }

  // ── the machine's side ──

  /** Bytes that the machine has not yet taken. */
  get waiting(): number {
    return this.#toMachine.used;
  }

  take(): number {
    return this.#toMachine.take();
  }

  /** A byte of the machine; nobody hears it while the line is closed. */
  give(byte: number): void {
    if (this.#open && this.#toHost.room > 0) this.#toHost.put(byte);
  }
}
