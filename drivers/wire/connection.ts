import {
  ClockSync,
  code,
  configureKey,
  decodeControl,
  errorReason,
  feature,
  Link,
  safetyState,
  type Telemetry,
  type Transport,
} from '../../firmware-bridge/index.ts';
import { type BoardEvent, type BoardReport, type ControllerError, controllerError, type Program } from '../../runtime/index.ts';
import { Answers } from './answers.ts';
import { LearningLink } from './learning-link.ts';
import { PinsLink } from './pins-link.ts';
import type { Plan } from './plan.ts';
import { RateMonitor } from './rate-monitor.ts';
import { StatesLink } from './states-link.ts';
import { TickWriter } from './tick-message.ts';
import { WeightMirror } from './weight-mirror.ts';

export interface ConnectionOptions {
  readonly transport: Transport;
  readonly now: () => number;
  readonly session: (() => number) | undefined;
  /** silence after which the board is to be safe, ms */
  readonly ttlMs: number;
  /** how often clocks are compared, ms; never if undefined */
  readonly clockEveryMs: number | undefined;
  readonly emit: (event: BoardEvent) => void;
  readonly failed: (error: ControllerError) => void;
}

const FEATURES = feature.wideCrc | feature.patches | feature.learns | feature.graded | feature.rescale | feature.states | feature.pins;
const reasons = new Map<number, string>(Object.entries(errorReason).map(([name, value]) => [value, name]));

/** A network that the board was sent. */
interface Deployed {
  readonly plan: Plan;
  readonly program: Program;
  readonly answers: Answers;
  readonly rates: RateMonitor;
  /** the inputs of a tick as they travel */
  readonly ids: Uint32Array;
}

