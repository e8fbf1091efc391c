import { AVRTWI, type CPU, type TWIEventHandler, twiConfig } from 'avr8js';
import type { I2cDevice } from '../i2c.ts';

const HZ = 16_000_000;
/** Eight bits and their acknowledgement. */
const BITS = 9;

/** The wires between the chip's bus unit and devices by their addresses; every byte takes its nine bits of time. */
export class TwiBus implements TWIEventHandler {
  readonly #cpu: CPU;
  readonly #twi: AVRTWI;
  readonly #devices: ReadonlyMap<number, I2cDevice>;
  #device: I2cDevice | undefined;

  constructor(cpu: CPU, devices: ReadonlyMap<number, I2cDevice>) {
    this.#cpu = cpu;
    this.#devices = devices;
    this.#twi = new AVRTWI(cpu, twiConfig, HZ);
    this.#twi.eventHandler = this;
  }

  #after(bits: number, done: () => void): void {
    this.#cpu.addClockEvent(done, Math.round((bits * HZ) / this.#twi.sclFrequency));
  }

  start(): void {
    this.#after(1, () => this.#twi.completeStart());
  }

  stop(): void {
    this.#device = undefined;
    this.#after(1, () => this.#twi.completeStop());
  }

  connectToSlave(address: number, write: boolean): void {
    this.#device = this.#devices.get(address);
    if (write) this.#device?.begin();
    this.#after(BITS, () => this.#twi.completeConnect(this.#device !== undefined));
  }

  writeByte(value: number): void {
    const taken = this.#device?.write(value) ?? false;
    this.#after(BITS, () => this.#twi.completeWrite(taken));
  }

  readByte(): void {
    const value = this.#device?.read() ?? 0xff;
    this.#after(BITS, () => this.#twi.completeRead(value));
  }
}
