import {
  code,
  type Link,
  type PinMode,
  type PinReadings,
  pinsQuestion,
  readPinModes,
  readPinReadings,
  writePin,
} from '../../firmware-bridge/index.ts';
import type { Ms } from '../../runtime/index.ts';

/** An answer that is not there by then was lost. */
const ASK_AGAIN_MS = 50;
/** Writes that wait for the line; whoever has more writes faster than the line carries. */
const MAX_WAITING = 256;
const PAYLOAD_BYTES = 4;

/**
 * The host's end of a board's pins: what they can be, what they are told, what is on them. Writes arrive once and in order. Whoever owns the link
 * hands it Pins messages (`receive`) and turns (`poll`).
 */
export class PinsLink {
  readonly #link: Link;
  readonly #now: () => Ms;
  readonly #payload = new Uint8Array(PAYLOAD_BYTES);
  readonly #waiting: (readonly [pin: number, mode: PinMode, value: number])[] = [];
  #modes: Uint8Array | undefined;
  #readings: PinReadings = { levels: new Uint8Array(0), voltages: new Uint16Array(0) };
  #everyMs: Ms = Number.POSITIVE_INFINITY;
  #heard: ((readings: PinReadings) => void) | undefined;
  #asksModes = false;
  #askedAt: Ms = Number.NEGATIVE_INFINITY;

  constructor(link: Link, now: () => Ms) {
    this.#link = link;
    this.#now = now;
  }

  /** Bits of the modes of each pin from 0 on, once they were asked for and have come. */
  get modes(): Uint8Array | undefined {
    return this.#modes;
  }

  /** Begins to ask for the modes. */
  ask(): void {
    this.#asksModes = true;
    this.poll();
  }

  /** Tells a pin what it is and what it drives; what the board does not have it answers with an error. False: too many wait. */
  write(pin: number, mode: PinMode, value: number): boolean {
    if (this.#waiting.length === MAX_WAITING) return false;
    this.#waiting.push([pin, mode, value]);
    this.#flush();
    return true;
  }

  /** Asks every so many ms of the board's time what is on the pins, and hands that on; the object is the same each time. */
  sample(everyMs: Ms, heard: (readings: PinReadings) => void): void {
    this.#everyMs = everyMs;
    this.#heard = heard;
    this.poll();
  }

  /** Takes a Pins message; false if it is malformed. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const modes = readPinModes(bytes, start, end);
    if (modes !== undefined) {
      this.#modes = modes;
      this.#readings = { levels: new Uint8Array(modes.length), voltages: new Uint16Array(modes.length) };
      return true;
    }
    if (this.#modes === undefined) return true;
    if (!readPinReadings(bytes, start, end, this.#modes, this.#readings)) return false;
    this.#heard?.(this.#readings);
    return true;
  }

  poll(): void {
    this.#flush();
    const since = this.#now() - this.#askedAt;
    if (this.#modes === undefined) {
      if (this.#asksModes && since >= ASK_AGAIN_MS) this.#question(pinsQuestion.modes);
    } else if (since >= this.#everyMs) this.#question(pinsQuestion.readings);
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#link.send(code.Pin, this.#payload, 0, writePin(this.#payload, ...next))) return;
      this.#waiting.shift();
    }
  }

  #question(what: number): void {
    this.#payload[0] = what;
    if (this.#link.send(code.Pins, this.#payload, 0, 1)) this.#askedAt = this.#now();
  }
}
