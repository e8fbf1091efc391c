import {
  code,
  configureKey,
  type DeviceCaps,
  decodeControl,
  errorReason,
  FailSafe,
  feature,
  Link,
  neuronKindBit,
  readStatesQuestion,
  readTimeSync,
  resetCause,
  type SafetyState,
  SpikeBatch,
  type StatesQuestion,
  safetyState,
  TIME_SYNC_BYTES,
  type TimeSync,
  type Transport,
  writeStates,
  writeTimeSync,
} from '../../firmware-bridge/index.ts';
import type { Capabilities } from '../../runtime/index.ts';
import { TickWriter } from '../wire/tick-message.ts';
import { BoardMemory } from './board-memory.ts';
import type { IntegerNetwork } from './integer-network.ts';
import { exactGrade } from './runnable.ts';

/** Why a board started. */
export type ResetCause = keyof typeof resetCause;

export interface IntegerBoardOptions {
  readonly transport: Transport;
  /** ms; the only time there is */
  readonly now: () => number;
  readonly capabilities: Capabilities;
  /** number of this start */
  readonly bootId: number;
  /** time that it takes for a tick, ms */
  readonly computeMs: number;
  /** why it started; default powerOn */
  readonly resetCause?: ResetCause;
  /** bytes that it holds unread, and how many of them are free now; default: as the link has it */
  readonly rxWindow?: number;
  readonly freeBytes?: () => number;
}

const FAILSAFE_MS = 250;
const TELEMETRY_MS = 250;
const STATES_BYTES = 248;
const MAX_GROUPS = 256;
const MAX_SPIKES = 256;
/** A reset that came so many ticks too late belongs to a count of ticks that is over. */
const LATE_REST = 1024;
const US = 1000;

function deviceCaps(offered: Capabilities, { bootId, resetCause: cause = 'powerOn' }: IntegerBoardOptions): DeviceCaps {
  const { model: boardId, neurons, inputs, outputs, synapses, weightBits, tickUs, maxDelay, maxGrade, neuronKinds } = offered;
  return {
    ...{ boardId, neurons, inputs, outputs, synapses, weightBits, tickUs, maxDelay, maxGrade, bootId },
    fwHash: new Uint8Array(20),
    stateBits: 32,
    features:
      feature.wideCrc | feature.patches | feature.doubleBuffer | feature.rescale | feature.states | (maxGrade > 1 ? feature.graded : 0),
    failsafeMs: FAILSAFE_MS,
    neuronKinds: neuronKinds.reduce(
      (bits, kind) => bits | (kind in neuronKindBit ? neuronKindBit[kind as keyof typeof neuronKindBit] : 0),
      0,
    ),
    resetCause: resetCause[cause],
  };
}

/**
 * A board that exists only in its bytes: a device at the end of a transport that runs networks in integers ({@link IntegerNetwork} is the
 * specification of its arithmetic). It runs a tick when it has been told all of its input, and only while it is armed; it answers
 * with its spikes. Whatever arrives, it neither throws nor runs anything that was not checked whole.
 */
export class IntegerBoard {
  readonly link: Link;
  readonly memory: BoardMemory;
  readonly #options: IntegerBoardOptions;
  readonly #failSafe: FailSafe;
  readonly #batch = new SpikeBatch(MAX_GROUPS, MAX_SPIKES);
  readonly #writer = new TickWriter();
  readonly #time: TimeSync = { id: 0, t1: 0, t2: 0, t3: 0 };
  readonly #timeBytes = new Uint8Array(TIME_SYNC_BYTES);
  readonly #asked: StatesQuestion = { population: 0, first: 0 };
  readonly #statesBytes = new Uint8Array(STATES_BYTES);
  #restAfter = -1;
  #busyUntil = 0;
  #wasLate = false;
  #refused = 0;
  #telemetryAt = 0;
  /** ticks that ran since the start, and those whose answer came more than a tick after their input */
  ticks = 0;
  lateTicks = 0;

  constructor(options: IntegerBoardOptions) {
    this.#options = options;
    const { transport, now, rxWindow, freeBytes } = options;
    const capabilities = { ...options.capabilities, maxGrade: exactGrade(options.capabilities) };
    this.#failSafe = new FailSafe({ tickMs: capabilities.tickUs / US });
    this.memory = new BoardMemory(capabilities, (ack) => this.link.sendControl('WeightAck', ack));
    this.link = new Link({
      transport,
      now,
      caps: deviceCaps(capabilities, options),
      ...(rxWindow === undefined ? {} : { rxWindow }),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      handlers: {
        message: (value, bytes, start, end) => this.#message(value, bytes, start, end),
        // A session begins and ends disarmed, and its count of ticks is its own.
        state: () => {
          this.#failSafe.disarm();
          this.memory.queue?.clear();
          this.#restAfter = -1;
        },
      },
    });
  }

  get state(): SafetyState {
    return this.#failSafe.state;
  }

  /** The network that runs, for whoever looks inside. */
  get network(): IntegerNetwork | undefined {
    return this.memory.network;
  }

  /** Ticks given up because too many waited, since the network came. */
  get overruns(): number {
    return this.memory.queue?.overruns ?? 0;
  }

  /** Messages that came while no network ran or too late, and spikes of no input or tick. */
  get dropped(): number {
    return this.#refused + (this.memory.queue?.strays ?? 0) + this.link.counters.late;
  }

