import { readFileSync } from 'node:fs';
import { type FaultRates, type FaultyTransport, MachineLine, withFaults } from '../../firmware-bridge/index.ts';
import { exact } from '../../runtime/index.ts';
import { WireBoard } from '../wire/wire-board.ts';
import { AvrMachine, FLASH_BYTES } from './avr/avr-machine.ts';
import { readIntelHex } from './avr/intel-hex.ts';

/** Speeds for which there is an image. */
export type AvrBaud = 115200 | 500000;

export interface EmulatedAvrOptions {
  /** speed of the line; default 500000 */
  readonly baud?: AvrBaud;
  /** text of another image (Intel hex) than the package's own */
  readonly image?: string;
  /** what the line does to the bytes of each direction, beside what the chip itself loses */
  readonly faults?: { readonly toBoard?: FaultRates; readonly toHost?: FaultRates };
  /** of the faults and the sessions; default 1 */
  readonly seed?: number;
}

/** A board in virtual time whose far end is a chip that runs our firmware. */
export type EmulatedAvr = WireBoard & {
  readonly machine: AvrMachine;
  /** the line with its faults, if it has any */
  readonly line: FaultyTransport | undefined;
  /** lets time pass in which the board is not used */
  pass(ms: number): void;
};

/** Time between two looks at the line: a few bytes at 500,000 baud. */
const STEP_MS = 0.125;
/** Its reset and the EEPROM take some time before it listens. */
const BOOT_MS = 10;

/** Where the package has its images. */
const imageUrl = (baud: AvrBaud): URL => new URL(`../../../firmware-bridge/firmware/images/atmega328p-${baud}.hex`, import.meta.url);

/** The chip alone, with the package's image, and the host's end of its line. */
export function avrMachine({ baud = 500000, image }: Pick<EmulatedAvrOptions, 'baud' | 'image'> = {}) {
  const flash = readIntelHex(image ?? readFileSync(imageUrl(baud), 'utf8'), FLASH_BYTES);
  // No more than the line carries in 50 ms: what waits longer would only be late.
  const line = new MachineLine(Math.max(1024, Math.round(baud / 200)));
  return { machine: new AvrMachine({ flash, line, baud }), transport: line };
}

/**
 * An emulated ATmega328P (the Arduino Uno's chip) that runs the package's firmware, instruction by instruction and in virtual time: nothing depends on
 * the machine, and nothing but npm is needed. What fits is little: see its capabilities.
 */
export function emulatedAvr(options: EmulatedAvrOptions = {}): EmulatedAvr {
  const { faults, seed = 1 } = options;
  const { machine, transport } = avrMachine(options);
  let ms = BOOT_MS;
  const now = (): number => ms;
  machine.run(ms);
  const line =
    faults === undefined ? undefined : withFaults(transport, { now, seed, send: faults.toBoard ?? {}, receive: faults.toHost ?? {} });
  const numbers = exact.randomStream(seed, 'emulated avr');
  let drawn = 0;
  const board = new WireBoard({
    transport: line ?? transport,
    kind: 'avr',
    session: () => Math.floor(numbers.uniform(drawn++) * 0xffffffff) + 1,
    virtual: {
      now,
      stepMs: STEP_MS,
      pass: (step) => {
        ms += step;
        machine.run(ms);
      },
      poll: () => machine.run(ms),
    },
  });
  const pass = (time: number): void => {
    for (let left = time; left > 0; left -= STEP_MS) {
      ms += Math.min(left, STEP_MS);
      board.poll();
    }
  };
  return Object.assign(board, { machine, line, pass });
}
