import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type ControllerError, controllerError } from '../../runtime/index.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

export interface ProcessOptions {
  /** the program, and its arguments; it speaks on its standard input and output */
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** bytes that may wait for the program; a write that does not fit is refused */
  readonly capacity?: number;
}

const CAPACITY = 1 << 13;
/** Time in which a program ends by itself when its input does. */
const CLOSE_MS = 500;

type Child = ChildProcessByStdio<Writable, Readable, null>;

class ProcessTransport implements Transport {
  readonly #options: ProcessOptions;
  readonly #bytes = new Listeners<ByteListener>();
  readonly #lost = new Listeners<(error: ControllerError) => void>();
  #child: Child | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get state(): Transport['state'] {
    if (this.#child !== undefined) return 'open';
    return this.#opening === undefined ? 'closed' : 'opening';
  }

  async open(): Promise<void> {
    if (this.#child !== undefined) return;
    this.#opening ??= this.#start().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    await new Promise<void>((done) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        done();
      });
      child.stdin.end();
      if (child.exitCode !== null || child.signalCode !== null) {
        clearTimeout(timer);
        done();
      }
    });
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    const child = this.#child;
    if (child === undefined || !child.stdin.writable) return false;
    if (child.stdin.writableLength + end - start > (this.#options.capacity ?? CAPACITY)) return false;
    child.stdin.write(bytes.slice(start, end));
    return true;
  }

  onBytes(listener: ByteListener): () => void {
    return this.#bytes.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#lost.add(listener);
  }

  async #start(): Promise<void> {
    const { command, args = [], env } = this.#options;
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    });
    await new Promise<void>((done, fail) => {
      child.once('spawn', done);
      child.once('error', (cause) => {
        const remedy = 'name a program that is there and may be run';
        fail(controllerError('ERR_PORT_OPEN', { port: command, reason: cause.message, remedy }, cause));
      });
    });
    // A program that has gone is told by its exit, not by what was still to be written.
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => {
      if (child !== this.#child) return;
      for (const listener of this.#bytes.all) listener(bytes, 0, bytes.length);
    });
    child.once('exit', () => {
      if (child !== this.#child) return;
      this.#child = undefined;
      for (const listener of this.#lost.all) listener(controllerError('ERR_PORT_LOST', { port: command }));
    });
    this.#child = child;
  }
}

/** A program as a device: firmware built for this machine, or an emulator, that speaks on its standard input and output. */
export const processTransport = (options: ProcessOptions): Transport => new ProcessTransport(options);
