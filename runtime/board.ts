/**
 * The port that drivers implement. The host owns the network and its weights; a board is a mirror of it in integers: it is
 * sent the encoded inputs and patches of the weights, and answers with the spikes of its own neurons.
 *
 * Weights travel reliably: in order, acknowledged, never half applied. Spikes travel at best: a lost one is counted, never
 * resent. Every fault, and every end, leads to `shutdown`.
 */
import type { Observable } from 'rxjs';
import { type ControllerError, raise } from './errors.ts';
import type { Network, NeuronModel } from './network/network.ts';
import type { Executable, Program } from './program/program.ts';
import type { Ms } from './units.ts';

/** What a board says that it is. */
export interface Capabilities {
  readonly model: string;
  /** major version of the protocol that it speaks */
  readonly protocol: number;
  /** values it takes a tick: the sizes of all sources */
  readonly inputs: number;
  /** neurons it simulates, readouts and sources not counted */
  readonly neurons: number;
  /** readout units */
  readonly outputs: number;
  readonly synapses: number;
  readonly neuronKinds: readonly NeuronModel['kind'][];
  /** ticks between a spike and its arrival */
  readonly maxDelay: number;
  readonly weightBits: number;
  /** largest value of a graded input spike; 1: plain spikes only */
  readonly maxGrade: number;
  /** memory of a whole network, in bytes as its kind of board counts them; absent: whatever the other numbers allow fits */
  readonly networkBytes?: number;
  /** shortest tick that it keeps up with, µs */
  readonly tickUs: number;
  /** whether it can change its weights by itself */
  readonly learns: boolean;
}

/** What deploying did to the weights: their price in this board's integers. */
export interface DeployReport {
  readonly bytes: number;
  /** |w − ŵ| between the host's weights and the board's */
  readonly weightError: { readonly max: number; readonly rms: number };
}

/** Counters since `connect`. */
export interface BoardReport {
  readonly kind: string;
  /** patches sent, and those that the board said it runs with */
  readonly weightPatches: number;
  readonly weightPatchesAcked: number;
  /** largest |w − ŵ| of the weights sent last */
  readonly weightErrorMax: number;
  /** input spikes that left for the board, and spikes it answered with */
  readonly spikesIn: number;
  readonly spikesOut: number;
  /** ticks of input refused because there was no room for them */
  readonly dropped: number;
  /** ticks that the board could not keep up with */
  readonly late: number;
  readonly crcErrors: number;
  readonly retransmits: number;
  readonly faults: number;
  /** of a board that is supervised; its other counters are sums over all its connections */
  readonly device?: DeviceReport;
}

/** `connecting`: it is being opened, and nothing moves; `degraded`: it works, and what it says is doubtful; `lost`: safe, and opened again after a while. */
export type DeviceStateKind = 'connecting' | 'ready' | 'degraded' | 'lost';

/** How a device that is supervised has been, since its supervision began. */
export interface DeviceReport {
  readonly state: DeviceStateKind;
  /** why it is lost or degraded; null otherwise */
  readonly reason: string | null;
  /** who it said it was when it was opened first; null: it does not say */
  readonly identity: string | null;
  /** handshakes begun, and those after which it was ready */
  readonly attempts: number;
  readonly opened: number;
  readonly losses: number;
  /** devices that answered in its place, and were closed again untouched */
  readonly refused: number;
  /** ms spent in each state */
  readonly ms: Readonly<Record<DeviceStateKind, Ms>>;
}

/**
 * `spikes`: what the board's own neurons did in one tick, in `addresses[start … start + count)`, ascending; an address counts the neurons
 * of all spiking populations in order of declaration. Ticks come in ascending order, silent ones too; a tick whose answer was
 * lost has none. The object and its addresses are the board's and are reused: valid until the next event, so that a spike
 * costs no memory. `degraded`: the board goes on, and what it says is doubtful (a neuron that never rests).
 */
export type BoardEvent =
  | { readonly kind: 'spikes'; readonly tick: number; readonly addresses: Uint32Array; readonly start: number; readonly count: number }
  | { readonly kind: 'late'; readonly tick: number; readonly byUs: number }
  | { readonly kind: 'degraded'; readonly tick: number; readonly reason: string }
  | { readonly kind: 'fault'; readonly error: ControllerError };

