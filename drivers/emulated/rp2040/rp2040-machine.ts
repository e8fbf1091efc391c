import { BasePeripheral, GPIOPinState, RP2040 } from 'rp2040js';
import { exact, raise } from '../../../runtime/index.ts';
import type { SerialLine } from '../avr/usart.ts';
import { Pl011 } from './pl011.ts';

const UART0 = 0x40034;
const UART0_IRQ = 20;
const ROSC = 0x40060;
const RANDOMBIT = 0x1c;
const CHIP_RESET_BASE = 0x40064;
const CHIP_RESET = 0x08;
const HAD_POWER_ON = 1 << 8;
const TIMER_REASON = 1;
const BOOT2_BYTES = 256;
const RAM = 0x20000000;
/** Where the ROM runs the second stage. */
const BOOT2_AT = 0x20041f00;
const STACK_AT = 0x20042000;
const TICK_PIN = 22;
const NS = 1e9;
const NS_PER_MS = 1e6;

/** The emulator keeps its clock's hands to itself. */
interface Hands {
  readonly nanos: number;
  readonly nextAlarm: { readonly nanos: number } | null;
  tick(nanos: number): void;
}
/** And so the watchdog, which knows how to bite but not whom. */
interface Watchdog {
  reason: number;
  enable: boolean;
  readonly timer: { enable: boolean };
  readonly alarm: { enable: boolean };
  onWatchdogTrigger: () => void;
}

/** Registers that the emulator lacks: the noise of the ring oscillator, and why the chip was reset. */
class Noise extends BasePeripheral {
  readonly #numbers: ReturnType<typeof exact.randomStream>;
  #drawn = 0;

  constructor(chip: RP2040, seed: number) {
    super(chip, 'ROSC');
    this.#numbers = exact.randomStream(seed, 'ring oscillator');
  }

  override readUint32(offset: number): number {
    return offset === RANDOMBIT ? Number(this.#numbers.uniform(this.#drawn++) < 0.5) : super.readUint32(offset);
  }
}

class ChipReset extends BasePeripheral {
  override readUint32(offset: number): number {
    return offset === CHIP_RESET ? HAD_POWER_ON : super.readUint32(offset);
  }
}

/** CRC-32 as the ROM computes it: polynomial 0x04c11db7, start all ones, neither reflected nor inverted. */
function romCheckSum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

export interface Rp2040MachineOptions {
  /** contents of the flash, from its beginning */
  readonly flash: Uint8Array;
  readonly line: SerialLine;
  /** speed at which the host sends */
  readonly baud: number;
  /** of the ring oscillator's noise; default 1 */
  readonly seed?: number;
}

/**
 * An RP2040 with its flash, one core, UART 0, timer, watchdog, clocks and pins: instruction by instruction, in its own time. It starts as
 * the chip's ROM does: the second stage of the image is checked, copied to the end of RAM and run. While the program waits for an event
 * the clock jumps to what wakes it.
 */
export class Rp2040Machine {
  readonly chip = new RP2040();
  readonly uart: Pl011;
  readonly #hands = this.chip.clock as unknown as Hands;
  readonly #watchdog: Watchdog;
  readonly #image: Uint8Array;
  #cycles = 0;
  #busySince = 0;
  /** times that the watchdog bit */
  watchdogResets = 0;
  /** what the emulator had to say: registers that it does not know, and the like */
  readonly complaints: string[] = [];
  /** cycles between the edges of the pin that is high while a tick is computed: of the last tick, the longest, and all */
  readonly tickCycles = { last: 0, most: 0, sum: 0, ticks: 0 };

  constructor({ flash, line, baud, seed = 1 }: Rp2040MachineOptions) {
    const { chip } = this;
    this.#image = flash;
    if (flash.length <= BOOT2_BYTES) raise('ERR_FIRMWARE_IMAGE', { part: 'the second stage', why: 'it is missing' });
    const sum = new DataView(flash.buffer, flash.byteOffset).getUint32(BOOT2_BYTES - 4, true);
    if (romCheckSum(flash.subarray(0, BOOT2_BYTES - 4)) !== sum)
      raise('ERR_FIRMWARE_IMAGE', { part: 'the second stage', why: 'its check sum is wrong, so that the ROM would not run it' });
    const complain = (component: string, message: string): void => {
      if (this.complaints.length < 100) this.complaints.push(`${component}: ${message}`);
    };
    chip.logger = { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
    this.uart = new Pl011(chip, UART0_IRQ, line, baud);
    chip.peripherals[UART0] = this.uart;
    chip.peripherals[ROSC] = new Noise(chip, seed);
    chip.peripherals[CHIP_RESET_BASE] = new ChipReset(chip, 'CHIP_RESET');
    chip.onBreak = (code) => complain('core', `breakpoint ${code}`);
    this.#watchdog = chip.peripherals[0x40058] as unknown as Watchdog;
    this.#watchdog.onWatchdogTrigger = () => this.#bite();
    chip.gpio[TICK_PIN]!.addListener((state, before) => this.#edge(state, before));
    chip.flash.set(flash);
    this.#boot();
  }

  /** Time since the start, ms. */
  get ms(): number {
    return this.#hands.nanos / NS_PER_MS;
  }

  /** Levels of the pins as the program drives them. */
  get pins(): number {
    const { gpioValue, gpioOutputEnable } = this.chip.sio;
    return gpioValue & gpioOutputEnable;
  }

  /** Runs until `ms`. */
  run(ms: number): void {
    const { chip } = this;
    const { core } = chip;
    const hands = this.#hands;
    const until = Math.round(ms * NS_PER_MS);
    this.uart.listen();
    while (hands.nanos < until) {
      if (core.waiting) {
        const next = hands.nextAlarm === null ? until : Math.min(until, hands.nextAlarm.nanos);
        hands.tick(Math.max(0, next - hands.nanos));
        continue;
      }
      const cycles = core.executeInstruction();
      this.#cycles += cycles;
      hands.tick((cycles * NS) / chip.clkSys);
    }
  }

  /** What the ROM does. */
  #boot(): void {
    const { core, sram } = this.chip;
    sram.set(this.#image.subarray(0, BOOT2_BYTES), BOOT2_AT - RAM);
    core.VTOR = 0;
    core.SP = STACK_AT;
    core.PC = BOOT2_AT;
  }

  #bite(): void {
    const { chip } = this;
    const { core } = chip;
    this.watchdogResets++;
    core.reset();
    core.waiting = false;
    core.PM = false;
    core.pendingInterrupts = 0;
    core.enabledInterrupts = 0;
    core.IPSR = 0;
    this.uart.reset();
    // SIO and its pins: nothing drives them after a reset.
    chip.sio.gpioValue = 0;
    chip.sio.gpioOutputEnable = 0;
    for (const pin of chip.gpio) pin.checkForUpdates();
    this.#watchdog.reason = TIMER_REASON;
    this.#watchdog.enable = this.#watchdog.timer.enable = this.#watchdog.alarm.enable = false;
    this.#boot();
  }

  #edge(state: GPIOPinState, before: GPIOPinState): void {
    const high = state === GPIOPinState.High;
    if (high === (before === GPIOPinState.High)) return;
    if (high) {
      this.#busySince = this.#cycles;
      return;
    }
    const { tickCycles } = this;
    tickCycles.last = this.#cycles - this.#busySince;
    if (tickCycles.last > tickCycles.most) tickCycles.most = tickCycles.last;
    tickCycles.sum += tickCycles.last;
    tickCycles.ticks++;
  }
}
