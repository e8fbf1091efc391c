/** Our boards as an IO plugin of johnny-five: whoever has a board that speaks the wire, and pins, has components for it. */
import { EventEmitter } from 'node:events';
import type { Subscription } from 'rxjs';
import { type PinMode, type PinReadings, pinMode } from '../../firmware-bridge/index.ts';
import { type ControllerError, controllerError, type Ms, raise } from '../../runtime/index.ts';
import type { WireBoard } from '../wire/wire-board.ts';
import type { Io, Pin } from './plugin.ts';
import { refuseAll } from './refusals.ts';

/** A board of this package: at a port (`serialBoard`), or emulated, and then with time of its own. */
export type PinBoard = WireBoard & { pass?(ms: Ms): void };

export interface BoardIoOptions {
  /** of an emulated board: its time is that of the machine while the plugin is open; false: only `pass` and ticks move it. Default true */
  readonly paced?: boolean;
}

/** What johnny-five reads of a pin. */
export interface IoPin {
  readonly supportedModes: readonly number[];
  mode: number;
  value: number;
  /** 1 while somebody reads it */
  report: number;
  /** 127: none */
  readonly analogChannel: number;
}

const MODES = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4, PULLUP: 11 });
/** johnny-five's modes in ours. */
const ours = new Map<number, PinMode>([
  [MODES.INPUT, pinMode.input],
  [MODES.OUTPUT, pinMode.output],
  [MODES.ANALOG, pinMode.analog],
  [MODES.PWM, pinMode.pwm],
  [MODES.SERVO, pinMode.servo],
  [MODES.PULLUP, pinMode.pullUp],
]);
const NO_CHANNEL = 127;
/** What a plugin is to keep at most between two readings. */
const SAMPLING: Ms = 19;
/** Voltages of 16 bits as the 10 bits that components take for granted. */
const TEN_BITS_OF = 6;
/** Servo values below the shortest pulse of a common servo are degrees. */
const SHORTEST_US = 544;
const LONGEST_US = 2400;
const HALF_TURN = 180;
const PACE: Ms = 2;
/** More than this behind, emulated time gives the rest up: whoever else lives in this process wants to live as well. */
const BITE: Ms = 10;

/**
 * `new five.Board({ io: boardIO(board), repl: false })`. It connects the board if nobody has, arms it, and is `ready`. Pins move while the board is armed:
 * after a fault, a lost line or a `shutdown` every write is refused with the reason until {@link BoardIo.rearm}; nothing that was written before comes back.
 */
export class BoardIo extends EventEmitter implements Io {
  readonly MODES = MODES;
  readonly HIGH = 1;
  readonly LOW = 0;
  readonly RESOLUTION = Object.freeze({ ADC: 1023, DAC: null, PWM: 255 });
  readonly name: string;
  readonly pins: IoPin[] = [];
  readonly analogPins: number[] = [];
  isReady = false;
  /** the first pin that dims, or else that is an output */
  defaultLed = 0;
  readonly #board: PinBoard;
  readonly #paced: boolean;
  readonly #ranges = new Map<number, readonly [shortest: number, longest: number]>();
  readonly #told = new Map<number, number>();
  #samplingMs: Ms = SAMPLING;
  #fault: ControllerError | undefined;
  #closed = false;
  #opening: Promise<void>;
  #events: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(board: PinBoard, { paced = true }: BoardIoOptions = {}) {
    super();
    this.#board = board;
    this.#paced = paced;
    this.name = board.kind;
    this.#opening = this.#open();
    this.#opening.then(
      () => {
        if (this.#closed) return;
        this.isReady = true;
        this.emit('connect');
        this.emit('ready');
      },
      (error) => {
        if (!this.#closed) this.emit('error', error);
      },
    );
  }

  /** Why nothing moves any more. */
  get fault(): ControllerError | undefined {
    return this.#fault;
  }

