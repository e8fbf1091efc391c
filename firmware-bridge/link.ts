import { type ControllerError, controllerError, raise } from '../runtime/index.ts';
import { Channel, MAX_CREDIT } from './channel.ts';
import {
  type Caps,
  type ControlMessages,
  type ControlName,
  decodeControl,
  encodeControl,
  errorReason,
  type Hello,
  isControl,
} from './codecs/control.ts';
import { createCounters, type LinkCounters } from './counters.ts';
import { agree, MAX_FRAME, MIN_FRAME, makeCaps, makeHello, refusal } from './handshake.ts';
import type { LinkOptions, LinkState } from './link-options.ts';
import { code, FROM_DEVICE, feature } from './messages.ts';

const DEFAULT_FRAME = 256;
/**
 * A host may lose one heartbeat before the device holds its outputs at 50 ms. It gives a device up after nine: fewer would end
 * sessions on lines that lose every fifth frame, and a stall of 300 ms.
 */
const HOST = { heartbeatMs: 20, silenceMs: 450 };
/** A silent host ends the session long after the device became safe; safety is not the link's business. */
const DEVICE = { heartbeatMs: 50, silenceMs: 2000 };
const HELLO_MS = 100;
/** An Arduino spends about two seconds in its boot loader after the port was opened. */
const HELLO_TRIES = 50;
const HOST_FEATURES = feature.wideCrc | feature.patches | feature.graded;
const NOTHING = new Uint8Array(0);

const randomSession = (): number => crypto.getRandomValues(new Uint32Array(1))[0] || 1;

/**
 * One end of the wire, host or device: opens sessions and says when they end. It has no timer: `poll` does what is due at
 * `now()`, and the transport's bytes do the rest.
 */
