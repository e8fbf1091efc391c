import type { ControllerError } from '../../runtime/index.ts';

/** Hears `bytes[start..end)`; they are the transport's again when it returns. */
export type ByteListener = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * A line that carries bytes both ways and may lose, change or delay them. Callbacks and ranges, because a chunk of bytes is
 * the hottest thing here: nothing is allocated for one.
 */
export interface Transport {
  readonly state: 'closed' | 'opening' | 'open';
  /** Rejects with a TransportError that names the cause. An open transport may be opened again: nothing happens. */
  open(): Promise<void>;
  /** Resolves when closed, whatever happens on the way; idempotent. Bytes not yet on the line are discarded. */
  close(): Promise<void>;
  /** Takes all of `bytes[start..end)` (a copy) or nothing: false while it is not open or its buffer is full. Never throws. */
  write(bytes: Uint8Array, start: number, end: number): boolean;
  /** Adds a listener; the function returned takes it away. */
  onBytes(listener: ByteListener): () => void;
  /** Hears that an open transport was closed by the other side (unplugged). The function returned takes the listener away. */
  onLost(listener: (error: ControllerError) => void): () => void;
  /** A transport that lives in the time of an injected clock delivers here what is due. One that has events of its own lacks it. */
  poll?(): void;
}

/** The listeners of one kind; iteration is safe against listeners that come or go meanwhile. */
export class Listeners<T extends (...args: never[]) => void> {
  #list: readonly T[] = [];

  /** Adds one; the function returned takes it away. */
  add(listener: T): () => void {
    this.#list = [...this.#list, listener];
    return () => {
      this.#list = this.#list.filter((one) => one !== listener);
    };
  }

  get all(): readonly T[] {
    return this.#list;
  }
}
