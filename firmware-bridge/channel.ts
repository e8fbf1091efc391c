import { type ControllerError, controllerError } from '../runtime/index.ts';
import type { LinkCounters } from './counters.ts';
import { type Damage, FrameParser, FrameWriter, frameBytes, payloadLimit, sessionFormat, wireBytes } from './frame.ts';
import { CODE_MASK, code, FROM_DEVICE, isHandshake, UNRELIABLE } from './messages.ts';
import { ReceiveOrder } from './receive-order.ts';
import { ResendRequest } from './resend-request.ts';
import { SendWindow } from './send-window.ts';
import type { Transport } from './transports/transport.ts';

export interface ChannelOptions {
  readonly transport: Transport;
  readonly now: () => number;
  readonly counters: LinkCounters;
  /** FROM_DEVICE or 0: the direction bit of this end */
  readonly direction: number;
  /** largest frame this end takes */
  readonly maxFrame: number;
  /** bytes this end can hold unread, and how many of them are free now */
  readonly rxWindow: number;
  readonly freeBytes: () => number;
  readonly heartbeatMs: number;
  readonly silenceMs: number;
}

export interface ChannelEvents {
  /** A message of the session; false if it was not understood. */
  message(code: number, bytes: Uint8Array, start: number, end: number): boolean;
  lost(frames: number): void;
  /** Hello or Caps, at any time; `free` is the room that its sender has. */
  handshake(code: number, free: number, bytes: Uint8Array, start: number, end: number): void;
  /** A frame other than Hello and Caps, or a damaged one, while there is no session. */
  noise(): void;
  /** A message was not understood; not called for Error itself. */
  unknown(code: number): void;
}

const CREDIT_UNIT = 16;
/** Most free space that the header's credit can tell. */
export const MAX_CREDIT = 0xff * CREDIT_UNIT;
const NOTHING = new Uint8Array(0);

