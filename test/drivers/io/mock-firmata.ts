import type { Transport } from '../../../firmware-bridge/index.ts';
import { type ControllerError, controllerError } from '../../../runtime/index.ts';

const START = 0xf0;
const END = 0xf7;
const ask = { capabilities: 0x6b, mapping: 0x69 } as const;

/** A line to an Arduino with StandardFirmata 2.5: pin 0 is a servo with PWM, pin 1 the analog input A0. */
export function firmataLine() {
  const listeners = new Set<(bytes: Uint8Array, start: number, end: number) => void>();
  const lost = new Set<(error: ControllerError) => void>();
  const written: number[] = [];
  let state: Transport['state'] = 'closed';
  let firmware = 'F';
  const say = (...bytes: number[]): void => {
    for (const listener of listeners) listener(Uint8Array.from(bytes), 0, bytes.length);
  };
  const answer = (query: number | undefined): void => {
    if (query === ask.capabilities) say(START, 0x6c, 0, 1, 1, 1, 3, 8, 4, 14, 127, 0, 1, 2, 10, 127, END);
    if (query === ask.mapping) say(START, 0x6a, 127, 0, END);
  };
  const transport: Transport = {
    get state() {
      return state;
    },
    async open() {
      state = 'open';
      // As after the restart that opening the port causes.
      setImmediate(() => {
        say(0xf9, 2, 5);
        say(START, 0x79, 2, 5, firmware.charCodeAt(0), 0, END);
      });
    },
    async close() {
      state = 'closed';
    },
    write(bytes, start, end) {
      if (state !== 'open') return false;
      const message = [...bytes.subarray(start, end)];
      written.push(...message);
      if (message[0] === START) setImmediate(answer, message[1]);
      return true;
    },
    onBytes(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLost(listener) {
      lost.add(listener);
      return () => lost.delete(listener);
    },
  };
  return {
    transport,
    written,
    analog: (value: number): void => say(0xe0, value & 0x7f, value >> 7),
    /** other firmware is flashed: one letter */
    name(letter: string): void {
      firmware = letter;
    },
    unplug() {
      state = 'closed';
      for (const listener of lost) listener(controllerError('ERR_PORT_LOST', { port: 'line' }));
    },
  };
}
