import { EventEmitter } from 'node:events';

const modes = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 });

/**
 * A plugin as johnny-five asks for one, which only remembers. Pins 0…3: digital; 4 and 5: with PWM; 6 and 7: servo; 8 and 9:
 * analog. `read(8, value)` is a reading of the hardware.
 */
export class MockIo extends EventEmitter {
  readonly name = 'Recorder';
  readonly MODES = modes;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly RESOLUTION = { ADC: 4095, PWM: 255, DAC: null };
  readonly defaultLed = 0;
  readonly pins = Array.from({ length: 10 }, (_, pin) => ({
    supportedModes: pin < 4 ? [0, 1] : pin < 6 ? [0, 1, 3] : pin < 8 ? [0, 1, 4] : [0, 2],
    mode: 0,
    value: 0,
    report: 0,
    analogChannel: pin < 8 ? 127 : pin - 8,
  }));
  readonly analogPins = [8, 9];
  isReady = false;
  /** what was written: method, pin, value */
  readonly log: [string, number, number][] = [];
  readonly intervals: number[] = [];
  /** what every write throws from now on */
  broken: Error | undefined;

  constructor({ answers = true } = {}) {
    super();
    if (!answers) return;
    setImmediate(() => {
      this.isReady = true;
      this.emit('connect');
      this.emit('ready');
    });
  }

  normalize(pin: number | string): number {
    return typeof pin === 'string' ? 8 + Number(pin.slice(1)) : pin;
  }
  pinMode(pin: number, mode: number): void {
    this.pins[pin]!.mode = mode;
  }
  #write(method: string, pin: number, value: number): void {
    if (this.broken !== undefined) throw this.broken;
    this.log.push([method, pin, value]);
  }
  digitalWrite(pin: number, value: number): void {
    this.#write('digital', pin, value);
  }
  analogWrite(pin: number, value: number): void {
    this.#write('pwm', pin, value);
  }
  servoWrite(pin: number, value: number): void {
    this.#write('servo', pin, value);
  }
  servoConfig(): void {}
  analogRead(pin: number, handler: (value: number) => void): void {
    this.on(`analog-read-${pin}`, handler);
  }
  digitalRead(pin: number, handler: (value: number) => void): void {
    this.on(`digital-read-${pin}`, handler);
  }
  setSamplingInterval(ms: number): void {
    this.intervals.push(ms);
  }
  read(pin: number, value: number): void {
    this.emit(`analog-read-${pin}`, value);
  }
}