/**
 * The frames of one session: numbering, acknowledgement, resending, credit, heartbeats. It knows no states but open and
 * closed; how a session comes about is the link's business.
 */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #events: ChannelEvents;
  readonly #counters: LinkCounters;
  readonly #parser: FrameParser;
  readonly #writer = new FrameWriter();
  readonly #out: Uint8Array;
  readonly #window: SendWindow;
  readonly #order: ReceiveOrder;
  readonly #resend = new ResendRequest();
  #open = false;
  #sendLimit = 0;
  /** bytes that the other end had free when it was last heard, and unreliable ones sent since */
  #peerFree = 0;
  #sentSinceHeard = 0;
  #heardSinceSent = 0;
  #unreliableSeq = 0;
  #ackOwed = false;
  #sentAt = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** since when the other end is silent, less the time in which this end did not listen */
  #quietSince = 0;
  #polledAt = 0;

  constructor(options: ChannelOptions, events: ChannelEvents) {
    this.#options = options;
    this.#events = events;
    this.#counters = options.counters;
    this.#parser = new FrameParser(options.maxFrame, {
      frame: (type, seq, ack, credit, bytes, start, end) => this.#frame(type, seq, ack, credit, bytes, start, end),
      damaged: (damage) => this.#damaged(damage),
    });
    const payload = payloadLimit(options.maxFrame);
    this.#out = new Uint8Array(1 + wireBytes(payload));
    this.#window = new SendWindow(payload, options.counters);
    this.#order = new ReceiveOrder(options.counters);
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** Reliable frames that wait for their acknowledgement. */
  get queued(): number {
    return this.#window.count;
  }

  get maxPayload(): number {
    return payloadLimit(this.#sendLimit);
  }

  /** A new session: all numbers from 0. `roundTripMs` is that of its handshake, or -1. */
  open(session: number, maxFrame: number, wide: boolean, peerFree: number, roundTripMs: number): void {
    const now = this.#options.now();
    const format = sessionFormat(session, wide);
    this.#parser.format = format;
    this.#writer.format = format;
    this.#window.reset();
    this.#order.reset();
    if (roundTripMs >= 0) this.#window.roundTrip.sample(roundTripMs);
    this.#counters.rttMs = this.#window.roundTrip.ms;
    this.#counters.sessions++;
    this.#sendLimit = maxFrame;
    this.#peerFree = peerFree;
    this.#sentSinceHeard = 0;
    this.#unreliableSeq = 0;
    this.#ackOwed = false;
    this.#heardAt = now;
    this.#quietSince = now;
    this.#polledAt = now;
    this.#sentAt = now;
    this.#resend.reset();
    this.#open = true;
  }

  close(): void {
    this.#open = false;
    this.#window.reset();
  }

  /** Forgets a half received frame, as after the line was opened anew. */
  resetParser(): void {
    this.#parser.reset();
  }

  /** Reliable: false if the slots are taken. Unreliable: false, and counted as shed, if there is no room for it now. */
  send(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    const now = this.#options.now();
    if (!(value & UNRELIABLE)) {
      if (!this.#window.push(value, bytes, start, end)) return false;
      this.#pump(now);
      return true;
    }
    const size = wireBytes(end - start);
    if (size > this.#credit() || !this.#transmit(value, this.#unreliableSeq, bytes, start, end, now)) {
      this.#counters.shed++;
      return false;
    }
    this.#unreliableSeq = (this.#unreliableSeq + 1) & 0xff;
    this.#sentSinceHeard += size;
    return true;
  }

  /** Sends Hello or Caps: unnumbered, and behind a zero that ends whatever half frame the other end holds. */
  sendHandshake(value: number, payload: Uint8Array): boolean {
    return this.#transmit(value, 0, payload, 0, payload.length, this.#options.now());
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    this.#counters.bytesIn += end - start;
    this.#heardSinceSent += end - start;
    this.#parser.push(bytes, start, end);
    if (!this.#open) return;
    const now = this.#options.now();
    this.#pump(now);
    // A window update, lest a sender whose frames ask for no answer runs out of credit.
    if (this.#heardSinceSent >= this.#options.rxWindow / 4) this.#ackOwed = true;
    if (this.#ackOwed) this.#beat(code.Heartbeat, now);
  }

  /** While nobody polled, nobody listened either: a host that was blocked must not blame the board. To be called before the line is. */
  forgive(now: number): void {
    this.#quietSince += Math.max(0, now - this.#polledAt - this.#options.heartbeatMs);
    this.#polledAt = now;
  }

  /** Does what is due. Returns why the session is dead, if it is. */
  poll(now: number): ControllerError | undefined {
    const { heartbeatMs, silenceMs } = this.#options;
    if (now - this.#quietSince >= silenceMs) return controllerError('ERR_LINK_SILENT', { ms: silenceMs });
    if (now >= this.#window.dueAt) this.#window.timeout(now);
    if (this.#window.hopeless) return controllerError('ERR_LINK_UNACKNOWLEDGED');
    this.#pump(now);
    if (now - this.#sentAt >= heartbeatMs) this.#beat(code.Heartbeat, now);
    return undefined;
  }

  #frame(type: number, seq: number, ack: number, credit: number, bytes: Uint8Array, start: number, end: number): void {
    const value = type & CODE_MASK;
    if ((type & FROM_DEVICE) === this.#options.direction) this.#counters.echoes++;
    else if (isHandshake(value)) this.#events.handshake(value, credit * CREDIT_UNIT, bytes, start, end);
    else if (this.#open) this.#accept(value, seq, ack, credit, bytes, start, end);
    else this.#ignore();
  }

  #accept(value: number, seq: number, ack: number, credit: number, bytes: Uint8Array, start: number, end: number): void {
    const now = this.#options.now();
    this.#counters.framesIn++;
    this.#heardAt = now;
    this.#quietSince = now;
    this.#peerFree = credit * CREDIT_UNIT;
    this.#sentSinceHeard = 0;
    this.#window.acknowledge(ack, now);
    this.#counters.rttMs = this.#window.roundTrip.ms;

    if (value === code.Heartbeat || value === code.Nak) {
      this.#reportLost(this.#order.upcoming(seq));
      if (value === code.Nak) {
        this.#counters.naksIn++;
        this.#window.nak(now);
      }
    } else if (value & UNRELIABLE) {
      const missing = this.#order.unreliable(seq);
      this.#reportLost(missing);
      if (missing >= 0) this.#deliver(value, bytes, start, end);
    } else {
      const place = this.#order.reliable(seq);
      this.#ackOwed = true;
      if (place === 'gap') this.#requestResend(now);
      if (place !== 'next') return;
      this.#resend.answered(now);
      this.#deliver(value, bytes, start, end);
    }
  }

  #deliver(value: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#events.message(value, bytes, start, end) || value === code.Error) return;
    this.#counters.unknown++;
    this.#events.unknown(value);
  }

  #reportLost(frames: number): void {
    if (frames > 0) this.#events.lost(frames);
  }

  #damaged(damage: Damage): void {
    if (!this.#open) {
      this.#ignore();
      return;
    }
    if (damage === 'crc') this.#counters.crcErrors++;
    else if (damage === 'oversize') this.#counters.oversize++;
    else this.#counters.malformed++;
    this.#requestResend(this.#options.now());
  }

  #ignore(): void {
    this.#counters.ignored++;
    this.#events.noise();
  }

  #requestResend(now: number): void {
    if (!this.#resend.due(now, this.#window.roundTrip.ms)) return;
    this.#counters.naksOut++;
    this.#beat(code.Nak, now);
  }

  /** Bytes that the other end has room for. */
  #credit(): number {
    return this.#peerFree - this.#window.bytesInFlight - this.#sentSinceHeard;
  }

  #pump(now: number): void {
    const window = this.#window;
    for (;;) {
      const slot = window.next(this.#credit());
      if (slot < 0) return;
      if (!this.#transmit(window.codeOf(slot), window.seqOf(slot), window.data, window.startOf(slot), window.endOf(slot), now)) return;
      window.sent(slot, now);
    }
  }

  /** A frame of the link itself; it carries the number of the next unreliable frame, so that a loss shows without one. */
  #beat(value: number, now: number): void {
    this.#transmit(value, this.#unreliableSeq, NOTHING, 0, 0, now);
  }

  #transmit(value: number, seq: number, bytes: Uint8Array, start: number, end: number, now: number): boolean {
    const { direction, freeBytes, transport } = this.#options;
    const credit = Math.floor(Math.max(0, Math.min(freeBytes(), MAX_CREDIT)) / CREDIT_UNIT);
    const from = isHandshake(value) ? 0 : 1;
    const to = this.#writer.write(value | direction, seq, this.#order.expected, credit, bytes, start, end, this.#out, 1);
    if (!transport.write(this.#out, from, to)) return false;
    this.#counters.framesOut++;
    this.#counters.bytesOut += to - from;
    this.#sentAt = now;
    this.#heardSinceSent = 0;
    this.#ackOwed = false;
    return true;
  }

  /** Whether a payload of `bytes` can be sent now. */
  fits(bytes: number): boolean {
    return frameBytes(bytes) <= this.#sendLimit;
  }
}
