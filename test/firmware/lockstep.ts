/** The host's firmware in virtual time: a process that answers one question at a time, and is waited for (targets/host/lockstep.c has the questions). */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MachineLine } from '../../firmware-bridge/index.ts';

const US = 1000;
/** Bytes that one turn may bring. */
export const MAX_BYTES = 0xffff;
/** safe, ahead, length */
const HEAD = 7;
const COUNTED = ['framesIn', 'crcErrors', 'late', 'lost', 'shed', 'retransmits', 'overruns', 'dropped'] as const;

/** What a start of the firmware is told. */
export interface Start {
  /** default 1 */
  readonly bootId?: number;
  /** a ResetCause of the protocol; default 0, power on */
  readonly cause?: number;
  /** what its clock shows; default 0 */
  readonly ms?: number;
  /** time that a tick takes; default 0 */
  readonly computeUs?: number;
}

const micros = (ms: number): number => Math.round(ms * US) >>> 0;

/** One start of the firmware, until it is killed. */
export class LockstepProcess {
  readonly #child: ChildProcess;
  readonly #to: number;
  readonly #from: number;
  readonly #out = Buffer.alloc(9 + MAX_BYTES);
  readonly #in = Buffer.alloc(HEAD + (1 << 15));
  /** all outputs at their safe values, and not armed; so from the start */
  safe = true;
  /** time that the ticks of the last turn took */
  aheadMs = 0;

  constructor(program: string, { bootId = 1, cause = 0, ms = 0, computeUs = 0 }: Start = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
    const [to, from] = [join(folder, 'to'), join(folder, 'from')];
    execFileSync('mkfifo', [to, from]);
    // The shell opens the pipes in this order, as we do: each open waits for the other end.
    const start = [bootId >>> 0, cause, micros(ms), computeUs].join(' ');
    const script = `exec "$0" --lockstep ${start} < "$1" > "$2"`;
    this.#child = spawn('sh', ['-c', script, program, to, from], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#child.unref();
    this.#to = openSync(to, 'w');
    this.#from = openSync(from, 'r');
    // Open pipes need no names.
    rmSync(folder, { recursive: true });
  }

  /** One turn of its main loop at `ms`: it has heard `length` bytes, and there is room on the line for so many of its own. Its bytes are lent until the next question. */
  turn(ms: number, bytes: Uint8Array, length: number, room = MAX_BYTES): Uint8Array {
    this.#out.write('T');
    this.#out.writeUInt32LE(micros(ms), 1);
    this.#out.writeUInt16LE(Math.min(room, MAX_BYTES), 5);
    this.#out.writeUInt16LE(length, 7);
    this.#out.set(bytes.subarray(0, length), 9);
    this.#ask(9 + length, HEAD);
    this.safe = this.#in[0] === 1;
    this.aheadMs = this.#in.readUInt32LE(1) / US;
    const heard = this.#in.readUInt16LE(5);
    this.#read(heard, HEAD);
    return this.#in.subarray(HEAD, HEAD + heard);
  }

  /** CRC-32C of the weights that run in a region, as they are in its memory; undefined where none do. */
  weights(region: number): number | undefined {
    this.#out.write('W');
    this.#out[1] = region;
    this.#ask(2, 5);
    return this.#in[0] === 1 ? this.#in.readUInt32LE(1) : undefined;
  }

  /** Flips bits of a weight in its memory. */
  flip(region: number, offset: number, mask: number): void {
    this.#out.write('F');
    this.#out[1] = region;
    this.#out.writeUInt32LE(offset, 2);
    this.#out[6] = mask;
    this.#ask(7, 1);
    if (this.#in[0] !== 1) throw new RangeError(`there must be a weight at ${offset} of region ${region}`);
  }

  /** What it has counted since the start. */
  counters(): Record<(typeof COUNTED)[number], number> {
    this.#out.write('C');
    this.#ask(1, 4 * COUNTED.length);
    const counted = COUNTED.map((name, k) => [name, this.#in.readUInt32LE(4 * k)]);
    return Object.fromEntries(counted) as Record<(typeof COUNTED)[number], number>;
  }

  close(): void {
    closeSync(this.#to);
    closeSync(this.#from);
    this.#child.kill('SIGKILL');
  }

  #ask(length: number, answer: number): void {
    for (let at = 0; at < length; ) at += writeSync(this.#to, this.#out, at, length - at);
    this.#read(answer, 0);
  }

  #read(length: number, to: number): void {
    for (let at = 0; at < length; ) {
      const got = readSync(this.#from, this.#in, to + at, length - at, null);
      if (got === 0) throw new Error('the firmware process has ended');
      at += got;
    }
  }
}

/** Bytes that come in one turn of a machine. */
const TURN_BYTES = 4096;

/** The process at the end of a machine's line. */
export class LockstepFirmware {
  readonly line: MachineLine;
  readonly #bytesPerMs: number;
  /** when the last byte that was fed had arrived, on a line of limited speed */
  #arrivedAt = 0;
  readonly #process: LockstepProcess;
  readonly #bytes = new Uint8Array(TURN_BYTES);

  constructor(program: string, { bytesPerMs = Number.POSITIVE_INFINITY, capacity = 4096 } = {}) {
    this.line = new MachineLine(capacity);
    this.#bytesPerMs = bytesPerMs;
    this.#process = new LockstepProcess(program);
  }

  get safe(): boolean {
    return this.#process.safe;
  }

  /** One turn of its main loop at `ms`. */
  run(ms: number): void {
    const length = this.#arriving(ms);
    for (let i = 0; i < length; i++) this.#bytes[i] = this.line.take();
    for (const byte of this.#process.turn(ms, this.#bytes, length)) this.line.give(byte);
  }

  close(): void {
    this.#process.close();
  }

  /** Bytes that have arrived by `ms`. */
  #arriving(ms: number): number {
    if (this.line.waiting === 0) this.#arrivedAt = ms;
    const limited = Number.isFinite(this.#bytesPerMs);
    const length = Math.min(this.line.waiting, TURN_BYTES, limited ? Math.floor((ms - this.#arrivedAt) * this.#bytesPerMs) : TURN_BYTES);
    if (limited) this.#arrivedAt += length / this.#bytesPerMs;
    return length;
  }
}
