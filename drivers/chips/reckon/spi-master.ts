import type { ReckonDevice } from './device.ts';
import { target } from './memory.ts';
import { type RegisterName, registerTable } from './registers.ts';

/** The driver's rule: SCK ≤ CLK/8. */
export const SAFE_DIVIDER = 8;
/** Words of a frame at most; the chip's own limit is 2047. */
const BURST = 1024;

/** The line between host and chip, bit by bit; a test may put faults on it. */
export interface SpiLine {
  /** one period of SCK, of `cycles` CLK cycles: MOSI out, MISO back */
  clock(mosi: number, cycles: number): number;
}

/** The host's end of the SPI bus: frames out of words. Registers cannot be read back, so that it keeps what it wrote. */
export class SpiMaster {
  readonly #line: SpiLine;
  /** CLK cycles of a period of SCK */
  divider: number;
  /** bytes that went over the line, both ways counted once */
  bytes = 0;
  /** what was written to registers since the last reset */
  readonly shadow = new Map<RegisterName, number>();

  constructor(device: Pick<ReckonDevice, 'spi'> | SpiLine, divider = SAFE_DIVIDER) {
    this.#line = 'spi' in device ? device.spi : device;
    this.divider = divider;
  }

  writeRegister(name: RegisterName, value: number): void {
    this.#address(0, target.registers, 1, registerTable[name].address);
    this.#word(value);
    this.shadow.set(name, value);
  }

  /** Writes words to a memory from `start` on. */
  write(of: number, start: number, words: Uint32Array): void {
    for (let at = 0; at < words.length; at += BURST) {
      const end = Math.min(at + BURST, words.length);
      this.#address(0, of, end - at, start + at);
      for (let k = at; k < end; k++) this.#word(words[k]!);
    }
  }

  /** Reads words of a memory from `start` on. */
  read(of: number, start: number, count: number): Uint32Array {
    const words = new Uint32Array(count);
    for (let at = 0; at < count; at += BURST) {
      const end = Math.min(at + BURST, count);
      this.#address(1, of, end - at, start + at);
      for (let k = at; k < end; k++) words[k] = this.#word(0);
    }
    return words;
  }

  #address(read: number, of: number, words: number, start: number): void {
    this.#word((read << 31) | (of << 28) | (words << 16) | start);
  }

  #word(out: number): number {
    let found = 0;
    for (let bit = 31; bit >= 0; bit--) found = (found << 1) | this.#line.clock((out >>> bit) & 1, this.divider);
    this.bytes += 4;
    return found >>> 0;
  }
}