export class Link {
  readonly counters: LinkCounters = createCounters();
  readonly #options: LinkOptions;
  readonly #isDevice: boolean;
  readonly #maxFrame: number;
  readonly #rxWindow: number;
  readonly #channel: Channel;
  #unsubscribe: (() => void)[] = [];
  #state: LinkState = 'closed';
  #session = 0;
  #caps: Caps | undefined;
  #features = 0;
  /** host: Hellos sent, when the last one was and the next one is; device: when it announced itself last */
  #hellos = 0;
  #greetedAt = 0;
  #greetAt = 0;
  #heardNoise = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#isDevice = options.caps !== undefined;
    this.#maxFrame = Math.max(MIN_FRAME, Math.min(MAX_FRAME, options.maxFrame ?? DEFAULT_FRAME));
    // Less credit than one frame needs would stop the other end for good.
    this.#rxWindow = Math.max(2 * this.#maxFrame, options.rxWindow ?? MAX_CREDIT);
    const times = this.#isDevice ? DEVICE : HOST;
    const channel = {
      transport: options.transport,
      now: options.now,
      counters: this.counters,
      direction: this.#isDevice ? FROM_DEVICE : 0,
      maxFrame: this.#maxFrame,
      rxWindow: this.#rxWindow,
      freeBytes: options.freeBytes ?? (() => this.#rxWindow),
      heartbeatMs: options.heartbeatMs ?? times.heartbeatMs,
      silenceMs: options.silenceMs ?? times.silenceMs,
    };
    this.#channel = new Channel(channel, {
      message: (value, bytes, start, end) => options.handlers.message(value, bytes, start, end),
      lost: (frames) => options.handlers.lost?.(frames),
      handshake: (value, free, bytes, start, end) => this.#handshake(value, free, bytes, start, end),
      noise: () => this.#noise(),
      unknown: (value) => {
        const reason = isControl(value) ? errorReason.malformed : errorReason.unknownMessage;
        this.sendControl('Error', { reason, context: value });
      },
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Number of the session, 0 without one. */
  get session(): number {
    return this.#state === 'up' ? this.#session : 0;
  }

  /** What the board said of itself; a host has it from `up` on, and keeps it. */
  get caps(): Caps | undefined {
    return this.#caps;
  }

  /** Feature bits in force. */
  get features(): number {
    return this.#features;
  }

  /** Largest payload that can be sent now. */
  get maxPayload(): number {
    return this.#channel.maxPayload;
  }

  /** When the last valid frame of a session came: what a device's fail-safe goes by. */
  get heardAt(): number {
    return this.#channel.heardAt;
  }

  /** Reliable frames that wait for their acknowledgement; 16 at most. */
  get queued(): number {
    return this.#channel.queued;
  }

  /** Begins (again): a host greets with a new session, a device announces itself. The transport is to be open. */
  start(): void {
    this.stop();
    const { transport, now } = this.#options;
    this.#unsubscribe = [
      transport.onBytes((bytes, start, end) => this.#channel.receive(bytes, start, end)),
      transport.onLost((error) => this.#fail(error)),
    ];
    this.#channel.resetParser();
    this.#heardNoise = false;
    this.#hellos = 0;
    if (this.#isDevice) {
      this.#become('listening');
      this.#announce();
      return;
    }
    this.#session = (this.#options.session ?? randomSession)();
    this.#greetAt = now();
    this.#become('connecting');
    this.poll();
  }

  /** Ends the session without a word. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    if (this.#state !== 'closed') this.#become('closed');
  }

  /**
   * Sends a message. Reliable: false if 16 wait already. Unreliable: false, and counted as shed, if the line or the other end
   * has no room. Either: false without a session. Raises if the payload exceeds `maxPayload`.
   */
  send(value: number, bytes: Uint8Array = NOTHING, start = 0, end: number = bytes.length): boolean {
    if (this.#state !== 'up') return false;
    if (!this.#channel.fits(end - start)) raise('ERR_PAYLOAD_TOO_LARGE', { bytes: end - start, limit: this.maxPayload });
    return this.#channel.send(value, bytes, start, end);
  }

  /** Encodes and sends a control message. */
  sendControl<N extends ControlName>(name: N, message: ControlMessages[N]): boolean {
    return this.send(code[name], encodeControl(name, message));
  }

  /** Does what is due: to be called every few milliseconds; more often does no harm. */
  poll(): void {
    const now = this.#options.now();
    this.#channel.forgive(now);
    this.#options.transport.poll?.();
    if (this.#state === 'connecting' && now >= this.#greetAt) this.#greet(now);
    if (this.#state === 'up') {
      const error = this.#channel.poll(now);
      if (error !== undefined) this.#fail(error);
    }
  }

  #handshake(value: number, free: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#state === 'closed' || this.#state === 'down') return;
    const decoded = decodeControl(value, bytes, start, end);
    if (decoded?.name === 'Hello' && this.#isDevice) this.#hello(decoded.message, free);
    else if (decoded?.name === 'Caps' && !this.#isDevice) this.#answer(decoded.message, free);
  }

  // ── host ──

  #greet(now: number): void {
    if (this.#hellos === HELLO_TRIES) {
      this.#fail(controllerError(this.#heardNoise ? 'ERR_LINK_GARBLED' : 'ERR_LINK_NO_ANSWER', { ms: HELLO_TRIES * HELLO_MS }));
      return;
    }
    this.#hellos++;
    this.#greetedAt = now;
    this.#greetAt = now + HELLO_MS;
    const hello = makeHello(this.#session, this.#maxFrame, this.#options.features ?? HOST_FEATURES);
    this.#channel.sendHandshake(code.Hello, encodeControl('Hello', hello));
  }

  #answer(caps: Caps, free: number): void {
    if (this.#state === 'up') {
      // A board that names another session has restarted, or somebody else took it.
      if (caps.session !== this.#session) this.#fail(controllerError('ERR_SESSION_LOST'));
      return;
    }
    if (caps.session === 0) {
      // It just booted: greet it at once.
      this.#greetAt = Math.min(this.#greetAt, this.#options.now());
      return;
    }
    if (caps.session !== this.#session) return;
    const refused = refusal(caps);
    if (refused !== undefined) {
      this.#fail(refused);
      return;
    }
    this.#caps = caps;
    const roundTrip = this.#hellos === 1 ? this.#options.now() - this.#greetedAt : -1;
    this.#open(caps, free, roundTrip);
  }

  // ── device ──

  #hello(hello: Hello, free: number): void {
    if (hello.session === 0) return;
    // Whoever cannot be served learns why from our Caps.
    this.#sendCaps(hello.session);
    if (refusal(hello) !== undefined || (this.#state === 'up' && hello.session === this.#session)) return;
    this.#session = hello.session;
    this.#open(hello, free, -1);
  }

  /** Says that this device has no session: it has just started, or hears frames it cannot read. */
  #announce(): void {
    this.#greetedAt = this.#options.now();
    this.#sendCaps(0);
  }

  #sendCaps(session: number): void {
    const { caps } = this.#options;
    if (caps === undefined) return;
    this.#channel.sendHandshake(code.Caps, encodeControl('Caps', makeCaps(caps, session, this.#maxFrame, this.#rxWindow)));
  }

  /** To a host a sign of another baud rate; to a device perhaps frames of a session that it forgot when it restarted. */
  #noise(): void {
    this.#heardNoise = true;
    if (this.#state === 'listening' && this.#options.now() - this.#greetedAt >= HELLO_MS) this.#announce();
  }

  // ── both ──

  #open(other: Pick<Hello, 'maxFrame' | 'features'>, peerFree: number, roundTrip: number): void {
    const own = this.#options.caps?.features ?? this.#options.features ?? HOST_FEATURES;
    const agreed = agree(this.#maxFrame, own, other);
    this.#features = agreed.features;
    this.#channel.open(this.#session, agreed.maxFrame, agreed.wide, peerFree, roundTrip);
    this.#become('up');
  }

  #fail(error: ControllerError): void {
    if (this.#state === 'closed' || this.#state === 'down') return;
    this.#become(this.#isDevice ? 'listening' : 'down', error);
  }

  #become(state: LinkState, error?: ControllerError): void {
    if (state !== 'up') this.#channel.close();
    this.#state = state;
    this.#options.handlers.state?.(state, error);
  }
}
