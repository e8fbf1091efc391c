import { readFileSync } from 'node:fs';
import { MachineLine, type Transport } from '../../firmware-bridge/index.ts';
import { type Ms, raise } from '../../runtime/index.ts';
import { FLASH_BYTES } from './avr/avr-machine.ts';
import { readIntelHex } from './avr/intel-hex.ts';
import { resetCause, UnoMachine } from './avr/uno-machine.ts';
import { unwired } from './avr/uno-pins.ts';
import type { I2cDevice } from './i2c.ts';
import type { EmulatedPin } from './pin-watch.ts';

export interface EmulatedUnoOptions {
  /** text of an image (Intel hex); default the package's Firmata firmware */
  readonly image?: string;
  /** speed at which the host sends; default 57600, that of Firmata */
  readonly baud?: number;
  /** time between two looks at the line and two calls of {@link EmulatedUno.onStep}; default 0.25 ms */
  readonly stepMs?: Ms;
  /** true: its time is that of the machine while the line is open; default false: time passes by {@link EmulatedUno.pass} only */
  readonly paced?: boolean;
}

const imageUrl = new URL('../../../firmware-bridge/firmware/images/firmata-atmega328p.hex', import.meta.url);
const BAUD = 57600;
const STEP: Ms = 0.25;
const PACE: Ms = 1;
/** No more at once: whoever else lives in this process wants to live as well. */
const BITE: Ms = 10;
/** Less than two cycles of the chip is no time. */
const INSTANT: Ms = 1e-4;
/** More than this behind, the emulator gives the lost time up rather than running after it. */
const BEHIND: Ms = 100;

/** Opening a port pulls a line that resets an Arduino. */
class ResettingLine extends MachineLine {
  readonly #turned: (open: boolean) => void;

  constructor(turned: (open: boolean) => void) {
    super();
    this.#turned = turned;
  }

  override async open(): Promise<void> {
    if (this.state === 'open') return;
    await super.open();
    this.#turned(true);
  }

  override async close(): Promise<void> {
    const was = this.state;
    await super.close();
    if (was === 'open') this.#turned(false);
  }
}

/**
 * An Arduino Uno in this process: its firmware instruction by instruction, its serial line as a transport, its pins to look at and to drive.
 * Opening the transport resets it (the DTR line of the real board; there is no bootloader to wait for). What is wired to it survives a reset.
 */
export class EmulatedUno {
  readonly transport: Transport;
  readonly #options: Required<Omit<EmulatedUnoOptions, 'image'>>;
  readonly #flash: Uint8Array;
  readonly #line: ResettingLine;
  readonly #wiring = unwired();
  readonly #devices = new Map<number, I2cDevice>();
  readonly #steps = new Set<(uno: EmulatedUno, stepMs: Ms) => void>();
  #machine: UnoMachine;
  #startedAt: Ms = 0;
  #timer: NodeJS.Timeout | undefined;
  /** times that the watchdog started it anew */
  watchdogResets = 0;
  /** paced: time that was given up because the machine was too slow */
  slippedMs: Ms = 0;
  /** time of the machine that its emulation took, with the physics behind its pins */
  busyMs: Ms = 0;

  constructor({ image, baud = BAUD, stepMs = STEP, paced = false }: EmulatedUnoOptions = {}) {
    if (!(stepMs > 0 && Number.isFinite(stepMs)))
      raise('ERR_OUT_OF_RANGE', { path: 'uno.stepMs', bound: '> 0', value: stepMs, remedy: 'give a time in ms' });
    this.#options = { baud, stepMs, paced };
    this.#flash = readIntelHex(image ?? readFileSync(imageUrl, 'utf8'), FLASH_BYTES);
    this.#line = new ResettingLine((open) => this.#turned(open));
    this.transport = this.#line;
    this.#machine = this.#start(resetCause.power);
  }

  /** Its time since it was made, ms. */
  get ms(): Ms {
    return this.#startedAt + this.#machine.ms;
  }

  /** The chip since its last reset. */
  get machine(): UnoMachine {
    return this.#machine;
  }

  /** What a pin does: 0…13, or 14…19 for A0…A5. */
  pin(pin: number): EmulatedPin {
    return this.#machine.pins.pin(pin);
  }

  /** Puts a level on a pin; undefined lets it float, or follow its pull-up. The chip's own drivers are stronger. */
  drive(pin: number, level: boolean | undefined): void {
    this.#machine.pins.drive(pin, level);
  }

  /** Puts a voltage on an analog channel, as a share of the supply's. */
  analog(channel: number, share: number): void {
    this.#machine.pins.analog(channel, share);
  }

  /** Wires a device to the bus on A4 and A5. */
  attach(address: number, device: I2cDevice): void {
    if (!(Number.isInteger(address) && address > 7 && address < 0x78))
      raise('ERR_OUT_OF_RANGE', { path: 'uno.attach.address', bound: '8…119', value: address, remedy: 'give an address of seven bits' });
    this.#devices.set(address, device);
  }

  /**
   * Calls `step` after every step of its time, of at most `stepMs`: physics behind the pins reads what they do and sets what the channels
   * and inputs feel next. The function returned takes it away.
   */
  onStep(step: (uno: EmulatedUno, stepMs: Ms) => void): () => void {
    this.#steps.add(step);
    return () => this.#steps.delete(step);
  }

  /** Lets time pass, and hands the host what was said meanwhile. */
  pass(ms: Ms): void {
    const began = performance.now();
    const until = this.ms + ms;
    const { stepMs } = this.#options;
    for (let left = ms; left > INSTANT; left = until - this.ms) {
      const step = Math.min(left, stepMs);
      this.#machine.run(this.#machine.ms + step);
      if (this.#machine.ended) {
        this.watchdogResets++;
        this.#restart(resetCause.watchdog);
      }
      this.#line.poll();
      for (const listener of this.#steps) listener(this, step);
    }
    this.busyMs += performance.now() - began;
  }

  /** The reset button; `lowVoltage`: as after a dip of the supply. */
  reset(cause: 'external' | 'lowVoltage' = 'external'): void {
    this.#restart(resetCause[cause]);
  }

  #start(cause: number): UnoMachine {
    const { baud } = this.#options;
    return new UnoMachine({
      flash: this.#flash,
      line: this.#line,
      baud,
      cause,
      wiring: this.#wiring,
      devices: this.#devices,
    });
  }

  #restart(cause: number): void {
    this.#startedAt = this.ms;
    this.#machine = this.#start(cause);
  }

  #turned(open: boolean): void {
    clearInterval(this.#timer);
    if (!open) return;
    this.#restart(resetCause.external);
    if (!this.#options.paced) return;
    let lead = this.ms - performance.now();
    this.#timer = setInterval(() => {
      const behind = performance.now() + lead - this.ms;
      if (behind > BEHIND) {
        lead -= behind - BEHIND;
        this.slippedMs += behind - BEHIND;
      }
      this.pass(Math.min(behind, BITE));
    }, PACE);
  }
}

/** An emulated Arduino Uno with the package's Firmata firmware. */
export const emulatedUno = (options: EmulatedUnoOptions = {}): EmulatedUno => new EmulatedUno(options);
