import type { LinkCounters } from './counters.ts';
import { wireBytes } from './frame.ts';
import { RoundTrip } from './round-trip.ts';

/** Frames that wait for their acknowledgement, sent or not. */
const SLOTS = 16;
/** Frames in flight at most. */
const MAX_WINDOW = 8;
/** And at least: a second frame shows the loss of the first, or of its ack, long before a timeout would. */
const MIN_WINDOW = 2;
/** Timeouts in a row after which the other end counts as gone. */
const MAX_TIMEOUTS = 10;
/** Times that one frame is sent at most; a line this bad is no line. */
const MAX_SENDS = 64;

/**
 * The sending half of the reliable class: go-back-N. Frames wait in fixed slots until the other end's cumulative ack
 * covers them; a nak or a timeout starts again from the oldest. The window halves at a loss, and grows by one frame a round
 * trip as long as frames do not queue: more would not be faster, and a loss costs all that is in flight.
 */
export class SendWindow {
  readonly roundTrip = new RoundTrip();
  readonly #counters: LinkCounters;
  readonly #payloadBytes: number;
  readonly #data: Uint8Array;
  readonly #codes = new Uint8Array(SLOTS);
  readonly #lengths = new Uint16Array(SLOTS);
  readonly #sends = new Uint8Array(SLOTS);
  readonly #sentAt = new Float64Array(SLOTS);
  /** slot and sequence number of the oldest frame */
  #head = 0;
  #firstSeq = 0;
  #count = 0;
  /** frames from the oldest on that are in flight, and that ever were */
  #cursor = 0;
  #reached = 0;
  #window = MIN_WINDOW;
  #timeoutsInARow = 0;
  #timerAt = 0;
  #wentBackAt = Number.NEGATIVE_INFINITY;

  constructor(payloadBytes: number, counters: LinkCounters) {
    this.#counters = counters;
    this.#payloadBytes = payloadBytes;
    this.#data = new Uint8Array(SLOTS * payloadBytes);
  }

  /** Frames not yet acknowledged. */
  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === SLOTS;
  }

  /** Bytes on the wire of the frames in flight. */
  get bytesInFlight(): number {
    let bytes = 0;
    for (let i = 0; i < this.#cursor; i++) bytes += wireBytes(this.#lengths[this.#slot(i)]);
    return bytes;
  }

  /** Copies a payload into the next slot; false if all are taken. */
  push(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.full) return false;
    const slot = this.#slot(this.#count++);
    this.#codes[slot] = code;
    this.#lengths[slot] = end - start;
    this.#sends[slot] = 0;
    const to = slot * this.#payloadBytes;
    for (let i = start; i < end; i++) this.#data[to + i - start] = bytes[i];
    return true;
  }

  /** Slot of the frame to send next, or -1 when there is none or `credit` bytes do not hold it. */
  next(credit: number): number {
    if (this.#cursor >= Math.min(this.#count, Math.floor(this.#window))) return -1;
    const slot = this.#slot(this.#cursor);
    return wireBytes(this.#lengths[slot]) <= credit ? slot : -1;
  }

  codeOf(slot: number): number {
    return this.#codes[slot];
  }

  seqOf(slot: number): number {
    return (this.#firstSeq + ((slot - this.#head + SLOTS) % SLOTS)) & 0xff;
  }

  /** All payloads; that of `slot` begins at {@link startOf} and ends at {@link endOf}. */
  get data(): Uint8Array {
    return this.#data;
  }

  startOf(slot: number): number {
    return slot * this.#payloadBytes;
  }

  endOf(slot: number): number {
    return slot * this.#payloadBytes + this.#lengths[slot];
  }

  /** The frame that {@link next} named is on its way. */
  sent(slot: number, now: number): void {
    if (this.#cursor === 0) this.#timerAt = now;
    if (this.#sends[slot] > 0) this.#counters.retransmits++;
    this.#sends[slot] = Math.min(0xff, this.#sends[slot] + 1);
    this.#sentAt[slot] = now;
    this.#cursor++;
    this.#reached = Math.max(this.#reached, this.#cursor);
  }

  /** The other end expects `ack` next: all before it have arrived. An ack of what was never sent is ignored. */
  acknowledge(ack: number, now: number): void {
    const done = (ack - this.#firstSeq) & 0xff;
    if (done === 0 || done > this.#reached) return;
    const last = this.#slot(done - 1);
    if (this.#sends[last] === 1) this.roundTrip.sample(now - this.#sentAt[last]);
    else this.roundTrip.relax();
    this.#head = this.#slot(done);
    this.#firstSeq = ack;
    this.#count -= done;
    this.#reached -= done;
    this.#cursor = Math.max(0, this.#cursor - done);
    if (!this.roundTrip.queueing) this.#window = Math.min(MAX_WINDOW, this.#window + done / this.#window);
    this.#timeoutsInARow = 0;
    this.#timerAt = now;
  }

  /** The other end misses the oldest frame: start again from it, once a round trip. */
  nak(now: number): void {
    if (this.#cursor === 0 || now - this.#wentBackAt < this.roundTrip.pause / 2) return;
    this.#timeoutsInARow = 0;
    this.roundTrip.recover();
    this.#goBack(now, this.#window / 2);
  }

  /** When {@link timeout} is due, or Infinity. */
  get dueAt(): number {
    return this.#cursor > 0 ? this.#timerAt + this.roundTrip.timeout : Number.POSITIVE_INFINITY;
  }

  /** No acknowledgement in time: start again from the oldest frame. */
  timeout(now: number): void {
    this.#counters.timeouts++;
    this.#timeoutsInARow++;
    this.roundTrip.backOff();
    this.#goBack(now, MIN_WINDOW);
  }

  /** The other end does not answer, or one frame never gets through. */
  get hopeless(): boolean {
    return this.#timeoutsInARow >= MAX_TIMEOUTS || (this.#count > 0 && this.#sends[this.#head] >= MAX_SENDS);
  }

  /** A new session: empty, numbered from 0. */
  reset(): void {
    this.roundTrip.reset();
    this.#head = 0;
    this.#firstSeq = 0;
    this.#count = 0;
    this.#cursor = 0;
    this.#reached = 0;
    this.#window = MIN_WINDOW;
    this.#timeoutsInARow = 0;
    this.#wentBackAt = Number.NEGATIVE_INFINITY;
  }

  #goBack(now: number, window: number): void {
    this.#cursor = 0;
    this.#window = Math.max(MIN_WINDOW, window);
    this.#wentBackAt = now;
  }

  #slot(fromOldest: number): number {
    return (this.#head + fromOldest) % SLOTS;
  }
}
