import { isMainThread } from 'node:worker_threads';
import { type ControllerError, controllerError } from '../../runtime/index.ts';
import { findPort, type PortIdentity, type PortInfo } from './serial-ports.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

/** What is used of a SerialPort object. */
interface Port {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Uint8Array, done: () => void): boolean;
  set(lines: { dtr: boolean; rts: boolean }, done: (error: Error | null) => void): void;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  on(event: 'error' | 'close', listener: (error?: Error | null) => void): unknown;
}
/** What is used of the package serialport. */
interface SerialModule {
  readonly SerialPort: new (options: { path: string; baudRate: number; autoOpen: false; hupcl: boolean }) => Port;
}

interface PortOptions {
  readonly baudRate?: number;
  /** bytes that may wait for the line; a write that does not fit is refused */
  readonly capacity?: number;
  /** loads the package; another module with a class SerialPort for tests */
  readonly load?: () => Promise<SerialModule>;
  /** lists the ports; default listPorts */
  readonly list?: () => Promise<readonly PortInfo[]>;
}

/** A port by its path (`/dev/ttyACM0`, `COM3`; see listPorts), or a board by its identity, which keeps it when its path changes. */
export type SerialOptions = PortOptions & ({ readonly path: string } | PortIdentity);

/** A serial port. */
export interface SerialTransport extends Transport {
  /** what is open, or was last */
  readonly path: string | undefined;
  /** Resets the board by its modem lines. False if the port has none: a pseudo-terminal, some USB adapters. Never rejects. */
  reset(): Promise<boolean>;
}

const BAUD_RATE = 115200;
const CAPACITY = 1 << 13;
/** Longest time to wait for a port to close. */
const CLOSE_MS = 1000;
/** Time in which a board that was plugged in again has a port. */
const FIND_MS = 3000;
/** How long the modem lines are let go for a reset. */
const RESET_MS = 50;

/**
 * Copies of what was written and is not yet on the line: a ring, so that nothing is allocated for a frame. serialport
 * keeps a reference to what it is given, and tells in order when it is done with it.
 */
