import { type ControllerError, controllerError } from '../../runtime/index.ts';
import { Direction } from './fault-direction.ts';
import { type FaultCounts, type Faults, faultList } from './fault-list.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

export interface FaultOptions {
  readonly now: () => number;
  /** the same seed and the same bytes give the same faults */
  readonly seed: number;
  readonly send?: Faults;
  readonly receive?: Faults;
  /** the tick that `when.ticks` means; default 0 for ever */
  readonly tick?: () => number;
  /** hears every piece */
  readonly tap?: Tap;
}

/** Hears a piece that is to go `in`to the line (which may refuse it), or came `out` of it, damaged as it is then; `toBoard` is the direction of `write`. */
export type Tap = (where: 'in' | 'out', toBoard: boolean, bytes: Uint8Array, start: number, end: number) => void;

export interface FaultyTransport extends Transport {
  readonly sent: Readonly<FaultCounts>;
  readonly received: Readonly<FaultCounts>;
  /** Exchanges the faults from now on. */
  setFaults(send: Faults, receive: Faults): void;
  /** Both directions stand still until `until`; what does not fit into their buffers meanwhile is refused or lost. */
  stall(until: number): void;
  /** Pulls the plug: closed, and its user hears of it; it cannot be opened before {@link replug}. The far end hears nothing. */
  unplug(): Promise<void>;
  replug(): void;
}

class Faulty implements FaultyTransport {
  readonly #inner: Transport;
  readonly #now: () => number;
  readonly #out: Direction;
  readonly #in: Direction;
  readonly #listeners = new Listeners<ByteListener>();
  readonly #lost = new Listeners<(error: ControllerError) => void>();
  readonly #tap: Tap | undefined;
  #unplugged = false;

  constructor(inner: Transport, options: FaultOptions) {
    const { now, seed, send = {}, receive = {}, tick = () => 0, tap } = options;
    this.#inner = inner;
    this.#tap = tap;
    this.#now = now;
    const unplug = (): void => void this.unplug();
    const put = (bytes: Uint8Array, start: number, end: number): boolean => {
      if (!inner.write(bytes, start, end)) return false;
      tap?.('out', true, bytes, start, end);
      return true;
    };
    this.#out = new Direction(faultList(send), seed, tick, put, unplug);
    const deliver = (bytes: Uint8Array, start: number, end: number): boolean => {
      tap?.('out', false, bytes, start, end);
      const { all } = this.#listeners;
      for (let i = 0; i < all.length; i++) all[i](bytes, start, end);
      return true;
    };
    this.#in = new Direction(faultList(receive), seed ^ 0x5bd1e995, tick, deliver, unplug);
    // What the line does to a byte that is already on its way cannot be refused: an overflow is a loss.
    inner.onBytes((bytes, start, end) => {
      if (this.#unplugged) return;
      tap?.('in', false, bytes, start, end);
      if (!this.#in.pass(bytes, start, end, this.#now())) this.#in.counts.overflown += end - start;
    });
    inner.onLost((error) => {
      for (const listener of this.#lost.all) listener(error);
    });
  }

  get state(): Transport['state'] {
    return this.#unplugged ? 'closed' : this.#inner.state;
  }

  get sent(): FaultCounts {
    return this.#out.counts;
  }

  get received(): FaultCounts {
    return this.#in.counts;
  }

  async open(): Promise<void> {
    if (this.#unplugged) {
      const values = { port: 'of the faulty line', reason: 'it is unplugged', remedy: 'replug() it' };
      throw controllerError('ERR_PORT_OPEN', values);
    }
    await this.#inner.open();
  }

  async close(): Promise<void> {
    this.#out.clear();
    this.#in.clear();
    await this.#inner.close();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.state !== 'open') return false;
    this.#tap?.('in', true, bytes, start, end);
    return this.#out.pass(bytes, start, end, this.#now());
  }

  onBytes(listener: ByteListener): () => void {
    return this.#listeners.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#lost.add(listener);
  }

  poll(): void {
    if (this.#unplugged) return;
    const now = this.#now();
    this.#out.release(now);
    this.#inner.poll?.();
    this.#in.release(now);
  }

  setFaults(send: Faults, receive: Faults): void {
    this.#out.set(faultList(send));
    this.#in.set(faultList(receive));
  }

  stall(until: number): void {
    this.#out.stalledUntil = until;
    this.#in.stalledUntil = until;
  }

  async unplug(): Promise<void> {
    if (this.#unplugged) return;
    this.#unplugged = true;
    const error = controllerError('ERR_PORT_LOST', { port: 'of the faulty line' });
    const closed = this.close();
    for (const listener of this.#lost.all) listener(error);
    await closed;
  }

  replug(): void {
    this.#unplugged = false;
  }
}

/** Puts a bad line between a transport and its user: seeded faults in both directions, counted. */
export const withFaults = (inner: Transport, options: FaultOptions): FaultyTransport => new Faulty(inner, options);
