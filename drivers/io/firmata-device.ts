import { map } from 'rxjs';
import { type SerialTransport, serialTransport, stablePort, type Transport } from '../../firmware-bridge/index.ts';
import type { Device, DeviceSign } from '../supervise.ts';
import { type BoardOptions, type IoBoard, openBoard } from './board.ts';
import { FIRMATA_BAUD_RATE } from './firmata.ts';

/** A board that speaks Firmata, as a device: every opening is a new board with components of its own. A port that is given by its path is kept by its serial number. */
export function firmataDevice({ port, ...options }: Omit<BoardOptions, 'io'> & { readonly port: string | Transport }): Device<IoBoard> {
  let line: Transport | SerialTransport | undefined = typeof port === 'string' ? undefined : port;
  return {
    name: typeof port === 'string' ? port : 'Firmata',
    async open() {
      line ??= serialTransport({ ...(await stablePort(port as string)), baudRate: FIRMATA_BAUD_RATE });
      return openBoard({ ...options, port: line });
    },
    identityOf: (board) => board.identity,
    watch: (board) => board.faults$.pipe(map((error): DeviceSign => ({ kind: 'lost', error }))),
    signs: (board) => board.signs,
    close: (board) => board.close(),
  };
}
