/** johnny-five, for which Arduinos and single-board computers have plugins: the only file that loads it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Observable, ReplaySubject } from 'rxjs';
import type { Transport } from '../../firmware-bridge/index.ts';
import { ControllerError, controllerError, type Ms, raise } from '../../runtime/index.ts';
import { loadOptional, reasonOf } from '../optional.ts';
import { type FirmataIo, openFirmata, sayAlive, watchOutputs } from './firmata.ts';
import type { Emitter, Io, Pin } from './plugin.ts';

export type { Pin } from './plugin.ts';

/** What is used of johnny-five's Board. */
export interface FiveBoard extends Emitter {
  readonly io: Io | null;
  readonly pins: { isAnalog(pin: Pin): boolean; isDigital(pin: Pin): boolean; isServo(pin: Pin): boolean };
  readonly RESOLUTION: { readonly ADC: number | null };
  readonly timer: NodeJS.Timeout | null;
}
interface Part {
  readonly pin: Pin;
}
/** What is used of johnny-five. Its published types lack half of it. */
export interface Five {
  readonly Board: (new (
    options: object,
  ) => FiveBoard) & {
    readonly cache: FiveBoard[];
    readonly Pins: { normalize(options: Part, board: FiveBoard): Part };
  };
  readonly Servo: new (options: object) => Part & { to(degrees: number): unknown };
  /** what is used of it: how its sensors are read, one driver for each chip of a board */
  readonly IMU: { readonly Drivers: { get(board: FiveBoard, name: string, options: object): Emitter } };
  readonly Led: new (
    options: object,
  ) => Part & { readonly mode: number; on(): unknown; off(): unknown; brightness(value: number): unknown };
}

/** One of the two. */
export interface BoardOptions {
  /** an IO plugin, whose owner opens and closes the hardware */
  readonly io?: object | undefined;
  /** the port of a board that speaks Firmata: `/dev/ttyACM0`, `COM3`, or another line to one; opened here and closed with the board */
  readonly port?: string | Transport | undefined;
  /**
   * with a port whose board has this package's Firmata firmware: after so many ms in which it hears nothing of this host, its outputs go low, its
   * servos get no pulses, and {@link IoBoard.faults$} says so; default: they stay as they are, as with any other Firmata
   */
  readonly outputTimeoutMs?: Ms | undefined;
  /** with an output timeout: false leaves {@link IoBoard.alive} to the caller, so that a loop that stands still stops the outputs too; default true */
  readonly keptAlive?: boolean;
  /** longest time to wait for the board; default 10 s, since an Arduino restarts when its port is opened */
  readonly timeoutMs?: Ms;
}

/** Firmata's own sampling interval. */
const SAMPLING: Ms = 19;
/** In this time the last few bytes are on the line: what a transport has not yet sent when it is closed is discarded. */
const LAST_WORDS: Ms = 50;

const load = async (): Promise<Five> => (await loadOptional('johnny-five', () => import('johnny-five'))).default as unknown as Five;

/** Resolves when the board is ready. */
function readiness(board: FiveBoard, failed: Promise<never>, timeoutMs: Ms): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    board.on('ready', () => resolve());
    // This listener stays: an error that nobody hears would end the process.
    board.on('error', reject);
    timer = setTimeout(() => reject(controllerError('ERR_LINK_NO_ANSWER', { ms: timeoutMs })), timeoutMs);
  });
  return Promise.race([ready, failed]).finally(() => clearTimeout(timer));
}

/** Rejects when a plugin reports an error; johnny-five listens only once that is ready. */
function failure(io: Io | undefined): Promise<never> {
  const failed = new Promise<never>((_, reject) => io?.on('error', reject));
  // Most boards fail later, or never.
  failed.catch(() => undefined);
  return failed;
}

/**
 * An open board. Its first fault is its last: from then on, and when it is closed, its actuators are in their safe state and
 * apply nothing. (What a board does whose host has died is up to its firmware: Firmata
 * holds its outputs as they are, unless `outputTimeoutMs` was given to one that knows it.)
 */
export class IoBoard {
  readonly name: string;
  /** johnny-five and its board, for the components of this folder */
  readonly five: Five;
  readonly raw: FiveBoard;
  /** emits the fault, to late subscribers too, and completes when the board is closed */
  readonly faults$: Observable<ControllerError>;
  readonly #faults = new ReplaySubject<ControllerError>(1);
  readonly #firmata: FirmataIo | undefined;
  #fault: ControllerError | undefined;
  #closing: Promise<void> | undefined;
  #sampling = SAMPLING;

  constructor(name: string, five: Five, raw: FiveBoard, firmata: FirmataIo | undefined) {
    this.name = name;
    this.five = five;
    this.raw = raw;
    this.#firmata = firmata;
    this.faults$ = this.#faults.asObservable();
    raw.on('error', (cause) => this.fail(cause));
    for (const end of ['close', 'disconnect'])
      raw.on(end, (cause) => this.fail(cause instanceof ControllerError ? cause : controllerError('ERR_PORT_LOST', { port: name })));
    // Firmata says its version when it starts, and then when it is asked.
    firmata?.on('reportversion', () => this.fail(new Error('it has restarted, and its pins are inputs')));
  }