  /** Connects the board anew and arms it. Inputs are what they were; an output moves again when it is written. */
  async rearm(): Promise<void> {
    this.#closed = false;
    this.#opening = this.#open();
    await this.#opening;
    for (const [pin, { mode }] of this.pins.entries()) if (isInput(mode) && this.#told.has(pin)) this.#tell(pin, mode, 0, 'rearm');
  }

  /** The board to its safe state, its link closed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#leave();
    // A link that is being opened could not be closed yet.
    await this.#opening.catch(() => undefined);
    await this.#board.shutdown();
  }

  /** `'A0'`: the first pin that can be an analog input. */
  normalize(pin: Pin): number {
    const channel = /^A(\d+)$/i.exec(String(pin))?.[1];
    return channel === undefined ? Number(pin) : (this.analogPins[Number(channel)] ?? Number.NaN);
  }

  pinMode(pin: Pin, mode: number): void {
    const at = this.#pinOf(pin, mode);
    // What drives is driven by the first write: attaching a servo must not move an arm.
    if (isInput(mode)) this.#tell(at, mode, 0, 'pinMode');
    this.pins[at]!.mode = mode;
  }

  digitalWrite(pin: Pin, value: number): void {
    const at = this.normalize(pin);
    // Of an input, its pull-up.
    if (isInput(this.pins[at]?.mode ?? MODES.OUTPUT)) this.pinMode(at, value ? MODES.PULLUP : MODES.INPUT);
    else this.#write(at, MODES.OUTPUT, value ? 1 : 0, 'digitalWrite');
  }

  analogWrite(pin: Pin, value: number): void {
    this.#write(pin, MODES.PWM, Math.round(Math.max(0, Math.min(255, value))), 'analogWrite');
  }

  pwmWrite(pin: Pin, value: number): void {
    this.analogWrite(pin, value);
  }

  /** The pulses of 0 and 180 degrees, µs. */
  servoConfig(pin: Pin, shortest: number, longest: number): void {
    this.#ranges.set(this.#pinOf(pin, MODES.SERVO), [shortest, longest]);
  }

  /** Degrees, or from 544 on microseconds. */
  servoWrite(pin: Pin, value: number): void {
    const at = this.normalize(pin);
    const [shortest, longest] = this.#ranges.get(at) ?? [SHORTEST_US, LONGEST_US];
    const us = value < SHORTEST_US ? shortest + ((longest - shortest) * Math.max(0, Math.min(HALF_TURN, value))) / HALF_TURN : value;
    this.#write(at, MODES.SERVO, Math.round(Math.max(shortest, Math.min(longest, us))), 'servoWrite');
  }

  /** Every reading, 0…1023. */
  analogRead(pin: Pin, handler: (value: number) => void): void {
    this.#read('analog-read', this.#pinOf(pin, MODES.ANALOG), handler);
  }

  /** The level now, and whenever it is another one. */
  digitalRead(pin: Pin, handler: (value: number) => void): void {
    this.#read('digital-read', this.#pinOf(pin, MODES.INPUT), handler);
  }

  queryPinState(pin: Pin, handler: (pin: IoPin) => void): void {
    const at = this.#pinOf(pin, MODES.INPUT);
    setImmediate(() => handler(this.pins[at]!));
  }

  setSamplingInterval(ms: Ms): void {
    if (!(ms >= 1 && Number.isFinite(ms)))
      raise('ERR_OUT_OF_RANGE', { path: 'samplingInterval', bound: '≥ 1', value: ms, remedy: 'give a time in ms' });
    this.#samplingMs = ms;
    this.#sample();
  }

  async #open(): Promise<void> {
    const board = this.#board;
    await board.connect();
    if (this.#closed) return;
    const modes = await board.pinModes();
    if (modes === undefined) throw controllerError('ERR_PIN', { pin: 0, board: this.name, use: 'used', reason: 'it lends no pins' });
    if (this.pins.length === 0) this.#learn(modes);
    this.#leave();
    this.#fault = undefined;
    this.#events = board.events.subscribe((event) => {
      if (event.kind === 'fault') this.#lose(event.error);
    });
    await board.arm();
    if (this.#closed) return;
    this.#pace();
    this.#sample();
  }

