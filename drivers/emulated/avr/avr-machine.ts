import {
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRWatchdog,
  avrInstruction,
  CPU,
  clockConfig,
  EEPROMMemoryBackend,
  eepromConfig,
  portBConfig,
  timer1Config,
  watchdogConfig,
} from 'avr8js';
import { type SerialLine, Usart } from './usart.ts';

export const FLASH_BYTES = 32768;
const RAM_BYTES = 2048;
const EEPROM_BYTES = 1024;
const HZ = 16_000_000;
const MS = 1000;
const SLEEP = 0x9588;
const SEI = 0x9478;
const PORTB = 0x25;
const TICK_PIN = 0x10;

/** The emulator keeps what comes next to itself; a sleeping chip is moved on to it. */
type Clocked = { readonly nextClockEvent: { readonly cycles: number } | null };

export interface AvrMachineOptions {
  /** contents of the flash */
  readonly flash: Uint8Array;
  readonly line: SerialLine;
  /** speed at which the host sends */
  readonly baud: number;
}

/**
 * An ATmega328P at 16 MHz with its flash, USART 0, timer 1, EEPROM, watchdog and port B: instruction by instruction, to the cycle, in its
 * own time. While the program sleeps the clock jumps to what wakes it, so that an idle chip costs little.
 */
export class AvrMachine {
  readonly cpu: CPU;
  readonly usart: Usart;
  readonly #port: AVRIOPort;
  readonly #clocked: Clocked;
  #asleep = false;
  #busySince = 0;
  /** times that the watchdog bit */
  watchdogResets = 0;
  /** cycles between the edges of the pin that is high while a tick is computed: of the last tick, the longest, and all */
  readonly tickCycles = { last: 0, most: 0, sum: 0, ticks: 0 };

  constructor({ flash, line, baud }: AvrMachineOptions) {
    const cpu = new CPU(new Uint16Array(flash.slice().buffer), RAM_BYTES);
    this.cpu = cpu;
    this.#clocked = cpu as unknown as Clocked;
    this.usart = new Usart(cpu, line, (HZ * 10) / baud);
    const clock = new AVRClock(cpu, HZ, clockConfig);
    new AVRTimer(cpu, timer1Config);
    new AVREEPROM(cpu, new EEPROMMemoryBackend(EEPROM_BYTES), eepromConfig);
    new AVRWatchdog(cpu, watchdogConfig, clock);
    this.#port = new AVRIOPort(cpu, portBConfig);
    this.#port.addListener((now, before) => this.#edges(now, before));
    // The emulator's watchdog only starts the program anew.
    const reset = cpu.reset.bind(cpu);
    cpu.reset = () => {
      reset();
      this.watchdogResets++;
      this.usart.reset();
      this.#asleep = false;
    };
  }

  /** Time since the start, ms. */
  get ms(): number {
    return (this.cpu.cycles / HZ) * MS;
  }

  /** Levels of port B as the program drives them. */
  get pins(): number {
    return this.cpu.data[PORTB]!;
  }

  /** Runs until `ms`. */
  run(ms: number): void {
    const { cpu } = this;
    const until = Math.round((ms * HZ) / MS);
    this.usart.listen();
    while (cpu.cycles < until) {
      if (this.#asleep && !this.#wake(until)) return;
      const opcode = cpu.progMem[cpu.pc];
      this.#asleep = opcode === SLEEP;
      avrInstruction(cpu);
      // The instruction behind SEI is executed before any interrupt: what keeps SEI, SLEEP from missing one.
      if (opcode !== SLEEP && opcode !== SEI) cpu.tick();
    }
  }

  /** Moves a sleeping chip on to what happens next; whether it is awake. */
  #wake(until: number): boolean {
    const { cpu } = this;
    const { pc } = cpu;
    for (;;) {
      if (cpu.nextInterrupt < 0) cpu.cycles = Math.max(cpu.cycles, Math.min(until, this.#clocked.nextClockEvent?.cycles ?? until));
      cpu.tick();
      if (cpu.pc !== pc) break;
      if (cpu.cycles >= until) return false;
    }
    this.#asleep = false;
    return true;
  }

  #edges(now: number, before: number): void {
    if (((now ^ before) & TICK_PIN) === 0) return;
    const { cycles } = this.cpu;
    if ((now & TICK_PIN) !== 0) {
      this.#busySince = cycles;
      return;
    }
    const { tickCycles } = this;
    tickCycles.last = cycles - this.#busySince;
    if (tickCycles.last > tickCycles.most) tickCycles.most = tickCycles.last;
    tickCycles.sum += tickCycles.last;
    tickCycles.ticks++;
  }
}
