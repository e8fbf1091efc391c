/** Boards that speak Firmata, through firmata-io: the only file that loads it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serialTransport, type Transport } from '../../firmware-bridge/index.ts';
import { controllerError, type Ms } from '../../runtime/index.ts';
import { loadOptional } from '../optional.ts';
import { FirmataLine } from './firmata-line.ts';
import type { Io } from './plugin.ts';

/** What is used of firmata-io's board, beside what any plugin has. */
export interface FirmataIo extends Io {
  readonly transport: FirmataLine;
  /** what the board says that it runs */
  readonly firmware: { readonly name?: string; readonly version?: { readonly major: number; readonly minor: number } };
  sysexCommand(message: readonly number[]): unknown;
}
interface FirmataClass {
  new (line: FirmataLine): FirmataIo;
  /** what is done with a sysex message of any board */
  readonly SYSEX_RESPONSE: Record<
    number,
    (board: { readonly buffer: readonly number[]; emit(event: string, value: unknown): void }) => void
  >;
}

/** What is used of an open board. */
interface Watched {
  readonly name: string;
  fail(cause: unknown): void;
}

/** Firmata's own. */
export const FIRMATA_BAUD_RATE = 57600;
/** The sysex of this package's firmware, of those that the protocol leaves to the user: the time in ms, low seven bits first, and back whether it has run out. */
const OUTPUT_TIMEOUT = 0x0f;
const EVENT = 'output-timeout';

/** Opens a line and asks nothing yet: the board says what it is when it starts. */
export async function openFirmata(port: string | Transport): Promise<FirmataIo> {
  const { default: firmata } = await loadOptional('firmata-io', () => import('firmata-io'));
  const { Firmata } = firmata as { readonly Firmata: FirmataClass };
  Firmata.SYSEX_RESPONSE[OUTPUT_TIMEOUT] ??= (board) => board.emit(EVENT, board.buffer[4] === 1);
  const transport = typeof port === 'string' ? serialTransport({ path: port, baudRate: FIRMATA_BAUD_RATE }) : port;
  await transport.open();
  const line = new FirmataLine(typeof port === 'string' ? port : 'line', transport);
  const io = new Firmata(line);
  // A serial port of Firmata's own would say so by itself.
  setImmediate(() => line.emit('open'));
  return io;
}

/** Anything said to the board is a sign of life; this changes nothing else. */
export const sayAlive = (io: FirmataIo): unknown => io.sysexCommand([OUTPUT_TIMEOUT]);

/** Tells the board its output timeout, and makes a fault of it when it has run out. */
export async function watchOutputs(io: FirmataIo, board: Watched, ms: Ms, timeoutMs: Ms): Promise<void> {
  const asked = new AbortController();
  const answered = new Promise<boolean>((resolve) => io.on(EVENT, () => resolve(true)));
  const waited = sleep(timeoutMs, false, { signal: asked.signal }).catch(() => false);
  io.sysexCommand([OUTPUT_TIMEOUT, ms & 0x7f, ms >> 7]);
  const known = await Promise.race([answered, waited]);
  asked.abort();
  if (!known) {
    const remedy = "load the package's Firmata firmware into the board, or leave outputTimeoutMs out";
    throw controllerError('ERR_PORT_OPEN', { port: board.name, reason: 'it has no output timeout', remedy });
  }
  io.on(EVENT, (silent) => silent === true && board.fail(controllerError('ERR_BOARD_SAFE', { ms })));
}
