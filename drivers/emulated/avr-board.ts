import { readFileSync } from 'node:fs';
import { type FaultRates, MachineLine } from '../../firmware-bridge/index.ts';
import { AvrMachine, FLASH_BYTES } from './avr/avr-machine.ts';
import { readIntelHex } from './avr/intel-hex.ts';
import { UnoPins, unwired } from './avr/uno-pins.ts';
import { type MachineBoard, machineBoard } from './machine-board.ts';

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

/** A board in virtual time whose far end is a chip that runs our firmware, and the pins of that chip, to look at and to drive. */
export type EmulatedAvr = MachineBoard<AvrMachine> & { readonly chipPins: UnoPins };

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
  const chipPins = new UnoPins(machine.cpu, unwired());
  return Object.assign(machineBoard({ kind: 'avr', machine, transport, bootMs: BOOT_MS, faults, seed }), { chipPins });
}
