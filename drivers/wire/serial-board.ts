import { type SerialOptions, serialTransport } from '../../firmware-bridge/index.ts';
import { WireBoard } from './wire-board.ts';

/** A board at a serial port; the package serialport is loaded when it connects. */
export const serialBoard = (options: SerialOptions): WireBoard => new WireBoard({ kind: 'serial', transport: serialTransport(options) });
