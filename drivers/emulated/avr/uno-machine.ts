import {
  AVRADC,
  AVRIOPort,
  AVRTimer,
  adcConfig,
  type CPU,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer2Config,
} from 'avr8js';
import type { I2cDevice } from '../i2c.ts';
import { AvrMachine } from './avr-machine.ts';
import { PinWatch } from './pin-watch.ts';
import { TwiBus } from './twi-bus.ts';
import type { SerialLine } from './usart.ts';

export const UNO_PINS = 20;
export const UNO_CHANNELS = 6;
const VOLTS = 5;
const MCUSR = 0x54;

/** Why the chip starts: the bit of its status register. */
export const resetCause = { power: 0x01, external: 0x02, lowVoltage: 0x04, watchdog: 0x08 } as const;

/** What stays when the chip restarts: what is wired to its pins. */
export interface UnoWiring {
  /** level that something outside puts on a pin; undefined: nothing does */
  readonly driven: (boolean | undefined)[];
  /** voltage of an analog channel as a share of the supply's */
  readonly analog: number[];
  readonly devices: ReadonlyMap<number, I2cDevice>;
}

export interface UnoMachineOptions extends UnoWiring {
  readonly flash: Uint8Array;
  readonly line: SerialLine;
  readonly baud: number;
  /** one of {@link resetCause} */
  readonly cause: number;
}

const configs = [portDConfig, portBConfig, portCConfig];
/** Port and bit of a pin as the board numbers them. */
const placeOf = (pin: number): readonly [port: number, bit: number] => (pin < 8 ? [0, pin] : pin < 14 ? [1, pin - 8] : [2, pin - 14]);

/** An Arduino Uno's chip from one reset to the next, with all that its firmware may use: three timers, three ports, ADC, I2C, USART, watchdog. */
export class UnoMachine {
  readonly #machine: AvrMachine;
  readonly #cpu: CPU;
  readonly #ports: readonly AVRIOPort[];
  readonly #adc: AVRADC;
  readonly #wiring: UnoWiring;
  readonly #watches = Array.from({ length: UNO_PINS }, () => new PinWatch());

  constructor({ flash, line, baud, cause, ...wiring }: UnoMachineOptions) {
    this.#machine = new AvrMachine({ flash, line, baud });
    const { cpu } = this.#machine;
    this.#cpu = cpu;
    this.#wiring = wiring;
    cpu.data[MCUSR] = cause;
    new AVRTimer(cpu, timer0Config);
    new AVRTimer(cpu, timer2Config);
    this.#ports = configs.map((config) => cpu.gpioByPort[config.PORT] ?? new AVRIOPort(cpu, config));
    this.#adc = new AVRADC(cpu, adcConfig);
    new TwiBus(cpu, wiring.devices);
    for (const [port, gpio] of this.#ports.entries()) gpio.addListener((now) => this.#changed(port, now));
    this.#connect();
  }

  /** Time since this start, ms. */
  get ms(): number {
    return this.#machine.ms;
  }

  get cpu(): CPU {
    return this.#cpu;
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
    this.#connect();
    this.#machine.run(ms);
  }

  isOutput(pin: number): boolean {
    const [port, bit] = placeOf(pin);
    return (this.#cpu.data[configs[port]!.DDR]! & (1 << bit)) !== 0;
  }

  /** The level on the pin, whoever makes it. */
  isHigh(pin: number): boolean {
    const [port, bit] = placeOf(pin);
    return (this.#cpu.data[configs[port]!.PIN]! & (1 << bit)) !== 0;
  }

  duty(pin: number): number {
    return this.#watches[pin]!.duty(this.#cpu.cycles);
  }

  pulseUs(pin: number): number {
    return this.#watches[pin]!.pulseUs(this.#cpu.cycles);
  }

  periodUs(pin: number): number {
    return this.#watches[pin]!.periodUs(this.#cpu.cycles);
  }

  edges(pin: number): number {
    return this.#watches[pin]!.edges;
  }

  #changed(port: number, now: number): void {
    const driven = now & this.#cpu.data[configs[port]!.DDR]!;
    for (let pin = 0; pin < UNO_PINS; pin++) {
      const [home, bit] = placeOf(pin);
      if (home === port) this.#watches[pin]!.level((driven & (1 << bit)) !== 0, this.#cpu.cycles);
    }
    this.#connect();
  }

  /** Inputs take what drives them, or else their pull-up. */
  #connect(): void {
    const { driven, analog } = this.#wiring;
    for (let pin = 0; pin < UNO_PINS; pin++) {
      const [port, bit] = placeOf(pin);
      const pulled = (this.#cpu.data[configs[port]!.PORT]! & (1 << bit)) !== 0;
      this.#ports[port]!.setPin(bit, driven[pin] ?? pulled);
    }
    for (let channel = 0; channel < UNO_CHANNELS; channel++) this.#adc.channelValues[channel] = VOLTS * analog[channel]!;
  }
}
