import type { Observable } from 'rxjs';
import { feature, type Transport } from '../../firmware-bridge/index.ts';
import {
  type Board,
  type BoardEvent,
  type BoardReport,
  type Capabilities,
  type ControllerError,
  controllerError,
  type DeployReport,
  type Executable,
  raise,
} from '../../runtime/index.ts';
import { Events } from '../events.ts';
import { capabilitiesOf } from './capabilities.ts';
import { Connection } from './connection.ts';
import type { LearningLink } from './learning-link.ts';
import { Pace, type VirtualTime } from './pace.ts';
import type { PinsLink } from './pins-link.ts';
import { planFor } from './plan.ts';
import { ResetWatch } from './reset-watch.ts';
import type { Unfinished } from './weight-mirror.ts';

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
  /** how often the board's clock is compared with the host's, ms; default never */
  readonly clockEveryMs?: number;
}

const TTL_MS = 250;
/** Longest wait for the board to acknowledge that it is to be safe. */
const GOODBYE_MS = 1000;
const nothing = {
  weightPatches: 0,
  weightPatchesAcked: 0,
  weightErrorMax: 0,
  spikesIn: 0,
  spikesOut: 0,
  dropped: 0,
  late: 0,
  crcErrors: 0,
  retransmits: 0,
};

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
  readonly #announced = new Events<BoardEvent>();
  #connection: Connection | undefined;
  #capabilities: Capabilities | undefined;
  #faults = 0;
  /** connect or deploy is at work: what goes wrong is theirs to tell */
  #asking = false;
  #wrong: ControllerError | undefined;
  #ended: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  #shutdowns = 0;
  readonly #resets = new ResetWatch();
  /** what a deployment that was cut off left on the board of this start */
  #left: { readonly bootId: number; readonly network: Unfinished } | undefined;
  #ending = false;

  constructor(options: WireBoardOptions) {
    this.#options = options;
    this.kind = options.kind ?? 'wire';
    this.#now = options.virtual?.now ?? options.now ?? (() => performance.now());
    this.#pace = new Pace(options.virtual, () => this.#connection?.turn() ?? 0);
    this.events = this.#announced.stream;
  }

  get capabilities(): Capabilities | undefined {
    return this.#capabilities;
  }

  /** Who the board says it is: its name and its firmware; undefined before `connect`. */
  get identity(): string | undefined {
    const caps = this.#connection?.link.caps;
    return caps === undefined ? undefined : `${caps.boardId}, firmware ${Buffer.from(caps.fwHash).toString('hex').slice(0, 8)}`;
  }

  get syncing(): boolean {
    return this.#connection?.weights.busy === true;
  }

  /** Learning on a board that can (`capabilities.learns`), once a network is deployed; regions count the projections of the description from 1. */
  get learning(): LearningLink | undefined {
    return this.#capabilities?.learns === true ? this.#connection?.learning : undefined;
  }

  /** The pins that the board lends its host, once it is connected; undefined where it lends none. They move while it is {@link armed}. */
  get pins(): PinsLink | undefined {
    const connection = this.#connection;
    return connection !== undefined && (connection.link.features & feature.pins) !== 0 ? connection.pins : undefined;
  }

  /** Whether its outputs may move: it was told so, and nothing has ended that since. */
  get armed(): boolean {
    return !this.#ending && this.#connection?.armed === true;
  }

  /** The link, the weights and the telemetry of the latest connection, for whoever looks inside. */
  get connection(): Pick<Connection, 'link' | 'weights' | 'telemetry' | 'clock'> | undefined {
    return this.#connection;
  }

  async connect(): Promise<Capabilities> {
    if (!this.#ending && this.#connection !== undefined && this.#capabilities !== undefined) return this.#capabilities;
    const shutdowns = this.#shutdowns;
    await this.#ended;
    if (shutdowns !== this.#shutdowns) return this.#unready('connect()');
    this.#ending = false;
    this.#ended = undefined;
    this.#resets.demandCalm();
    // Where the line does not open, the board is not what it was when it was connected last.
    this.#connection = undefined;
    this.#faults = 0;
    const { transport, session, ttlMs = TTL_MS, clockEveryMs } = this.#options;
    this.#opening = transport.open();
    await this.#opening;
    if (this.#ending) return this.#unready('connect()');
    const connection = new Connection({
      ...{ transport, session, ttlMs, clockEveryMs, now: this.#now },
      emit: (event) => this.#announced.emit(event),
      failed: (error) => this.#fail(error),
    });
    const { link } = connection;
    this.#connection = connection;
    link.start();
    this.#pace.start(transport);
    await this.#ask('connect()', () => link.state !== 'connecting');
    if (link.caps === undefined) return raise('ERR_SESSION_LOST');
    this.#resets.started(link.caps, this.#now());
    if (this.#resets.looping) {
      await this.shutdown();
      this.#resets.demandCalm();
    }
    this.#capabilities = capabilitiesOf(link.caps, link.features);
    return this.#capabilities;
  }

  async deploy(executable: Executable): Promise<DeployReport> {
    const connection = this.#connection;
    const capabilities = this.#capabilities;
    if (this.#ending || connection === undefined || capabilities === undefined) {
      return raise('ERR_BOARD_NOT_READY', { call: 'deploy()', state: 'connected', first: 'connect()' });
    }
    const { link, weights } = connection;
    const plan = planFor(executable.program, capabilities);
    connection.prepare(plan, executable.program);
    const bootId = link.caps?.bootId ?? 0;
    const weightError = weights.deploy(
      plan,
      executable,
      capabilities.weightBits,
      this.#left?.bootId === bootId ? this.#left.network : undefined,
    );
    try {
      await this.#ask('deploy()', () => !weights.busy);
    } finally {
      this.#left = weights.unfinished === undefined ? undefined : { bootId, network: weights.unfinished };
    }
    const { bytes } = weights;
    await this.#arm('deploy()', connection);
    return { bytes, weightError };
  }

  /** Lets the outputs move. `deploy` does so too; alone it is for a board whose pins are used without a network. */
  async arm(): Promise<void> {
    const connection = this.#connection;
    if (this.#ending || connection === undefined || this.#capabilities === undefined)
      return raise('ERR_BOARD_NOT_READY', { call: 'arm()', state: 'connected', first: 'connect()' });
    await this.#arm('arm()', connection);
  }

  /** What each pin can be, from pin 0 on, a bit for each mode of `pinMode`; undefined where the board lends none, or is gone. */
  async pinModes(): Promise<Uint8Array | undefined> {
    const { pins } = this;
    const link = this.#connection?.link;
    if (pins === undefined) return undefined;
    pins.ask();
    await this.#pace.wait(() => pins.modes !== undefined || link?.state !== 'up');
    return pins.modes;
  }

  /** Does nothing before `deploy` and after a fault, which was an event. */
  async sync(executable: Executable, projection?: string): Promise<void> {
    const connection = this.#connection;
    const program = connection?.program;
    if (connection?.running !== true || program === undefined) return;
    if (executable.program !== program)
      raise('ERR_BOARD_NOT_READY', { call: 'sync()', state: 'running this very program', first: 'deploy()' });
    if (projection !== undefined && !program.weights.has(projection)) {
      raise('ERR_UNKNOWN_NAME', { path: 'projection', value: `'${projection}'`, known: [...program.weights.keys()].join(', ') });
    }
    await connection.weights.sync(executable, projection);
  }

  inputs(tick: number, addresses: Uint32Array, count: number, values?: Uint32Array): boolean {
    const connection = this.#connection;
    if (connection?.program === undefined) return false;
    // Time passes even where nothing can be sent.
    this.#pace.pass(connection.program.network.dt);
    return connection.inputs(tick, addresses, count, values);
  }

  endEpisode(tick: number): void {
    this.#connection?.rest(tick);
  }

  poll(): void {
    this.#pace.poll();
  }

  /**
   * What the board's neurons hold between two ticks, in its own integers: membranes of a population of the network image, or states of a readout, `size` of
   * them. Undefined where the board cannot be looked into, or is gone.
   */
  async states(population: number, size: number): Promise<Int32Array | undefined> {
    const connection = this.#connection;
    if (connection?.running !== true || (connection.link.features & feature.states) === 0) return undefined;
    const { states, link } = connection;
    states.read(population, size);
    await this.#pace.wait(() => states.states !== undefined || link.state !== 'up');
    return states.states;
  }

  /** Asks the board for the checks of its memory: whether every projection is there as it was sent. False without a network. */
  async verify(): Promise<boolean> {
    const connection = this.#connection;
    if (connection?.running !== true) return false;
    const { link, weights } = connection;
    weights.verify();
    await this.#pace.wait(() => weights.verified !== undefined || link.state !== 'up');
    return weights.verified === true;
  }

  report(): BoardReport {
    return { kind: this.kind, faults: this.#faults, ...(this.#connection?.report() ?? nothing) };
  }

  shutdown(): Promise<void> {
    this.#shutdowns++;
    if (!this.#ending) {
      this.#ending = true;
      this.#ended = this.#end();
    }
    return this.#ended ?? Promise.resolve();
  }

  async #arm(call: string, connection: Connection): Promise<void> {
    let said = false;
    await this.#ask(call, () => {
      said ||= connection.arm();
      return said && connection.link.queued === 0;
    });
    connection.begin();
  }

  /** Waits for an answer; what goes wrong meanwhile is thrown, and ends the connection. */
  async #ask(call: string, answered: () => boolean): Promise<void> {
    this.#asking = true;
    await this.#pace.wait(() => answered() || this.#wrong !== undefined || this.#ending);
    this.#asking = false;
    const error = this.#wrong;
    this.#wrong = undefined;
    if (this.#ending) this.#unready(call);
    if (error === undefined) return;
    await this.shutdown();
    throw error;
  }

  #unready(call: string): never {
    return raise('ERR_BOARD_NOT_READY', { call, state: 'not shut down meanwhile', first: 'connect()' });
  }

  #fail(error: ControllerError): void {
    if (this.#asking && !this.#ending) {
      this.#wrong ??= error;
      return;
    }
    this.#faults++;
    this.#announced.emit({ kind: 'fault', error });
    void this.shutdown();
  }

  async #end(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) {
      // A line that opens just now would be left open, and keep the process alive.
      await this.#opening?.catch(() => undefined);
      await this.#options.transport.close();
      return;
    }
    const { link, weights } = connection;
    weights.cancel();
    const until = this.#now() + GOODBYE_MS;
    let said = connection.disarm();
    await this.#pace.wait(() => {
      said ||= connection.disarm();
      return (said && link.queued === 0) || link.state !== 'up' || this.#now() >= until;
    });
    // A board that does not answer makes itself safe; the host can only say that it does not know.
    if (link.state === 'up' && link.queued > 0) this.#fail(controllerError('ERR_LINK_UNACKNOWLEDGED'));
    this.#pace.stop();
    link.stop();
    await this.#options.transport.close();
  }
}
