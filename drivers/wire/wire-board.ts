import { type Observable, Subject } from 'rxjs';
import { code, configureKey, decodeControl, errorReason, feature, Link, safetyState, type Telemetry, type Transport } from '../../firmware-bridge/index.ts';
import {
  type Board,
  type BoardEvent,
  type BoardReport,
  type Capabilities,
  type ControllerError,
  controllerError,
  type DeployReport,
  type Executable,
  type Program,
  raise,
} from '../../runtime/index.ts';
import { Answers } from './answers.ts';
import { capabilitiesOf } from './capabilities.ts';
import { Pace, type VirtualTime } from './pace.ts';
import { type Plan, planFor } from './plan.ts';
import { TickWriter } from './tick-message.ts';
import { WeightMirror } from './weight-mirror.ts';

export interface WireBoardOptions {
  readonly transport: Transport;
  /** name of this kind of board in reports; default 'wire' */
  readonly kind?: string;
  /** the board is an emulation behind a line in memory: its time is counted in ticks */
  readonly virtual?: VirtualTime;
  /** ms, monotonic; default the machine's */
  readonly now?: () => number;
  /** numbers of sessions, not 0; default random */
  readonly session?: () => number;
  /** silence after which the board is to be safe, ms, at most 1000; default 250 */
  readonly ttlMs?: number;
}

const TTL_MS = 250;
/** Longest wait for the board to acknowledge that it is safe. */
const GOODBYE_MS = 1000;
const FEATURES = feature.wideCrc | feature.patches | feature.graded | feature.rescale;
const reasons = new Map<number, string>(Object.entries(errorReason).map(([name, value]) => [value, name]));

/** One connection: what is made anew at each. */
interface Session {
  readonly link: Link;
  readonly weights: WeightMirror;
}

/** A network that the board runs. */
interface Deployed {
  readonly plan: Plan;
  readonly program: Program;
  readonly answers: Answers;
  /** the inputs of a tick as they travel */
  readonly ids: Uint32Array;
}

/**
 * A board at the other end of a line that speaks our protocol, whatever the transport. Weights go as patches in int8, spikes as one
 * message a tick. When anything is wrong with the board or the line, there is a fault event and the board is shut down: a board that was
 * silent for a while has other states than the host, and only `connect` and `deploy` make it a mirror again.
 */
export class WireBoard implements Board {
  readonly kind: string;
  readonly events: Observable<BoardEvent>;
  readonly #options: WireBoardOptions;
  readonly #now: () => number;
  readonly #pace: Pace;
  readonly #subject = new Subject<BoardEvent>();
  readonly #writer = new TickWriter();
  #session: Session | undefined;
  #capabilities: Capabilities | undefined;
  #deployed: Deployed | undefined;
  /** the board was told to run, and said that it heard it */
  #armed = false;
  /** connect or deploy is at work: what goes wrong is theirs to tell */
  #asking = false;
  #wrong: ControllerError | undefined;
  #ending = false;
  #ended: Promise<void> | undefined;
  #rests: number[] = [];
  #tick = 0;
  #telemetry: Telemetry | undefined;
  #counts = { spikesIn: 0, spikesOut: 0, dropped: 0, complaints: 0, faults: 0 };

  constructor(options: WireBoardOptions) {
    this.#options = options;
    this.kind = options.kind ?? 'wire';
    this.#now = options.virtual?.now ?? options.now ?? (() => performance.now());
    this.#pace = new Pace(options.virtual, () => this.#turn());
    this.events = this.#subject.asObservable();
  }

  get capabilities(): Capabilities | undefined {
    return this.#capabilities;
  }

  get syncing(): boolean {
    return this.#session?.weights.busy === true;
  }

  /** The link and the weights of the latest connection, for whoever looks inside. */
  get session(): { readonly link: Link; readonly weights: WeightMirror } | undefined {
    return this.#session;
  }