  start(): void {
    this.link.start();
  }

  /** Does what is due. */
  poll(): void {
    const now = this.#options.now();
    // Before the line is read: what arrives now must not hide that nothing came for too long.
    this.#failSafe.poll(now, this.link.heardAt);
    this.link.poll();
    this.#run(now);
    if (now >= this.#telemetryAt) this.#tell(now);
  }

  #message(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (value === code.Spikes) return this.#spikes(bytes, start, end);
    if (this.memory.receive(value, bytes, start, end)) return true;
    if (value === code.States) return this.#answerStates(bytes, start, end);
    if (value === code.TimeSync) return this.#answerTime(bytes, start, end);
    const decoded = decodeControl(value, bytes, start, end);
    switch (decoded?.name) {
      case 'Arm': {
        const { session, ttlMs } = decoded.message;
        return this.#failSafe.arm(session, this.link.session, ttlMs, this.#options.now()) || this.#reject(value);
      }
      case 'Disarm':
        this.#failSafe.disarm();
        this.#tell(this.#options.now());
        return true;
      case 'Configure':
        return this.#configure(decoded.message.key, decoded.message.value, decoded.message.generation) || this.#reject(value);
      case 'Reward':
        return this.#reject(value);
      default:
        return decoded?.name === 'Error';
    }
  }

  /** A message that is understood, and not now. */
  #reject(value: number): true {
    this.link.sendControl('Error', { reason: errorReason.rejected, context: value });
    return true;
  }

  #configure(key: number, value: number, generation: number): boolean {
    if (key !== configureKey.restAfter) return this.memory.rescale(key - configureKey.shift, generation, value);
    const { queue } = this.memory;
    if (queue === undefined) return false;
    this.#restAfter = value >>> 0;
    // Spikes do not wait for reliable messages: perhaps that tick has run.
    const behind = (queue.next - 1 - this.#restAfter) | 0;
    if (behind >= 0 && behind < LATE_REST) this.#rest();
    return true;
  }

  #rest(): void {
    this.memory.network?.rest();
    this.#restAfter = -1;
  }

  #spikes(bytes: Uint8Array, start: number, end: number): boolean {
    const { network, queue, complete } = this.memory;
    if (network === undefined || queue === undefined || !complete || this.state === 'safe') {
      this.#refused++;
      return true;
    }
    if (!this.#batch.decode(bytes, start, end, network.ids)) return false;
    const now = this.#options.now();
    queue.take(this.#batch, now);
    this.#run(now);
    return true;
  }

  /** Runs what is ready and has had its time. */
  #run(now: number): void {
    const { network, queue, image } = this.memory;
    if (network === undefined || queue === undefined || image === undefined || this.state === 'safe') return;
    while (queue.ready) {
      const { next: tick, arrivedAt } = queue;
      const finished = Math.max(this.#busyUntil, arrivedAt) + this.#options.computeMs;
      if (finished > now) return;
      this.#busyUntil = finished;
      network.step(queue.values, queue.from);
      queue.done();
      this.ticks++;
      if (this.#restAfter === tick) this.#rest();
      this.#writer.send(this.link, tick, network.spikes, network.spikeCount);
      this.#judge(finished - arrivedAt - image.tickUs / US);
    }
  }

  /** Counts a tick that was late by `ms`, and complains once for all that follow one another. */
  #judge(ms: number): void {
    const late = ms > 0;
    if (late) this.lateTicks++;
    if (late && !this.#wasLate) this.link.sendControl('Error', { reason: errorReason.timing, context: Math.round(ms * US) });
    this.#wasLate = late;
  }

  #answerTime(bytes: Uint8Array, start: number, end: number): boolean {
    const time = this.#time;
    if (!readTimeSync(bytes, start, end, time)) return false;
    time.t2 = Math.round(this.#options.now() * US);
    time.t3 = time.t2;
    this.link.send(code.TimeSync, this.#timeBytes, 0, writeTimeSync(this.#timeBytes, time));
    return true;
  }

  #answerStates(bytes: Uint8Array, start: number, end: number): boolean {
    const { network, queue } = this.memory;
    const asked = this.#asked;
    if (!readStatesQuestion(bytes, start, end, asked) || network === undefined || queue === undefined) return false;
    const { population, first } = asked;
    const states = network.populations[population] === undefined ? undefined : network.states(population);
    if (states === undefined || first >= states.length) return false;
    const out = this.#statesBytes;
    const limit = Math.min(out.length, this.link.maxPayload);
    this.link.send(code.States, out, 0, writeStates(out, limit, queue.next, population, first, states));
    return true;
  }

  #tell(now: number): void {
    this.#telemetryAt = now + TELEMETRY_MS;
    if (this.link.state !== 'up') return;
    const { crcErrors, malformed, oversize } = this.link.counters;
    this.link.sendControl('Telemetry', {
      tick: this.memory.queue?.next ?? 0,
      overruns: this.overruns,
      // Which check finds a damaged frame is chance.
      crcErrors: crcErrors + malformed + oversize,
      dropped: this.dropped,
      lateTicks: this.lateTicks,
      stackFree: 0,
      tempC: 0,
      vccMv: 0,
      resetCause: resetCause[this.#options.resetCause ?? 'powerOn'],
      state: safetyState[this.state],
      activeRegion: this.memory.region,
      activeGeneration: this.memory.generation,
    });
  }
}
