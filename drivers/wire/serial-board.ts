import { type SerialOptions, serialTransport, stablePort } from '../../firmware-bridge/index.ts';
import { WireBoard } from './wire-board.ts';

/** A board at a serial port; the package serialport is loaded when it connects. */
export const serialBoard = (options: SerialOptions): WireBoard => new WireBoard({ kind: 'serial', transport: serialTransport(options) });

/** The board that is at this path now, kept by its serial number wherever it is plugged in later. */
export const boardAt = async ({ path, ...options }: { readonly path: string; readonly baudRate?: number }): Promise<WireBoard> =>
  serialBoard({ ...(await stablePort(path)), ...options });
