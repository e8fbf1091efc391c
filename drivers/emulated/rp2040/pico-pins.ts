import { GPIOPinState, type RP2040 } from 'rp2040js';
import { raise } from '../../../runtime/index.ts';
import { type EmulatedPin, PinWatch } from '../pin-watch.ts';

const PINS = 29;
const FIRST_CHANNEL = 26;
const CHANNELS = 3;
const FULL_SCALE = 4095;
const HZ = 1e9;

/** The pins of an RP2040, GPIO 0…28, of which 26…28 are the analog channels 0…2. */
export class PicoPins {
  readonly #chip: RP2040;
  readonly #nanos: () => number;
  readonly #watches = Array.from({ length: PINS }, () => new PinWatch(HZ));
  readonly #driven: (boolean | undefined)[] = new Array(PINS).fill(undefined);

  /** `nanos` is the chip's time. */
  constructor(chip: RP2040, nanos: () => number) {
    this.#chip = chip;
    this.#nanos = nanos;
    for (const [pin, watch] of this.#watches.entries())
      chip.gpio[pin]!.addListener((state) => {
        watch.level(state === GPIOPinState.High, nanos());
        this.#connect(pin);
      });
  }

  pin(pin: number): EmulatedPin {
    checkPin(pin);
    const gpio = this.#chip.gpio[pin]!;
    const watch = this.#watches[pin]!;
    const now = this.#nanos();
    return {
      output: gpio.outputEnable,
      high: this.#level(pin),
      duty: watch.duty(now),
      pulseUs: watch.pulseUs(now),
      periodUs: watch.periodUs(now),
    };
  }

  /** Puts a level on a pin; undefined lets it float, or follow its pull-up. The chip's own drivers are stronger. */
  drive(pin: number, level: boolean | undefined): void {
    checkPin(pin);
    this.#driven[pin] = level;
    this.#connect(pin);
  }

  /** Puts a voltage on an analog channel, as a share of the supply's. */
  analog(channel: number, share: number): void {
    if (!(Number.isInteger(channel) && channel >= 0 && channel < CHANNELS))
      raise('ERR_OUT_OF_RANGE', { path: 'analog.channel', bound: '0…2', value: channel, remedy: `GPIO ${FIRST_CHANNEL} is channel 0` });
    if (!(share >= 0 && share <= 1))
      raise('ERR_OUT_OF_RANGE', { path: 'analog.share', bound: '0…1', value: share, remedy: 'give the share of the supply voltage' });
    this.#chip.adc.channelValues[channel] = Math.round(FULL_SCALE * share);
  }

  #level(pin: number): boolean {
    const gpio = this.#chip.gpio[pin]!;
    return gpio.outputEnable ? gpio.outputValue : (this.#driven[pin] ?? gpio.pullupEnabled);
  }

  #connect(pin: number): void {
    this.#chip.gpio[pin]!.setInputValue(this.#level(pin));
  }
}

function checkPin(pin: number): void {
  if (!(Number.isInteger(pin) && pin >= 0 && pin < PINS))
    raise('ERR_OUT_OF_RANGE', { path: 'pin', bound: '0…28', value: pin, remedy: 'give the number of a GPIO' });
}
