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
import { raise } from '../../../runtime/index.ts';
import { type EmulatedPin, PinWatch } from '../pin-watch.ts';

export const UNO_PINS = 20;
export const UNO_CHANNELS = 6;
const HZ = 16_000_000;
const VOLTS = 5;

/** What is wired to the pins of a chip; it stays when that restarts. */
export interface UnoWiring {
  /** level that something outside puts on a pin; undefined: nothing does */
  readonly driven: (boolean | undefined)[];
  /** voltage of an analog channel as a share of the supply's */
  readonly analog: number[];
}

/** Nothing. */
export const unwired = (): UnoWiring => ({ driven: new Array(UNO_PINS).fill(undefined), analog: new Array(UNO_CHANNELS).fill(0) });

const configs = [portDConfig, portBConfig, portCConfig];
/** Port and bit of a pin as the board numbers them. */
const placeOf = (pin: number): readonly [port: number, bit: number] => (pin < 8 ? [0, pin] : pin < 14 ? [1, pin - 8] : [2, pin - 14]);

/** The pins of an ATmega328P as an Uno numbers them, 0…13 and 14…19 for A0…A5, with the timers and the ADC behind them. */
export class UnoPins {
  readonly #cpu: CPU;
  readonly #ports: readonly AVRIOPort[];
  readonly #adc: AVRADC;
  readonly #wiring: UnoWiring;
  readonly #watches = Array.from({ length: UNO_PINS }, () => new PinWatch(HZ));

  /** Of a chip that has timer 1 already, and perhaps ports. */
  constructor(cpu: CPU, wiring: UnoWiring) {
    this.#cpu = cpu;
    this.#wiring = wiring;
    new AVRTimer(cpu, timer0Config);
    new AVRTimer(cpu, timer2Config);
    this.#ports = configs.map((config) => cpu.gpioByPort[config.PORT] ?? new AVRIOPort(cpu, config));
    this.#adc = new AVRADC(cpu, adcConfig);
    for (const [port, gpio] of this.#ports.entries()) gpio.addListener((now) => this.#changed(port, now));
    this.connect();
  }

  pin(pin: number): EmulatedPin {
    checkPin(pin);
    const { data, cycles } = this.#cpu;
    const [port, bit] = placeOf(pin);
    const watch = this.#watches[pin]!;
    return {
      output: (data[configs[port]!.DDR]! & (1 << bit)) !== 0,
      high: (data[configs[port]!.PIN]! & (1 << bit)) !== 0,
      duty: watch.duty(cycles),
      pulseUs: watch.pulseUs(cycles),
      periodUs: watch.periodUs(cycles),
    };
  }

  /** Puts a level on a pin; undefined lets it float, or follow its pull-up. The chip's own drivers are stronger. */
  drive(pin: number, level: boolean | undefined): void {
    checkPin(pin);
    this.#wiring.driven[pin] = level;
    this.connect();
  }

  /** Puts a voltage on an analog channel, as a share of the supply's. */
  analog(channel: number, share: number): void {
    if (!(Number.isInteger(channel) && channel >= 0 && channel < UNO_CHANNELS))
      raise('ERR_OUT_OF_RANGE', { path: 'analog.channel', bound: '0…5', value: channel, remedy: 'A0 is channel 0' });
    if (!(share >= 0 && share <= 1))
      raise('ERR_OUT_OF_RANGE', { path: 'analog.share', bound: '0…1', value: share, remedy: 'give the share of the supply voltage' });
    this.#wiring.analog[channel] = share;
    this.connect();
  }

  /** Inputs take what drives them, or else their pull-up. */
  connect(): void {
    const { driven, analog } = this.#wiring;
    for (let pin = 0; pin < UNO_PINS; pin++) {
      const [port, bit] = placeOf(pin);
      const pulled = (this.#cpu.data[configs[port]!.PORT]! & (1 << bit)) !== 0;
      this.#ports[port]!.setPin(bit, driven[pin] ?? pulled);
    }
    for (let channel = 0; channel < UNO_CHANNELS; channel++) this.#adc.channelValues[channel] = VOLTS * analog[channel]!;
  }

  #changed(port: number, now: number): void {
    const driven = now & this.#cpu.data[configs[port]!.DDR]!;
    for (let pin = 0; pin < UNO_PINS; pin++) {
      const [home, bit] = placeOf(pin);
      if (home === port) this.#watches[pin]!.level((driven & (1 << bit)) !== 0, this.#cpu.cycles);
    }
    this.connect();
  }
}

function checkPin(pin: number): void {
  if (!(Number.isInteger(pin) && pin >= 0 && pin < UNO_PINS))
    raise('ERR_OUT_OF_RANGE', { path: 'pin', bound: '0…19', value: pin, remedy: 'A0…A5 are 14…19' });
}
