/** The firmware on everything that can run it here, each in virtual time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AvrBaud, avrMachine } from '../../drivers/index.ts';
import { built, firmwareFolder } from './build.ts';
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
