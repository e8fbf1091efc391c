import { readFileSync } from 'node:fs';
import { type FaultRates, MachineLine } from '../../firmware-bridge/index.ts';
import { raise } from '../../runtime/index.ts';
import { type MachineBoard, machineBoard } from './machine-board.ts';
import { PicoPins } from './rp2040/pico-pins.ts';
import { Rp2040Machine } from './rp2040/rp2040-machine.ts';
import { readUf2 } from './rp2040/uf2.ts';

/** Speeds for which the package has an image. */
export const rp2040Bauds: readonly number[] = [115200, 500000];

export interface EmulatedRp2040Options {
  /** speed of the line, for which there must be an image; default 500000 */
  readonly baud?: number;
  /** bytes of another image (UF2) than the package's own */
  readonly image?: Uint8Array;
  /** what the line does to the bytes of each direction, beside what the chip itself loses */
  readonly faults?: { readonly toBoard?: FaultRates; readonly toHost?: FaultRates };
  /** of the faults, the sessions and the chip's noise; default 1 */
  readonly seed?: number;
}

/** A board in virtual time whose far end is an RP2040 that runs our firmware, and the pins of that chip, to look at and to drive. */
export type EmulatedRp2040 = MachineBoard<Rp2040Machine> & { readonly chipPins: PicoPins };

/** Of the flash of a Pico. */
const FLASH_BYTES = 2 << 20;
/** Its clocks start and it says so before it listens. */
const BOOT_MS = 10;

/** The package's image for a speed. */
function packaged(baud: number): Uint8Array {
  if (!rp2040Bauds.includes(baud))
    return raise('ERR_FIRMWARE_IMAGE', {
      part: `the image for ${baud} baud`,
      why: `there are images for ${rp2040Bauds.join(' and ')} only`,
    });
  return readFileSync(new URL(`../../../firmware-bridge/firmware/images/rp2040-${baud}.uf2`, import.meta.url));
}

/** The chip alone, with the package's image, and the host's end of its line. */
export function rp2040Machine({ baud = 500000, image, seed = 1 }: Pick<EmulatedRp2040Options, 'baud' | 'image' | 'seed'> = {}) {
  const flash = readUf2(image ?? packaged(baud), FLASH_BYTES);
  // No more than the line carries in 50 ms: what waits longer would only be late.
  const line = new MachineLine(Math.max(1024, Math.round(baud / 200)));
  return { machine: new Rp2040Machine({ flash, line, baud, seed }), transport: line };
}

/**
 * An emulated RP2040 (the Raspberry Pi Pico's chip) that runs the package's firmware, instruction by instruction and in virtual time: nothing
 * depends on the machine, and nothing but npm is needed. It holds 256 neurons with dense recurrence, and it learns.
 */
export function emulatedRp2040(options: EmulatedRp2040Options = {}): EmulatedRp2040 {
  const { faults, seed = 1 } = options;
  const { machine, transport } = rp2040Machine(options);
  const chipPins = new PicoPins(machine.chip, () => machine.ms * 1e6);
  return Object.assign(machineBoard({ kind: 'rp2040', machine, transport, bootMs: BOOT_MS, faults, seed }), { chipPins });
}
