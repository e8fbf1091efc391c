import { EventEmitter } from 'node:events';
import type { Transport } from '../../firmware-bridge/index.ts';

/**
 * An open transport in the shape in which Firmata takes a serial port. Firmata's own way asks for a serialport of 2019, and would keep
 * what is written while the port is closed and send it, long stale, after the next open; our transport refuses it.
 */
export class FirmataLine extends EventEmitter {
  readonly path: string;
  readonly #transport: Transport;
  readonly #leave: (() => void)[];
  /** pieces that came from the board */
  pieces = 0;

  constructor(path: string, transport: Transport) {
    super();
    this.path = path;
    this.#transport = transport;
    this.#leave = [
      transport.onBytes((bytes, start, end) => {
        this.pieces++;
        this.emit('data', bytes.subarray(start, end));
      }),
      transport.onLost((error) => this.emit('error', error)),
    ];
  }

  write(bytes: Uint8Array, done?: () => void): void {
    const taken = this.#transport.write(bytes, 0, bytes.length);
    done?.();
    // A command that is lost leaves the board in a state that nobody knows.
    if (!taken) this.emit('error', new Error('its line is closed, or slower than what is written to it'));
  }

  async close(): Promise<void> {
    for (const leave of this.#leave) leave();
    await this.#transport.close();
  }
}
