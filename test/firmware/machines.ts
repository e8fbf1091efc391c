/** The firmware on everything that can run it here, each in virtual time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AvrBaud, avrMachine, rp2040Machine } from '../../drivers/index.ts';
import { built, firmwareFolder, make } from './build.ts';
import type { Machine } from './firmware-bench.ts';
import { LockstepFirmware } from './lockstep.ts';

/** The process, with sanitizers; `close` ends it. */
export function hostMachine(program: string = built('host-sanitized')): Machine & { readonly firmware: LockstepFirmware } {
  const firmware = new LockstepFirmware(program);
  return { transport: firmware.line, run: (ms) => firmware.run(ms), firmware };
}

/** The emulated chip, with the image of the package or another one. */
export function avr(baud: AvrBaud = 500000, image: string = readFileSync(join(firmwareFolder, `images/atmega328p-${baud}.hex`), 'utf8')) {
  const { machine, transport } = avrMachine({ baud, image });
  return { transport, run: (ms: number) => machine.run(ms), machine };
}

/** The same for the RP2040. */
export function rp2040(baud = 500000, image?: Uint8Array) {
  const { machine, transport } = rp2040Machine({ baud, ...(image === undefined ? {} : { image }) });
  return { transport, run: (ms: number) => machine.run(ms), machine };
}

/** An image that is made for a test: a speed, `small` (4 neurons) or `cutting` (wrong in the last bit), the latter two at 500000 baud. */
export function rp2040Image(name: string): Uint8Array {
  make(`build/rp2040-${name}.uf2`);
  return readFileSync(join(firmwareFolder, `build/rp2040-${name}.uf2`));
}
