import { raise } from '../../runtime/index.ts';

/** A device on an I2C bus, as it sees a master. */
export interface I2cDevice {
  /** It was addressed. */
  begin(): void;
  /** A byte for it; whether it acknowledges. */
  write(byte: number): boolean;
  /** A byte of it. */
  read(): number;
}

/** A device of numbered byte registers: the first byte written is the number, which every further byte moves on by one. */
export class RegisterFile implements I2cDevice {
  readonly registers: Uint8Array;
  #at = 0;
  #addressed = false;

  constructor(size: number) {
    if (!(Number.isInteger(size) && size > 0 && size <= 256))
      raise('ERR_OUT_OF_RANGE', { path: 'registers.size', bound: '1…256', value: size, remedy: 'registers are numbered by a byte' });
    this.registers = new Uint8Array(size);
  }

  begin(): void {
    this.#addressed = false;
  }

  write(byte: number): boolean {
    if (!this.#addressed) {
      this.#addressed = true;
      this.#at = byte;
      return byte < this.registers.length;
    }
    if (this.#at >= this.registers.length) return false;
    this.registers[this.#at++] = byte;
    return true;
  }

  read(): number {
    return this.#at < this.registers.length ? this.registers[this.#at++]! : 0xff;
  }
}

const ACCELERATION = 0x3b;
const POWER = 0x6b;
const WHO_AM_I = 0x75;
const ASLEEP = 0x40;
/** Of the smallest ranges, which it has after power-on: ±2 g and ±250 °/s. */
const PER_G = 16384;
const PER_DEGREE_PER_SECOND = 131;

export interface Motion {
  /** g, along x, y and z */
  readonly acceleration: readonly [number, number, number];
  /** °/s, about x, y and z; default none */
  readonly rotation?: readonly [number, number, number];
  /** °C; default 25 */
  readonly temperature?: number;
}

/**
 * An MPU-6050 (address 0x68) as most programs use it: identity, power, and the 14 bytes of what it measures, big-endian, in its smallest
 * ranges. It sleeps after power-on and measures nothing until it is woken (register map 4.2, 4.17…4.19, 4.28, 4.32). Filters, FIFO, interrupts and
 * other ranges are not modelled.
 */
export class Mpu6050 extends RegisterFile {
  constructor() {
    super(0x76);
    this.registers[POWER] = ASLEEP;
    this.registers[WHO_AM_I] = 0x68;
  }

  /** What it feels from now on. */
  feel({ acceleration, rotation = [0, 0, 0], temperature = 25 }: Motion): void {
    if ((this.registers[POWER]! & ASLEEP) !== 0) return;
    const words = [
      ...acceleration.map((g) => g * PER_G),
      340 * (temperature - 36.53),
      ...rotation.map((degrees) => degrees * PER_DEGREE_PER_SECOND),
    ];
    const view = new DataView(this.registers.buffer);
    for (const [i, word] of words.entries()) view.setInt16(ACCELERATION + 2 * i, Math.max(-32768, Math.min(32767, Math.round(word))));
  }
}