/** One board. Only `connect`, `deploy` and `sync` reject; every fault is an event besides, since a stream must not die of a board. */
export interface Board {
  readonly kind: string;
  /** what `connect` was told */
  readonly capabilities: Capabilities | undefined;
  readonly events: Observable<BoardEvent>;
  /** whether a patch of the weights is still on its way */
  readonly syncing: boolean;
  /** opens the link and asks the board what it is */
  connect(): Promise<Capabilities>;
  /** sends the network whole; rejects with a CapabilityError, before a byte is sent, when the board offers less than it asks */
  deploy(executable: Executable): Promise<DeployReport>;
  /**
   * Takes the weights as they are now (of one projection, or of all) and sends what differs from the last patch; resolves when the
   * board runs with them. Never blocks a tick.
   */
  sync(executable: Executable, projection?: string): Promise<void>;
  /**
   * Input of one tick: the first `count` addresses, ascending, over all sources in order of declaration; `values` beside them, or none when
   * all are 1. Called once for every tick the network ran, silent ones too. False: no room, dropped. The arrays are the caller's.
   */
  inputs(tick: number, addresses: Uint32Array, count: number, values?: Uint32Array): boolean;
  /** the state of the neurons goes back to rest after `tick` */
  endEpisode(tick: number): void;
  /** lets a board in virtual time run and answer now; a real one has its own time and does nothing here */
  poll(): void;
  report(): BoardReport;
  /** to the safe state, link closed; idempotent, never rejects: what fails on the way is a fault event */
  shutdown(): Promise<void>;
}

/** What a program asks of a board, in the terms of {@link Capabilities}. */
export interface Demand {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly synapses: number;
  readonly neuronKinds: readonly NeuronModel['kind'][];
  readonly maxDelay: number;
  readonly tickUs: number;
}

const sizeOf = ({ populations }: Network, counts: (kind: NeuronModel['kind']) => boolean): number =>
  Object.values(populations).reduce((sum, { size, neuron }) => sum + (counts(neuron.kind) ? size : 0), 0);

/** What the description alone says of it: all but the synapses. */
const describedDemand = (network: Network): Omit<Demand, 'synapses'> => ({
  inputs: sizeOf(network, (kind) => kind === 'source'),
  neurons: sizeOf(network, (kind) => kind !== 'source' && kind !== 'integrator'),
  outputs: sizeOf(network, (kind) => kind === 'integrator'),
  neuronKinds: [...new Set(Object.values(network.populations).map(({ neuron }) => neuron.kind))],
  maxDelay: Math.max(0, ...Object.values(network.projections).map(({ delay }) => delay)),
  tickUs: network.dt * 1000,
});

export function demandOf({ network, weights, regions }: Program): Demand {
  let synapses = 0;
  for (const { acting, stored } of weights.values()) {
    const region = regions.get(acting)!;
    synapses += stored === undefined ? region.rows * region.columns : stored.column.length;
  }
  return { ...describedDemand(network), synapses };
}

function shortfalls(network: Network, asked: Omit<Demand, 'synapses'> & { readonly synapses?: number }, offered: Capabilities): string[] {
  const short: string[] = [];
  for (const what of ['inputs', 'neurons', 'outputs', 'synapses', 'maxDelay'] as const) {
    const count = asked[what];
    if (count !== undefined && count > offered[what]) short.push(`${what}: ${count} asked, ${offered[what]} offered`);
  }
  const unknown = asked.neuronKinds.filter((kind) => !offered.neuronKinds.includes(kind));
  for (const kind of unknown) {
    const by = Object.entries(network.populations).filter(([, { neuron }]) => neuron.kind === kind);
    const names = by.map(([name]) => `'${name}'`).join(', ');
    short.push(`neuronKinds: ${kind} asked by ${names}, ${offered.neuronKinds.join(', ')} offered`);
  }
  if (asked.tickUs < offered.tickUs) short.push(`tickUs: ${Number(asked.tickUs.toPrecision(6))} asked, ${offered.tickUs} or more offered`);
  return short;
}

/** Everything of which the board offers less than the program asks, one line each; empty where it offers enough. */
export const shortfallsOf = (program: Program, offered: Capabilities): string[] => shortfalls(program.network, demandOf(program), offered);

/** Throws a CapabilityError with all that a description asks too much of a board, before time and memory are spent on compiling it. */
export function requireDescribed(network: Network, offered: Capabilities): void {
  const short = shortfalls(network, describedDemand(network), offered);
  if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: offered.model, shortfalls: short.join('; ') });
}

/** Throws a CapabilityError with all that {@link shortfallsOf} finds, and what a mapping of its own has found besides. */
export function requireCapabilities(program: Program, offered: Capabilities, besides: readonly string[] = []): void {
  const short = [...shortfallsOf(program, offered), ...besides];
  if (short.length > 0) raise('ERR_BOARD_TOO_SMALL', { board: offered.model, shortfalls: short.join('; ') });
}
