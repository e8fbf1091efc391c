import type { CPU } from 'avr8js';

const UCSRA = 0xc0;
const UCSRB = 0xc1;
const UBRRL = 0xc4;
const UBRRH = 0xc5;
const UDR = 0xc6;
const RXC = 0x80;
const TXC = 0x40;
const UDRE = 0x20;
const DOR = 0x08;
const U2X = 0x02;
const TXEN = 0x08;
const RXEN = 0x10;
/** Start, eight data bits, stop. */
const BITS = 10;
/** Bytes that were received and not yet read; the next one is lost. */
const RECEIVED = 2;

const interrupt = (address: number, mask: number) => ({
  address,
  flagRegister: UCSRA,
  flagMask: mask,
  enableRegister: UCSRB,
  enableMask: mask,
  constant: true,
});

/** What the line does at the other end. */
export interface SerialLine {
  /** bytes that wait to be received */
  readonly waiting: number;
  take(): number;
  give(byte: number): void;
}

/**
 * USART 0 of the ATmega328P, 8N1, as its data sheet has it (chapter 19): behind the data register a shift register to send from, before it
 * two bytes of received data. The emulator's own has one of each, so that an echo sends at 95 % of the line's speed and what it was sent
 * at 100 % runs over in the firmware; with both this chip is lossless there.
 */
export class Usart {
  readonly #cpu: CPU;
  readonly #line: SerialLine;
  readonly #receiveCycles: number;
  readonly #rxc = interrupt(0x24, RXC);
  readonly #udre = interrupt(0x26, UDRE);
  readonly #received: number[] = [];
  #sending = -1;
  #next = -1;
  #receiving = false;
  /** when the byte on the line is whole, in fractions of a cycle */
  #arrivesAt = 0;
  /** bytes that came, bytes that were sent, and bytes lost because the program did not read in time */
  bytesIn = 0;
  bytesOut = 0;
  overruns = 0;

  /** `receiveCycles`: cycles of a byte at the host's baud rate. */
  constructor(cpu: CPU, line: SerialLine, receiveCycles: number) {
    this.#cpu = cpu;
    this.#line = line;
    this.#receiveCycles = receiveCycles;
    cpu.readHooks[UDR] = () => this.#read();
    cpu.writeHooks[UDR] = (value) => {
      this.#write(value);
      return true;
    };
    cpu.writeHooks[UCSRA] = (value, old) => {
      cpu.data[UCSRA] = (old & (RXC | UDRE | DOR)) | (value & U2X) | (old & ~value & TXC);
      return true;
    };
    cpu.writeHooks[UCSRB] = (value) => {
      cpu.data[UCSRB] = value;
      cpu.updateInterruptEnable(this.#rxc, value);
      cpu.updateInterruptEnable(this.#udre, value);
      return true;
    };
    this.reset();
  }

  reset(): void {
    this.#cpu.data[UCSRA] = UDRE;
    this.#cpu.data[UCSRB] = 0;
    this.#received.length = 0;
    this.#sending = -1;
    this.#next = -1;
    this.#receiving = false;
  }

  /** The line may have bytes: to be called when somebody wrote some. */
  listen(): void {
    if (this.#receiving || this.#line.waiting === 0) return;
    this.#receiving = true;
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#cpu.cycles) + this.#receiveCycles;
    this.#cpu.addClockEvent(this.#arrive, Math.ceil(this.#arrivesAt - this.#cpu.cycles));
  }

  readonly #arrive = (): void => {
    if (!this.#receiving) return;
    this.#receiving = false;
    // The line was closed under the byte, which is gone with it.
    if (this.#line.waiting === 0) return;
    const byte = this.#line.take();
    this.bytesIn++;
    if ((this.#cpu.data[UCSRB]! & RXEN) === 0 || this.#received.length === RECEIVED) {
      this.overruns++;
      this.#cpu.data[UCSRA]! |= DOR;
    } else {
      this.#received.push(byte);
      this.#cpu.setInterruptFlag(this.#rxc);
    }
    this.listen();
  };

  readonly #sent = (): void => {
    if (this.#sending < 0) return;
    this.bytesOut++;
    this.#line.give(this.#sending);
    this.#sending = -1;
    if (this.#next < 0) {
      this.#cpu.data[UCSRA]! |= TXC;
      return;
    }
    const byte = this.#next;
    this.#next = -1;
    this.#shift(byte);
    this.#cpu.setInterruptFlag(this.#udre);
  };

  #read(): number {
    const { data } = this.#cpu;
    const byte = this.#received.shift() ?? 0;
    data[UCSRA]! &= ~DOR;
    if (this.#received.length === 0) this.#cpu.clearInterrupt(this.#rxc);
    return byte;
  }

  #write(byte: number): void {
    if ((this.#cpu.data[UCSRB]! & TXEN) === 0 || this.#next >= 0) return;
    if (this.#sending < 0) {
      this.#shift(byte);
      return;
    }
    this.#next = byte;
    this.#cpu.clearInterrupt(this.#udre);
  }

  #shift(byte: number): void {
    const { data } = this.#cpu;
    const divisor = ((data[UBRRH]! << 8) | data[UBRRL]!) + 1;
    this.#sending = byte;
    this.#cpu.addClockEvent(this.#sent, divisor * ((data[UCSRA]! & U2X) === 0 ? 16 : 8) * BITS);
  }
}
