import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type ControllerError, controllerError } from '../../runtime/index.ts';
import { type ByteListener, Listeners, type Transport } from './transport.ts';

export interface ProcessOptions {
  /** program whose standard input and output are the line */
  readonly command: string;
  readonly args?: readonly string[];
}

/** Bytes that the process has not taken; more would only be late. */
const MAX_QUEUED = 4096;
/** How long a process may take to end by itself when its input has. */
const GOODBYE_MS = 500;

class ProcessTransport implements Transport {
  readonly #options: ProcessOptions;
  readonly #bytes = new Listeners<ByteListener>();
  readonly #lost = new Listeners<(error: ControllerError) => void>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #state: Transport['state'] = 'closed';

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get state(): Transport['state'] {
    return this.#state;
  }

  async open(): Promise<void> {
    if (this.#state !== 'closed') return;
    const { command, args = [] } = this.#options;
    this.#state = 'opening';
    const child = spawn(command, args, { stdio: 'pipe' });
    this.#child = child;
    // What it says beside the line is no part of it; unread, it would block the process.
    child.stderr.resume();
    // A broken pipe is told by 'close'.
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      for (const listener of this.#bytes.all) listener(chunk, 0, chunk.length);
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        this.#state = 'closed';
        reject(controllerError('ERR_PORT_OPEN', { port: command, reason: cause.message, remedy: 'build the program or give its path' }));
      });
    });
    this.#state = 'open';
    child.once('close', () => this.#ended(child));
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#state = 'closed';
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), GOODBYE_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      child.stdin.end();
    });
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    const child = this.#child;
    if (child === undefined || this.#state !== 'open' || child.stdin.writableLength + end - start > MAX_QUEUED) return false;
    child.stdin.write(bytes.slice(start, end));
    return true;
  }

  onBytes(listener: ByteListener): () => void {
    return this.#bytes.add(listener);
  }

  onLost(listener: (error: ControllerError) => void): () => void {
    return this.#lost.add(listener);
  }

  #ended(child: ChildProcessWithoutNullStreams): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#state = 'closed';
    for (const listener of this.#lost.all) listener(controllerError('ERR_PORT_LOST', { port: this.#options.command }));
  }
}

/** A line to a process of its own, such as the firmware built for the host: its standard input and output. Opening starts it, closing ends it. */
export const processTransport = (options: ProcessOptions): Transport => new ProcessTransport(options);
