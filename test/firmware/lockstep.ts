/** The host's firmware in virtual time: a process that makes one turn whenever it is fed, and whose answer is waited for. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MachineLine } from '../../firmware-bridge/index.ts';

const US = 1000;
const MAX_BYTES = 4096;

export class LockstepFirmware {
  readonly line: MachineLine;
  readonly #bytesPerMs: number;
  /** when the last byte that was fed had arrived, on a line of limited speed */
  #arrivedAt = 0;
  readonly #child: ChildProcess;
  readonly #to: number;
  readonly #from: number;
  readonly #out = Buffer.alloc(6 + MAX_BYTES);
  readonly #in = Buffer.alloc(3 + (1 << 15));
  safe = true;

  constructor(program: string, { bytesPerMs = Number.POSITIVE_INFINITY, capacity = 4096 } = {}) {
    this.line = new MachineLine(capacity);
    this.#bytesPerMs = bytesPerMs;
    const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
    const [to, from] = [join(folder, 'to'), join(folder, 'from')];
    execFileSync('mkfifo', [to, from]);
    // The shell opens the pipes in this order, as we do: each open waits for the other end.
    this.#child = spawn('sh', ['-c', 'exec "$0" --lockstep < "$1" > "$2"', program, to, from], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#child.unref();
    this.#to = openSync(to, 'w');
    this.#from = openSync(from, 'r');
    // Open pipes need no names.
    rmSync(folder, { recursive: true });
  }

  /** One turn of its main loop at `ms`. */
  run(ms: number): void {
    const length = this.#arriving(ms);
    this.#out.writeUInt32LE(Math.round(ms * US) >>> 0, 0);
    this.#out.writeUInt16LE(length, 4);
    for (let i = 0; i < length; i++) this.#out[6 + i] = this.line.take();
    for (let at = 0; at < 6 + length; ) at += writeSync(this.#to, this.#out, at, 6 + length - at);
    this.#read(3, 0);
    this.safe = this.#in[0] === 1;
    const heard = this.#in.readUInt16LE(1);
    this.#read(heard, 3);
    for (let i = 0; i < heard; i++) this.line.give(this.#in[3 + i]);
  }

  close(): void {
    closeSync(this.#to);
    closeSync(this.#from);
    this.#child.kill('SIGKILL');
  }

  /** Bytes that have arrived by `ms`. */
  #arriving(ms: number): number {
    if (this.line.waiting === 0) this.#arrivedAt = ms;
    const limited = Number.isFinite(this.#bytesPerMs);
    const length = Math.min(this.line.waiting, MAX_BYTES, limited ? Math.floor((ms - this.#arrivedAt) * this.#bytesPerMs) : MAX_BYTES);
    if (limited) this.#arrivedAt += length / this.#bytesPerMs;
    return length;
  }

  #read(length: number, to: number): void {
    for (let at = 0; at < length; ) {
      const got = readSync(this.#from, this.#in, to + at, length - at, null);
      if (got === 0) throw new Error('the firmware process has ended');
      at += got;
    }
  }
}