/** What is made anew by every `connect`: the link, the weights on it, and all that the board has said. */
export class Connection {
  readonly link: Link;
  readonly weights: WeightMirror;
  readonly clock: ClockSync | undefined;
  readonly learning: LearningLink;
  readonly states: StatesLink;
  readonly pins: PinsLink;
  readonly #options: ConnectionOptions;
  readonly #writer = new TickWriter();
  readonly #counts = { spikesIn: 0, spikesOut: 0, dropped: 0, complaints: 0 };
  #deployed: Deployed | undefined;
  /** the board was told to run, and acknowledged it */
  #armed = false;
  /** ends of episodes that found no room among the reliable messages */
  readonly #rests: number[] = [];
  #tick = 0;
  #telemetry: Telemetry | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { transport, now, session, failed, clockEveryMs } = options;
    this.link = new Link({
      transport,
      now,
      features: FEATURES,
      ...(session === undefined ? {} : { session }),
      handlers: {
        message: (value, bytes, start, end) => this.#message(value, bytes, start, end),
        lost: () => this.#deployed?.answers.lost(),
        state: (state, error) => {
          if (state === 'down') failed(error ?? controllerError('ERR_SESSION_LOST'));
        },
      },
    });
    this.weights = new WeightMirror(this.link, now, failed);
    this.clock = clockEveryMs === undefined ? undefined : new ClockSync(this.link, now, clockEveryMs);
    this.learning = new LearningLink(this.link, now);
    this.states = new StatesLink(this.link, now);
    this.pins = new PinsLink(this.link, now);
  }

  /** Its outputs may move. */
  get armed(): boolean {
    return this.#armed;
  }

  /** It is armed, and has a network. */
  get running(): boolean {
    return this.#armed && this.#deployed !== undefined;
  }

  /** What the board said of itself last. */
  get telemetry(): Telemetry | undefined {
    return this.#telemetry;
  }

  get program(): Program | undefined {
    return this.#deployed?.program;
  }

  /** Another network is on its way; until the board is armed nothing else is. */
  prepare(plan: Plan, program: Program): void {
    const { emit } = this.#options;
    const rates = new RateMonitor(plan.neurons);
    const answers = new Answers(plan, this.link.maxPayload, (event) => {
      emit(event);
      if (event.kind !== 'spikes') return;
      const reason = rates.tick(event.addresses, event.count);
      if (reason !== undefined) emit({ kind: 'degraded', tick: event.tick, reason });
    });
    this.#deployed = { plan, program, answers, rates, ids: new Uint32Array(plan.inputs.length) };
    this.#armed = false;
  }

  /** Tells the board to run; false if there is no room for that. */
  arm(): boolean {
    return this.link.sendControl('Arm', { session: this.link.session, ttlMs: this.#options.ttlMs });
  }

  /** The board has heard that. */
  begin(): void {
    this.#armed = true;
  }

  /** Nothing is sent any more, but that the board is to be safe; false if there is no room for that. */
  disarm(): boolean {
    this.#armed = false;
    return this.link.sendControl('Disarm', {});
  }

  /** Sends the inputs of a tick; false, and counted, if there is no room. */
  inputs(tick: number, addresses: Uint32Array, count: number, values: Uint32Array | undefined): boolean {
    if (!this.#armed || this.#deployed === undefined) {
      this.#counts.dropped++;
      return false;
    }
    const { plan, ids, rates } = this.#deployed;
    if (count > 0) rates.fed();
    let spikes = 0;
    for (; spikes < count && addresses[spikes]! < ids.length; spikes++) ids[spikes] = plan.inputs[addresses[spikes]!]!;
    this.#tick = tick;
    const graded = (this.link.features & feature.graded) !== 0;
    const sent = this.#writer.send(this.link, tick, ids, spikes, graded ? values : undefined);
    if (sent) this.#counts.spikesIn += spikes;
    else this.#counts.dropped++;
    return sent;
  }

  /** All neurons to rest after `tick`. */
  rest(tick: number): void {
    if (!this.#armed) return;
    this.#rests.push(tick);
    this.#sendRests();
  }

  /** Does what is due; returns a number that changes whenever bytes came or went. */
  turn(): number {
    const { counters } = this.link;
    this.link.poll();
    this.weights.poll();
    this.clock?.poll();
    this.learning.poll();
    this.states.poll();
    this.pins.poll();
    if (this.#rests.length > 0) this.#sendRests();
    return counters.bytesIn + counters.bytesOut;
  }

  report(): Omit<BoardReport, 'kind' | 'faults'> {
    const { spikesIn, spikesOut, dropped, complaints } = this.#counts;
    const { patches, patchesAcked, errorMax } = this.weights;
    const { crcErrors, malformed, oversize, retransmits } = this.link.counters;
    const { crcErrors: theirs = 0, lateTicks = 0, overruns = 0 } = this.#telemetry ?? {};
    return {
      ...{ spikesIn, spikesOut, dropped, retransmits },
      weightPatches: patches,
      weightPatchesAcked: patchesAcked,
      weightErrorMax: errorMax,
      late: Math.max(complaints, lateTicks + overruns),
      // Damage of any kind, here and there: which check finds it is chance.
      crcErrors: crcErrors + malformed + oversize + theirs,
    };
  }

  #sendRests(): void {
    while (this.#rests.length > 0) {
      // A tick is an unsigned number, a value of Configure has its low 32 bits.
      if (!this.link.sendControl('Configure', { key: configureKey.restAfter, value: this.#rests[0]! | 0, generation: 0 })) return;
      this.#rests.shift();
    }
  }

  #message(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (value === code.Spikes) {
      const spikes = this.#deployed?.answers.take(bytes, start, end) ?? 0;
      if (spikes > 0) this.#counts.spikesOut += spikes;
      return spikes >= 0;
    }
    if (value === code.TimeSync && this.clock !== undefined) return this.clock.receive(bytes, start, end);
    if (value === code.WeightData) return this.learning.receive(bytes, start, end);
    if (value === code.States) return this.states.receive(bytes, start, end);
    if (value === code.Pins) return this.pins.receive(bytes, start, end);
    const decoded = decodeControl(value, bytes, start, end);
    if (decoded?.name === 'WeightAck') this.weights.receive(decoded.message);
    else if (decoded?.name === 'Telemetry') this.#hear(decoded.message);
    else if (decoded?.name === 'Error') this.#complaint(decoded.message.reason, decoded.message.context);
    else return false;
    return true;
  }

  #hear(telemetry: Telemetry): void {
    this.#telemetry = telemetry;
    const { failed, ttlMs } = this.#options;
    if (this.#armed && telemetry.state === safetyState.safe) failed(controllerError('ERR_BOARD_SAFE', { ms: ttlMs }));
  }

  #complaint(reason: number, context: number): void {
    if (reason === errorReason.timing || reason === errorReason.overrun) {
      this.#counts.complaints++;
      this.#options.emit({ kind: 'late', tick: this.#tick, byUs: context });
      return;
    }
    const board = this.link.caps?.boardId ?? 'the board';
    this.#options.failed(controllerError('ERR_BOARD_FAULT', { board, reason: `${reasons.get(reason) ?? reason} (${context})` }));
  }
}