  #learn(modes: Uint8Array): void {
    const can = (pin: number, mode: PinMode): boolean => ((modes[pin]! >> mode) & 1) !== 0;
    for (let pin = 0; pin < modes.length; pin++) {
      const analog = can(pin, pinMode.analog);
      const supportedModes = [...ours].filter(([, mode]) => can(pin, mode)).map(([mode]) => mode);
      const analogChannel = analog ? this.analogPins.push(pin) - 1 : NO_CHANNEL;
      this.pins.push({ supportedModes, mode: MODES.INPUT, value: 0, report: 0, analogChannel });
    }
    const first = (mode: number): number => this.pins.findIndex(({ supportedModes }) => supportedModes.includes(mode));
    this.defaultLed = Math.max(0, first(MODES.PWM) >= 0 ? first(MODES.PWM) : first(MODES.OUTPUT));
  }

  /** The number of a pin that has `mode`. */
  #pinOf(pin: Pin, mode: number): number {
    const at = this.normalize(pin);
    const modes = this.pins[at]?.supportedModes;
    if (modes?.includes(mode) === true) return at;
    const use = Object.entries(MODES).find(([, value]) => value === mode)?.[0] ?? `mode ${mode}`;
    const reason = modes === undefined ? 'there is no such pin' : modes.length === 0 ? 'it is not lent' : 'it has no such mode';
    return raise('ERR_PIN', { pin, board: this.name, use, reason });
  }

  #write(pin: Pin, mode: number, value: number, method: string): void {
    const at = this.#pinOf(pin, mode);
    this.#tell(at, mode, value, method);
    this.pins[at]!.value = value;
  }

  #tell(pin: number, mode: number, value: number, method: string): void {
    const board = this.#board;
    if (!board.armed)
      throw this.#fault ?? controllerError('ERR_BOARD_NOT_READY', { call: `${method}()`, state: 'armed', first: 'rearm()' });
    if (board.pins?.write(pin, ours.get(mode)!, value) !== true)
      raise('ERR_BOARD_FAULT', { board: this.name, reason: 'pins are written faster than its line carries' });
    this.#told.set(pin, mode);
  }

  #read(event: string, pin: number, handler: (value: number) => void): void {
    this.on(`${event}-${pin}`, handler);
    const one = this.pins[pin]!;
    one.report = 1;
    // Whoever comes later hears the level too.
    one.value = Number.NaN;
    this.#sample();
  }

  #sample(): void {
    if (this.#board.armed && this.pins.some(({ report }) => report === 1))
      this.#board.pins?.sample(this.#samplingMs, (readings) => this.#hear(readings));
  }

  #hear({ levels, voltages }: PinReadings): void {
    for (const [pin, one] of this.pins.entries()) {
      if (one.report === 0) continue;
      if (one.mode === MODES.ANALOG) {
        one.value = voltages[pin]! >> TEN_BITS_OF;
        this.emit(`analog-read-${pin}`, one.value);
      } else if (isInput(one.mode) && one.value !== levels[pin]) {
        one.value = levels[pin]!;
        this.emit(`digital-read-${pin}`, one.value);
      }
    }
  }

  #pace(): void {
    const board = this.#board;
    if (!this.#paced || board.pass === undefined) return;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      board.pass!(Math.min(now - last, BITE));
      last = now;
    }, PACE);
  }

  #lose(error: ControllerError): void {
    this.#fault ??= error;
    this.#leave();
    this.emit('disconnect', this.#fault);
  }

  #leave(): void {
    clearInterval(this.#timer);
    this.#events?.unsubscribe();
  }
}

const isInput = (mode: number): boolean => mode === MODES.INPUT || mode === MODES.ANALOG || mode === MODES.PULLUP;

refuseAll(BoardIo.prototype);

/** One of our boards as an IO plugin of johnny-five; emits `error` when it cannot be had, and `disconnect` with the reason when it is lost. */
export const boardIO = (board: PinBoard, options: BoardIoOptions = {}): BoardIo => new BoardIo(board, options);