  get io(): Io {
    return this.raw.io!;
  }

  get fault(): ControllerError | undefined {
    return this.#fault;
  }

  /** Takes `cause` for the fault of the board, unless it has one or is closed. */
  fail(cause: unknown): void {
    if (this.#fault !== undefined || this.#closing !== undefined) return;
    this.#fault =
      cause instanceof ControllerError ? cause : controllerError('ERR_BOARD_FAULT', { board: this.name, reason: reasonOf(cause) }, cause);
    this.#faults.next(this.#fault);
  }

  /** The firmware and the number of pins that it told; undefined: not over Firmata. */
  get identity(): string | undefined {
    if (this.#firmata === undefined) return undefined;
    const { name, version } = this.#firmata.firmware;
    return `${name ?? 'Firmata'} ${version?.major}.${version?.minor}, ${this.io.pins?.length} pins`;
  }

  /** A number that changes with everything that is heard; of a plugin it stands still. */
  get signs(): number {
    return this.#firmata?.transport.pieces ?? 0;
  }

  /** What `make` returns; a CapabilityError when the pin cannot be used so. */
  component<T>(pin: Pin, use: string, make: (five: Five, raw: FiveBoard) => T): T {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#closing !== undefined) raise('ERR_BOARD_FAULT', { board: this.name, reason: 'it is closed' });
    try {
      return make(this.five, this.raw);
    } catch (cause) {
      throw controllerError('ERR_PIN', { pin, board: this.name, use, reason: reasonOf(cause) }, cause);
    }
  }

  /** Boards have one sampling interval for all their pins: the shortest that was asked for. */
  sampleEvery(ms: Ms): void {
    if (ms >= this.#sampling) return;
    this.#sampling = ms;
    this.io.setSamplingInterval?.(ms);
  }

  /** With `keptAlive: false`: tells the board, at least every quarter of its output timeout, that its host lives. */
  alive(): void {
    if (this.#firmata !== undefined && this.#fault === undefined && this.#closing === undefined) sayAlive(this.#firmata);
  }

  /** Actuators to their safe state, port closed; idempotent, never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#faults.complete();
    forget(this.five, this.raw);
    if (this.#firmata === undefined) return;
    if (this.#fault === undefined) await sleep(LAST_WORDS);
    await this.#firmata.transport.close();
  }
}

/** johnny-five keeps every board that was ever made, and its timers. */
function forget({ Board }: Five, raw: FiveBoard): void {
  clearTimeout(raw.timer ?? undefined);
  clearTimeout(raw.io?.reportVersionTimeoutId);
  const at = Board.cache.indexOf(raw);
  if (at >= 0) Board.cache.splice(at, 1);
}

function keepAlive(board: IoBoard, outputTimeoutMs: Ms): void {
  const timer = setInterval(() => board.alive(), outputTimeoutMs / 4).unref();
  board.faults$.subscribe({ next: () => clearInterval(timer), complete: () => clearInterval(timer) });
}

/** Opens a board through johnny-five, without its console, its log and its handler of SIGINT. */
export async function openBoard({ io, port, outputTimeoutMs, keptAlive = true, timeoutMs = 10_000 }: BoardOptions): Promise<IoBoard> {
  if ((io === undefined) === (port === undefined)) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'board',
      bound: 'exactly one of io and port',
      value: io === undefined ? 'neither' : 'both',
      remedy: "give port: '/dev/ttyACM0' for a board that speaks Firmata, or io: an IO plugin",
    });
  }
  if (outputTimeoutMs !== undefined && (port === undefined || !(outputTimeoutMs >= 20 && outputTimeoutMs < 1 << 14))) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'board.outputTimeoutMs',
      bound: '20…16383 ms, with a port',
      value: outputTimeoutMs,
      remedy: 'leave it out for a plugin: its outputs are its own affair',
    });
  }
  let five: Five | undefined;
  let firmata: FirmataIo | undefined;
  let raw: FiveBoard | undefined;
  let name = (io as Io | undefined)?.name ?? 'board';
  try {
    const early = failure(io as Io | undefined);
    five = await load();
    if (port !== undefined) {
      firmata = await openFirmata(port);
      name = firmata.transport.path;
    }
    const failed = firmata === undefined ? early : failure(firmata);
    raw = new five.Board({ io: firmata ?? io, repl: false, debug: false, sigint: false, timeout: timeoutMs });
    await readiness(raw, failed, timeoutMs);
    const board = new IoBoard(name, five, raw, firmata);
    if (firmata !== undefined && outputTimeoutMs !== undefined) {
      await watchOutputs(firmata, board, outputTimeoutMs, timeoutMs);
      if (keptAlive) keepAlive(board, outputTimeoutMs);
    }
    return board;
  } catch (cause) {
    if (five !== undefined && raw !== undefined) forget(five, raw);
    await firmata?.transport.close();
    if (cause instanceof ControllerError) throw cause;
    const remedy = 'check that the board speaks Firmata, or that io is a plugin as johnny-five describes it';
    throw controllerError('ERR_PORT_OPEN', { port: name, reason: reasonOf(cause), remedy }, cause);
  }
}
