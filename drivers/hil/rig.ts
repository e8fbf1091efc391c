import { setTimeout as sleep } from 'node:timers/promises';
import { type Faults, type FaultyTransport, safetyState, type Tap, withFaults } from '../../firmware-bridge/index.ts';
import {
  type BoardEvent,
  type Capabilities,
  type ControllerError,
  compile,
  type DeployReport,
  type Executable,
  exact,
  type Network,
  raise,
  referenceBackend,
} from '../../runtime/index.ts';
import type { VirtualTime } from '../wire/pace.ts';
import { WireBoard } from '../wire/wire-board.ts';
import { Checks } from './checks.ts';
import type { Device } from './device.ts';
import type { Evidence, PlayedTick } from './evidence.ts';
import { Log } from './log.ts';

export interface RigOptions {
  /** of the faults and of the sessions; default 1 */
  readonly seed?: number;
  /** what is wrong with each direction of the line from the start; default nothing */
  readonly faults?: { readonly toBoard?: Faults; readonly toHost?: Faults };
  /** silence after which the board is to be safe, ms; default 250 */
  readonly ttlMs?: number;
  /** how often the device's clock is compared with the host's, ms; default never */
  readonly clockEveryMs?: number;
  /** hears every piece of the line */
  readonly tap?: Tap;
}

/** What is done to the device, tick by tick. */
export interface Timeline {
  readonly ticks: number;
  /** first tick; default the one after the last that was played */
  readonly from?: number;
  /** input addresses of a tick, ascending: by tick, or as a function of it; default none */
  readonly inputs?: Readonly<Record<number, readonly number[]>> | ((tick: number) => readonly number[]);
  /** what happens just before a tick */
  readonly at?: Readonly<Record<number, (rig: Rig) => void | Promise<void>>>;
}

/** How often a device in the machine's time is looked at. */
const LOOK_MS = 1;

/**
 * One device on the bench: a line to it that may be bad, a driver at the host's end, and eyes on everything that happens. In virtual
 * time nothing here depends on the machine.
 */
export class Rig implements Evidence {
  readonly device: Device;
  readonly board: WireBoard;
  readonly line: FaultyTransport;
  readonly log = new Log();
  readonly expect: Checks;
  readonly ticks = new Map<number, PlayedTick>();
  readonly faults: { readonly ms: number; readonly error: ControllerError }[] = [];
  readonly safety: { readonly ms: number; readonly safe: boolean }[] = [];
  readonly pins: { readonly ms: number; readonly pin: string; readonly level: number }[] = [];
  readonly #levels = new Map<string, number>();
  readonly #timer: NodeJS.Timeout | undefined;
  #executable: Executable | undefined;
  #tick = 0;

