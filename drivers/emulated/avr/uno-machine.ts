import type { CPU } from 'avr8js';
import type { I2cDevice } from '../i2c.ts';
import { AvrMachine } from './avr-machine.ts';
import { TwiBus } from './twi-bus.ts';
import { UnoPins, type UnoWiring } from './uno-pins.ts';
import type { SerialLine } from './usart.ts';

const MCUSR = 0x54;

/** Why the chip starts: the bit of its status register. */
export const resetCause = { power: 0x01, external: 0x02, lowVoltage: 0x04, watchdog: 0x08 } as const;

export interface UnoMachineOptions {
  readonly wiring: UnoWiring;
  readonly devices: ReadonlyMap<number, I2cDevice>;
  readonly flash: Uint8Array;
  readonly line: SerialLine;
  readonly baud: number;
  /** one of {@link resetCause} */
  readonly cause: number;
}

/** An Arduino Uno's chip from one reset to the next, with all that its firmware may use: three timers, three ports, ADC, I2C, USART, watchdog. */
export class UnoMachine {
  readonly pins: UnoPins;
  readonly #machine: AvrMachine;

  constructor({ flash, line, baud, cause, wiring, devices }: UnoMachineOptions) {
    this.#machine = new AvrMachine({ flash, line, baud });
    const { cpu } = this.#machine;
    cpu.data[MCUSR] = cause;
    this.pins = new UnoPins(cpu, wiring);
    new TwiBus(cpu, devices);
  }

  /** Time since this start, ms. */
  get ms(): number {
    return this.#machine.ms;
  }

  get cpu(): CPU {
    return this.#machine.cpu;
  }

  /** Whether its watchdog bit: whoever runs it starts it anew. */
  get ended(): boolean {
    return this.#machine.watchdogResets > 0;
  }

  /** Bytes that were lost because the program did not read them in time. */
  get overruns(): number {
    return this.#machine.usart.overruns;
  }

  run(ms: number): void {
    this.#machine.run(ms);
  }
}