  async connect(): Promise<Capabilities> {
    await this.#ended;
    if (!this.#ending && this.#session !== undefined && this.#capabilities !== undefined) return this.#capabilities;
    this.#ending = false;
    this.#ended = undefined;
    const { transport } = this.#options;
    await transport.open();
    const { link } = this.#open();
    await this.#ask(() => link.state !== 'connecting');
    if (link.caps === undefined) return raise('ERR_SESSION_LOST');
    this.#capabilities = capabilitiesOf(link.caps, link.features);
    return this.#capabilities;
  }

  async deploy(executable: Executable): Promise<DeployReport> {
    const session = this.#session;
    const capabilities = this.#capabilities;
    if (this.#ending || session === undefined || capabilities === undefined) {
      return raise('ERR_BOARD_NOT_READY', { call: 'deploy()', state: 'connected', first: 'connect()' });
    }
    const { program } = executable;
    const plan = planFor(program, capabilities);
    const { link, weights } = session;
    const answers = new Answers(plan, link.maxPayload, (event) => this.#subject.next(event));
    this.#armed = false;
    this.#deployed = { plan, program, answers, ids: new Uint32Array(plan.inputs.length) };
    const weightError = weights.deploy(plan, executable, capabilities.weightBits);
    await this.#ask(() => !weights.busy);
    const { bytes } = weights;
    link.sendControl('Arm', { session: link.session, ttlMs: this.#ttlMs });
    await this.#ask(() => link.queued === 0);
    this.#armed = true;
    return { bytes, weightError };
  }

  async sync(executable: Executable, projection?: string): Promise<void> {
    const deployed = this.#deployed;
    if (!this.#armed || deployed === undefined) return;
    if (executable.program !== deployed.program) raise('ERR_BOARD_NOT_READY', { call: 'sync()', state: 'running this very program', first: 'deploy()' });
    if (projection !== undefined && !deployed.program.weights.has(projection)) {
      raise('ERR_UNKNOWN_NAME', { path: 'projection', value: `'${projection}'`, known: [...deployed.program.weights.keys()].join(', ') });
    }
    await this.#session?.weights.sync(executable, projection);
  }

  inputs(tick: number, addresses: Uint32Array, count: number, values?: Uint32Array): boolean {
    // Time passes even where nothing can be sent.
    if (this.#deployed !== undefined) this.#pace.pass(this.#deployed.program.network.dt);
    const link = this.#session?.link;
    if (!this.#armed || this.#deployed === undefined || link === undefined) {
      this.#counts.dropped++;
      return false;
    }
    const { plan, ids } = this.#deployed;
    let spikes = 0;
    for (; spikes < count && addresses[spikes]! < ids.length; spikes++) ids[spikes] = plan.inputs[addresses[spikes]!]!;
    this.#tick = tick;
    const sent = this.#writer.send(link, tick, ids, spikes, (link.features & feature.graded) === 0 ? undefined : values);
    if (sent) this.#counts.spikesIn += spikes;
    else this.#counts.dropped++;
    return sent;
  }

  endEpisode(tick: number): void {
    if (!this.#armed) return;
    this.#rests.push(tick);
    this.#sendRests();
  }

  poll(): void {
    this.#pace.poll();
  }

  /** Asks the board for the checks of its memory; whether every projection is there as it was sent. False without a network. */
  async verify(): Promise<boolean> {
    const session = this.#session;
    if (!this.#armed || session === undefined) return false;
    const { link, weights } = session;
    weights.verify();
    await this.#pace.wait(() => weights.verified !== undefined || link.state !== 'up');
    return weights.verified === true;
  }

  report(): BoardReport {
    const { spikesIn, spikesOut, dropped, complaints, faults } = this.#counts;
    const { patches = 0, patchesAcked = 0, errorMax = 0 } = this.#session?.weights ?? {};
    const { crcErrors = 0, malformed = 0, oversize = 0, retransmits = 0 } = this.#session?.link.counters ?? {};
    const { crcErrors: theirs = 0, lateTicks = 0, overruns = 0 } = this.#telemetry ?? {};
    return {
      ...{ kind: this.kind, spikesIn, spikesOut, dropped, retransmits, faults },
      weightPatches: patches,
      weightPatchesAcked: patchesAcked,
      weightErrorMax: errorMax,
      late: Math.max(complaints, lateTicks + overruns),
      // Whatever the damage was found by.
      crcErrors: crcErrors + malformed + oversize + theirs,
    };
  }

  shutdown(): Promise<void> {
    if (this.#ended !== undefined) return this.#ended;
    if (this.#ending) return Promise.resolve();
    this.#ending = true;
    this.#ended = this.#end();
    return this.#ended;
  }

  get #ttlMs(): number {
    return this.#options.ttlMs ?? TTL_MS;
  }

  #open(): Session {
    const { transport, session } = this.#options;
    const link: Link = new Link({
      transport,
      now: this.#now,
      features: FEATURES,
      ...(session === undefined ? {} : { session }),
      handlers: {
        message: (value, bytes, start, end) => this.#message(value, bytes, start, end),
        lost: () => this.#deployed?.answers.lost(),
        state: (state, error) => {
          if (state === 'down') this.#fail(error ?? controllerError('ERR_SESSION_LOST'));
        },
      },
    });
    this.#session = { link, weights: new WeightMirror(link, this.#now, (error) => this.#fail(error)) };
    this.#deployed = undefined;
    this.#armed = false;
    this.#wrong = undefined;
    this.#rests = [];
    this.#telemetry = undefined;
    this.#counts = { spikesIn: 0, spikesOut: 0, dropped: 0, complaints: 0, faults: 0 };
    link.start();
    this.#pace.start(transport);
    return this.#session;
  }

  /** Waits for an answer; what goes wrong meanwhile is thrown, and ends the connection. */
  async #ask(answered: () => boolean): Promise<void> {
    this.#asking = true;
    await this.#pace.wait(() => answered() || this.#wrong !== undefined);
    this.#asking = false;
    if (this.#wrong === undefined) return;
    const error = this.#wrong;
    await this.shutdown();
    throw error;
  }

  #turn(): number {
    if (this.#session === undefined) return 0;
    const { link, weights } = this.#session;
    link.poll();
    weights.poll();
    if (this.#rests.length > 0) this.#sendRests();
    return link.counters.bytesIn + link.counters.bytesOut;
  }

  #sendRests(): void {
    const link = this.#session?.link;
    // A tick is an unsigned number there, and its low 32 bits here.
    while (link !== undefined && this.#rests[0] !== undefined) {
      if (!link.sendControl('Configure', { key: configureKey.restAfter, value: this.#rests[0] | 0, generation: 0 })) return;
      this.#rests.shift();
    }
  }

  #message(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (value === code.Spikes) {
      const spikes = this.#deployed?.answers.take(bytes, start, end) ?? 0;
      if (spikes > 0) this.#counts.spikesOut += spikes;
      return spikes >= 0;
    }
    const decoded = decodeControl(value, bytes, start, end);
    if (decoded?.name === 'WeightAck') this.#session?.weights.receive(decoded.message);
    else if (decoded?.name === 'Telemetry') this.#hear(decoded.message);
    else if (decoded?.name === 'Error') this.#complaint(decoded.message.reason, decoded.message.context);
    else return false;
    return true;
  }

  #hear(telemetry: Telemetry): void {
    this.#telemetry = telemetry;
    if (this.#armed && telemetry.state === safetyState.safe) this.#fail(controllerError('ERR_BOARD_SAFE', { ms: this.#ttlMs }));
  }

  #complaint(reason: number, context: number): void {
    if (reason === errorReason.timing || reason === errorReason.overrun) {
      this.#counts.complaints++;
      this.#subject.next({ kind: 'late', tick: this.#tick, byUs: context });
      return;
    }
    const board = this.#capabilities?.model ?? this.kind;
    this.#fail(controllerError('ERR_BOARD_FAULT', { board, reason: `${reasons.get(reason) ?? reason} (${context})` }));
  }

  #fail(error: ControllerError): void {
    if (this.#asking && !this.#ending) {
      this.#wrong ??= error;
      return;
    }
    this.#counts.faults++;
    this.#subject.next({ kind: 'fault', error });
    void this.shutdown();
  }

  async #end(): Promise<void> {
    this.#armed = false;
    const session = this.#session;
    if (session === undefined) return;
    const { link, weights } = session;
    weights.cancel();
    const until = this.#now() + GOODBYE_MS;
    let said = false;
    await this.#pace.wait(() => {
      said ||= link.sendControl('Disarm', {});
      return (said && link.queued === 0) || link.state !== 'up' || this.#now() >= until;
    });
    // A board that does not answer makes itself safe; the host only says that it does not know.
    if (link.state === 'up' && link.queued > 0) this.#fail(controllerError('ERR_LINK_UNACKNOWLEDGED'));
    this.#pace.stop();
    link.stop();
    await this.#options.transport.close();
  }
}