class TransmitRing {
  readonly #bytes: Uint8Array;
  readonly #lengths: number[] = [];
  #read = 0;
  #used = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** The copy of `bytes[start..end)`, in one piece, or undefined without room. */
  put(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const length = end - start;
    const capacity = this.#bytes.length;
    if (this.#used === 0) this.#read = 0;
    let at = (this.#read + this.#used) % capacity;
    // What does not fit behind the last one goes to the front, and the rest of the ring waits with it.
    const skipped = at + length > capacity ? capacity - at : 0;
    if (skipped + length > capacity - this.#used) return undefined;
    if (skipped > 0) at = 0;
    this.#used += skipped + length;
    this.#lengths.push(skipped + length);
    this.#bytes.set(bytes.subarray(start, end), at);
    return this.#bytes.subarray(at, at + length);
  }

  /** The oldest copy is on the line. */
  readonly release = (): void => {
    const length = this.#lengths.shift() ?? 0;
    this.#read = (this.#read + length) % this.#bytes.length;
    this.#used -= length;
  };
}

class Serial implements SerialTransport {
  readonly #options: SerialOptions;
  readonly #bytes = new Listeners<ByteListener>();
  readonly #lost = new Listeners<(error: ControllerError) => void>();
  #port: Port | undefined;
  #ring: TransmitRing | undefined;
  #opening: Promise<void> | undefined;
  path: string | undefined;

  constructor(options: SerialOptions) {
    this.#options = options;
  }

  get state(): Transport['state'] {
    if (this.#port !== undefined) return 'open';
    return this.#opening === undefined ? 'closed' : 'opening';
  }

  async open(): Promise<void> {
    if (this.#port !== undefined) return;
    this.#opening ??= this.#openPort().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const port = this.#port;
    if (port === undefined) return;
    this.#port = undefined;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((done) => port.close(() => done())),
      new Promise<void>((done) => {
        timer = setTimeout(done, CLOSE_MS);
      }),
    ]);
    clearTimeout(timer);
  }

  /** Refused while the port is not open: serialport would keep the bytes and send them, long stale, after the next open. */
  write(bytes: Uint8Array, start: number, end: number): boolean {
    const port = this.#port;
    const ring = this.#ring;
    if (port === undefined || ring === undefined || !port.isOpen) return false;
    const copy = ring.put(bytes, start, end);
    if (copy === undefined) return false;
    port.write(copy, ring.release);
    return true;
  }

  onBytes(listener: ByteListener): () => void {
    return this.#bytes.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#lost.add(listener);
  }

  /** A fresh object each time: what an old one still holds must never reach the board. */
  async #openPort(): Promise<void> {
    const { baudRate = BAUD_RATE, capacity = CAPACITY } = this.#options;
    const path = await this.#find();
    this.path = path;
    const { SerialPort } = await this.#load();
    let port: Port;
    try {
      port = new SerialPort({ path, baudRate, autoOpen: false, hupcl: false });
    } catch (cause) {
      throw openError(path, cause);
    }
    port.on('data', (bytes) => {
      if (port !== this.#port) return;
      for (const listener of this.#bytes.all) listener(bytes, 0, bytes.length);
    });
    const lose = (cause: Error | null | undefined): void => {
      if (port !== this.#port) return;
      this.#port = undefined;
      for (const listener of this.#lost.all) listener(controllerError('ERR_PORT_LOST', { port: path }, cause ?? undefined));
    };
    port.on('close', lose);
    // Without a listener an error would end the process; one that leaves the port open (a failed write) shows in the link.
    port.on('error', (cause) => {
      if (!port.isOpen) lose(cause);
    });
    await new Promise<void>((done, fail) => {
      port.open((cause) => (cause ? fail(openError(path, cause)) : done()));
    });
    this.#ring = new TransmitRing(capacity);
    this.#port = port;
  }

  async #find(): Promise<string> {
    const options = this.#options;
    if ('path' in options) return options.path;
    const { serialNumber, vendorId, productId } = options;
    const identity = Object.fromEntries(Object.entries({ serialNumber, vendorId, productId }).filter(([, value]) => value !== undefined));
    const found = await findPort(identity, FIND_MS, options.list);
    if (found !== undefined) return found;
    const values = { port: JSON.stringify(identity), reason: `no port, or more than one, is this board within ${FIND_MS} ms` };
    throw controllerError('ERR_PORT_OPEN', { ...values, remedy: 'plug it in; listPorts() says what the ports are' });
  }

  async reset(): Promise<boolean> {
    const port = this.#port;
    if (port === undefined) return false;
    const set = (level: boolean): Promise<boolean> =>
      new Promise((done) => port.set({ dtr: level, rts: level }, (error) => done(error === null || error === undefined)));
    if (!(await set(false))) return false;
    await new Promise((done) => setTimeout(done, RESET_MS));
    return set(true);
  }

  async #load(): Promise<SerialModule> {
    // Its native code watches ports on the main thread's loop, and from a worker ends the process at the first byte.
    if (this.#options.load === undefined && !isMainThread) {
      const values = {
        port: this.path,
        reason: 'serialport does not work in a worker',
        remedy: 'open the port on the main thread',
      };
      throw controllerError('ERR_PORT_OPEN', values);
    }
    try {
      return await (this.#options.load?.() ?? import('serialport'));
    } catch (cause) {
      throw controllerError('ERR_MISSING_PACKAGE', { name: 'serialport', reason: reasonOf(cause) }, cause);
    }
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function openError(port: string, cause: unknown): ControllerError {
  const reason = reasonOf(cause);
  if (/lock|busy|access denied/i.test(reason)) return controllerError('ERR_PORT_BUSY', { port }, cause);
  const remedy = /permission/i.test(reason)
    ? 'give the user access to the port (on Linux: the group dialout), then log in again'
    : 'plug the board in, or choose one of the ports that listPorts(), or ganglion find-port, tells';
  return controllerError('ERR_PORT_OPEN', { port, reason, remedy }, cause);
}

/** A serial port. The package serialport is loaded when it is opened, not before. */
export const serialTransport = (options: SerialOptions): SerialTransport => new Serial(options);
