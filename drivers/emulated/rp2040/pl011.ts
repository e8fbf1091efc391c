import { BasePeripheral, type RP2040 } from 'rp2040js';
import type { SerialLine } from '../avr/usart.ts';

const DR = 0x00;
const FR = 0x18;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const BUSY = 1 << 3;
const RXFE = 1 << 4;
const TXFF = 1 << 5;
const RXFF = 1 << 6;
const TXFE = 1 << 7;
const FIFOS = 1 << 4;
const ENABLE = 1;
const TXE = 1 << 8;
const RXE = 1 << 9;
const RX = 1 << 4;
const TX = 1 << 5;
const TIMEOUT = 1 << 6;
const OVERRUN = 1 << 10;
const OVERRUN_IN_DATA = 1 << 11;
/** Start, eight data bits, stop. */
const BITS = 10;
/** Silence on the line after which bytes below the trigger level are told of, in bits. */
const TIMEOUT_BITS = 32;
const DEPTH = 32;
/** Fill at which a queue calls, by the three bits of IFLS. */
const LEVELS = [4, 8, 16, 24, 28, 28, 28, 28] as const;
const NS = 1e9;

/**
 * UART 0 of the RP2040, 8N1: an ARM PL011 (DDI 0183) with queues of 32 bytes in each direction, trigger levels, the receive timeout, and the
 * time that bytes take. The emulator's own sends in no time, calls at every byte and loses none.
 */
export class Pl011 extends BasePeripheral {
  readonly #line: SerialLine;
  readonly #irq: number;
  readonly #receiveNs: number;
  readonly #arrival: ReturnType<RP2040['clock']['createAlarm']>;
  readonly #departure: ReturnType<RP2040['clock']['createAlarm']>;
  readonly #silence: ReturnType<RP2040['clock']['createAlarm']>;
  readonly #received: number[] = [];
  readonly #queued: number[] = [];
  readonly #registers = new Map<number, number>();
  #sending = -1;
  #receiving = false;
  #arrivesAt = 0;
  #raw = 0;
  #lost = false;
  /** bytes that came, bytes that were sent, and bytes lost because the program did not read in time */
  bytesIn = 0;
  bytesOut = 0;
  overruns = 0;

  /** `baud` is the host's. */
  constructor(chip: RP2040, irq: number, line: SerialLine, baud: number) {
    super(chip, 'UART0');
    this.#line = line;
    this.#irq = irq;
    this.#receiveNs = (NS * BITS) / baud;
    this.#arrival = chip.clock.createAlarm(() => this.#arrive());
    this.#departure = chip.clock.createAlarm(() => this.#sent());
    this.#silence = chip.clock.createAlarm(() => this.#call(TIMEOUT));
    this.reset();
  }

  reset(): void {
    for (const alarm of [this.#arrival, this.#departure, this.#silence]) alarm.cancel();
    this.#registers.clear();
    this.#registers.set(CR, TXE | RXE).set(IFLS, 0x12);
    this.#received.length = 0;
    this.#queued.length = 0;
    this.#sending = -1;
    this.#receiving = false;
    this.#raw = 0;
    this.#update();
  }

  /** The line may have bytes: to be called when somebody wrote some. */
  listen(): void {
    if (this.#receiving || this.#line.waiting === 0) return;
    const { nanos } = this.rp2040.clock;
    this.#receiving = true;
    this.#arrivesAt = Math.max(this.#arrivesAt, nanos) + this.#receiveNs;
    this.#arrival.schedule(this.#arrivesAt - nanos);
  }

  override readUint32(offset: number): number {
    switch (offset) {
      case DR:
        return this.#read();
      case FR:
        return this.#flags();
      case RIS:
        return this.#raw;
      case MIS:
        return this.#raw & this.#get(IMSC);
      case IBRD:
      case FBRD:
      case LCR_H:
      case CR:
      case IFLS:
      case IMSC:
        return this.#get(offset);
      default:
        return super.readUint32(offset);
    }
  }

  override writeUint32(offset: number, value: number): void {
    switch (offset) {
      case DR:
        this.#write(value & 0xff);
        return;
      case ICR:
        this.#raw &= ~value;
        break;
      case IBRD:
      case FBRD:
      case LCR_H:
      case CR:
      case IFLS:
      case IMSC:
        this.#registers.set(offset, value);
        break;
      default:
        super.writeUint32(offset, value);
        return;
    }
    this.#update();
  }

  #get(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }

  get #depth(): number {
    return (this.#get(LCR_H) & FIFOS) === 0 ? 1 : DEPTH;
  }

  #bitNs(): number {
    return (NS * (16 * this.#get(IBRD) + this.#get(FBRD) / 4)) / this.rp2040.clkPeri;
  }

  #level(shift: number): number {
    return this.#depth === 1 ? 1 : LEVELS[(this.#get(IFLS) >> shift) & 7]!;
  }

  #flags(): number {
    const depth = this.#depth;
    return (
      (this.#sending >= 0 ? BUSY : 0) |
      (this.#received.length === 0 ? RXFE : 0) |
      (this.#received.length >= depth ? RXFF : 0) |
      (this.#queued.length === 0 ? TXFE : 0) |
      (this.#queued.length >= depth ? TXFF : 0)
    );
  }

  #update(): void {
    this.rp2040.setInterrupt(this.#irq, (this.#raw & this.#get(IMSC)) !== 0);
  }

  #call(what: number): void {
    this.#raw |= what;
    this.#update();
  }

  #arrive(): void {
    this.#receiving = false;
    // The line was closed under the byte, which is gone with it.
    if (this.#line.waiting === 0) return;
    const byte = this.#line.take();
    this.bytesIn++;
    const on = (this.#get(CR) & (ENABLE | RXE)) === (ENABLE | RXE);
    if (!on || this.#received.length >= this.#depth) {
      this.overruns++;
      this.#lost = on;
      if (on) this.#call(OVERRUN);
    } else {
      this.#received.push(this.#lost ? byte | OVERRUN_IN_DATA : byte);
      this.#lost = false;
      if (this.#received.length >= this.#level(3)) this.#call(RX);
      this.#silence.schedule(TIMEOUT_BITS * this.#bitNs());
    }
    this.listen();
  }

  #read(): number {
    const byte = this.#received.shift() ?? 0;
    if (this.#received.length < this.#level(3)) this.#raw &= ~RX;
    if (this.#received.length === 0) {
      this.#raw &= ~TIMEOUT;
      this.#silence.cancel();
    }
    this.#update();
    return byte;
  }

  #write(byte: number): void {
    if ((this.#get(CR) & (ENABLE | TXE)) !== (ENABLE | TXE)) return;
    if (this.#sending < 0) this.#shift(byte);
    else if (this.#queued.length < this.#depth) this.#queued.push(byte);
    if (this.#queued.length > this.#level(0)) this.#raw &= ~TX;
    this.#update();
  }

  #shift(byte: number): void {
    this.#sending = byte;
    this.#departure.schedule(BITS * this.#bitNs());
  }

  #sent(): void {
    this.bytesOut++;
    this.#line.give(this.#sending);
    this.#sending = -1;
    const byte = this.#queued.shift();
    if (byte === undefined) return;
    this.#shift(byte);
    // Only when the queue passes its level, not while it is below.
    if (this.#queued.length === this.#level(0)) this.#call(TX);
  }
}
