import { reseed } from './core.ts';
import type { Machine } from './machine.ts';
import { readMemory, target, writeMemory } from './memory.ts';
import { registerAt, registerValue } from './registers.ts';

/** Least CLK cycles of a period of SCK at which a read gives its own word, and at which a write arrives. */
const READ_CYCLES = 8;
const WRITE_CYCLES = 4;

/**
 * The SPI port of ReckOn: mode 0, most significant bit first, no chip select. A frame is 32 bits of address, {read, target[2:0], words[11:0], start[15:0]}, and
 * as many words of 32 bits. Nothing but a reset ends a frame early: one lost edge of SCK shifts all that follows.
 *
 * A word written to a memory goes to start, start + 1, …; to a register, all go to the same one. Memories and seeds need EN_CONF.
 * With SCK ≤ CLK/8 a read is right. Faster, its word comes too late for the shift register, and the word read before comes in its place; faster than CLK/4,
 * a write is lost. At CLK/4 and CLK/8 that was measured in simulation of the hardware description; in between, the slower one's behaviour is assumed.
 */
export class SpiPort {
  readonly #machine: Machine;
  /** bits since the frame began, the next one not counted */
  #count = 0;
  #in = 0;
  #out = 0;
  #address = 0;
  #readback = 0;
  /** a word that comes too late for its own place */
  #late: number | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  reset(): void {
    this.#count = 0;
    this.#address = 0;
    this.#out = 0;
    this.#late = undefined;
  }

  /** One period of SCK, of `cycles` CLK cycles: MOSI is taken at its rising edge; returns MISO as it stood there. */
  clock(mosi: number, cycles: number): number {
    const bit = this.#count & 31;
    const word = this.#count >> 5;
    const reads = this.#address < 0;
    // The first bit of a word comes straight from the readback register.
    const { registers } = this.#machine.core;
    const miso = (reads && bit === 0 && word > 0 ? this.#readback >>> 31 : this.#out >>> 31) | 0;
    const shown = miso | (registers.GET_TAR_REQ_OUT === 1 && this.#machine.wantsTarget ? 1 : 0);
    this.#in = (this.#in << 1) | mosi;
    if (bit === 31 && word > 0 && !reads && ((this.#address >>> 28) & 7) === target.registers) this.#writeRegister();
    this.#machine.run(cycles);
    this.#fall(bit, word, cycles);
    return shown;
  }

  #fall(bit: number, word: number, cycles: number): void {
    if (bit === 31 && word === 0) this.#address = this.#in;
    const words = (this.#address >>> 16) & 0xfff;
    const of = (this.#address >>> 28) & 7;
    const start = this.#address & 0xffff;
    if (this.#address >= 0) {
      this.#out = 0;
      if (bit === 31 && word > 0) this.#write(of, (start + word - 1) & 0xffff, cycles);
    } else if (bit === 31 && word < words) {
      this.#fetch(of, (start + word) & 0xffff, cycles);
    } else if (bit === 0 && word > 0) {
      this.#out = this.#readback << 1;
      if (this.#late !== undefined) this.#readback = this.#late;
      this.#late = undefined;
    } else this.#out <<= 1;
    this.#count = bit === 31 && word >= words ? 0 : this.#count + 1;
  }

  #fetch(of: number, address: number, cycles: number): void {
    const { core } = this.#machine;
    if (core.registers.EN_CONF === 0) return;
    const found = readMemory(core, of, address);
    if (found === undefined) return;
    if (cycles >= READ_CYCLES) this.#readback = found;
    else this.#late = found;
  }

  #write(of: number, address: number, cycles: number): void {
    const { core } = this.#machine;
    if (core.registers.EN_CONF === 0 || cycles < WRITE_CYCLES) return;
    // A seed moves into its generator; the address of a register does not count up.
    const name = of === target.registers ? registerAt(this.#address & 0xffff) : undefined;
    if (name !== undefined) reseed(core, name);
    else writeMemory(core, of, address, this.#in);
  }

  #writeRegister(): void {
    const name = registerAt(this.#address & 0xffff);
    if (name === undefined) return;
    this.#machine.core.registers[name] = registerValue(name, this.#in);
    this.#machine.registersWritten();
  }
}