  constructor(device: Device, options: RigOptions = {}) {
    const { seed = 1, faults = {}, ttlMs, clockEveryMs, tap } = options;
    this.device = device;
    const { virtual } = device;
    this.line = withFaults(device.transport, {
      now: () => this.now(),
      tick: () => this.#tick,
      seed,
      send: faults.toBoard ?? [],
      receive: faults.toHost ?? [],
      tap: (where, toBoard, bytes, start, end) => {
        if (where === 'out') this.log.bytes(this.now(), toBoard, bytes, start, end);
        tap?.(where, toBoard, bytes, start, end);
      },
    });
    const watched: VirtualTime | undefined = virtual && {
      now: virtual.now,
      stepMs: virtual.stepMs,
      pass: virtual.pass,
      poll: () => {
        virtual.poll();
        this.#look();
      },
    };
    const sessions = exact.randomStream(seed, 'hil sessions');
    let drawn = 0;
    this.board = new WireBoard({
      transport: this.line,
      ...(watched === undefined ? {} : { virtual: watched, session: () => Math.floor(sessions.uniform(drawn++) * 0xffffffff) + 1 }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
      ...(clockEveryMs === undefined ? {} : { clockEveryMs }),
    });
    this.board.events.subscribe((event) => this.#hear(event));
    if (virtual === undefined) {
      this.#timer = setInterval(() => this.#look(), LOOK_MS);
      this.#timer.unref();
    }
    this.expect = new Checks(this);
  }

  /** ms, the device's time if it has one of its own */
  now(): number {
    return this.device.virtual?.now() ?? performance.now();
  }

  /** the tick that is played next */
  get tick(): number {
    return this.#tick;
  }

  /** Whether the outputs are safe, at the pins if one can look there; undefined before anything is known. */
  get safe(): boolean | undefined {
    if (this.device.safe !== undefined) return this.device.safe();
    const state = this.board.connection?.telemetry?.state;
    return state === undefined ? undefined : state === safetyState.safe;
  }

  /** Lets time pass in which the host does nothing but listen. */
  async pass(ms: number): Promise<void> {
    const { virtual } = this.device;
    if (virtual === undefined) return sleep(ms);
    for (let left = ms; left > 0; left -= virtual.stepMs) {
      virtual.pass(Math.min(left, virtual.stepMs));
      this.board.poll();
    }
  }

  /** Lets time pass in which the host's event loop is blocked: it neither reads nor writes. */
  block(ms: number): void {
    const { virtual } = this.device;
    if (virtual === undefined) {
      for (const end = performance.now() + ms; performance.now() < end; );
      return;
    }
    for (let left = ms; left > 0; left -= virtual.stepMs) {
      virtual.pass(Math.min(left, virtual.stepMs));
      virtual.poll();
      this.#look();
    }
  }

  async connect(): Promise<Capabilities> {
    const capabilities = await this.board.connect();
    this.log.add(this.now(), `connected ${capabilities.model}`);
    return capabilities;
  }

  /** Sends a network, described or loaded, and arms the board. */
  async deploy(network: Network | Executable): Promise<DeployReport> {
    const executable = 'populations' in network ? referenceBackend.load(compile(network)) : network;
    const report = await this.board.deploy(executable);
    this.#executable = executable;
    this.log.add(this.now(), `deployed ${report.bytes} bytes`);
    return report;
  }

  /** Plays a timeline to its end. Faults are recorded, not thrown: see {@link expect}. */
  async play({ ticks, from = this.#tick, inputs = {}, at = {} }: Timeline): Promise<void> {
    if (this.#executable === undefined) return raise('ERR_BOARD_NOT_READY', { call: 'play()', state: 'deployed', first: 'deploy()' });
    const { dt } = this.#executable.program.network;
    const start = this.now();
    for (let k = 0; k < ticks; k++) {
      const tick = from + k;
      this.#tick = tick;
      await at[tick]?.(this);
      const addresses = Uint32Array.from(typeof inputs === 'function' ? inputs(tick) : (inputs[tick] ?? []));
      const before = this.now();
      // A silent answer may come while the inputs are sent.
      const played: PlayedTick = { sentMs: before, taken: true };
      this.ticks.set(tick, played);
      const taken = this.board.inputs(tick, addresses, addresses.length);
      if (!taken) this.ticks.set(tick, { ...played, taken });
      this.board.poll();
      const late = this.device.virtual === undefined ? start + (k + 1) * dt - this.now() : 0;
      if (late > 0) await sleep(late);
    }
    this.#tick = from + ticks;
  }

  /** Ends everything: the board safe, the line closed, the device away. */
  async close(): Promise<void> {
    await this.board.shutdown();
    clearInterval(this.#timer);
    await this.line.close();
    await this.device.close?.();
  }

  #hear(event: BoardEvent): void {
    const ms = this.now();
    if (event.kind === 'spikes') {
      const played = this.ticks.get(event.tick);
      const spikes = [...event.addresses.subarray(event.start, event.start + event.count)];
      this.log.add(ms, `tick ${event.tick}: ${spikes.join(' ')}`);
      if (played === undefined) return;
      played.spikes = spikes;
      played.answeredMs = ms;
    } else if (event.kind === 'fault') {
      this.faults.push({ ms, error: event.error });
      this.log.add(ms, `fault ${event.error.code}`);
    } else if (event.kind === 'late') this.log.add(ms, `late at tick ${event.tick} by ${event.byUs} µs`);
    else this.log.add(ms, `degraded: ${event.reason}`);
  }

  #look(): void {
    const ms = this.now();
    const { safe } = this;
    if (safe !== undefined && this.safety.at(-1)?.safe !== safe) {
      this.safety.push({ ms, safe });
      this.log.add(ms, safe ? 'safe' : 'not safe');
    }
    for (const [pin, level] of Object.entries(this.device.pins?.() ?? {})) {
      if (this.#levels.get(pin) === level) continue;
      this.#levels.set(pin, level);
      this.pins.push({ ms, pin, level });
      this.log.add(ms, `pin ${pin} ${level}`);
    }
  }
}
