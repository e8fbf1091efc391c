import {
  type Board,
  type BoardEvent,
  ControllerError,
  controllerError,
  type Executable,
  type Program,
  raise,
} from '../../runtime/index.ts';
import { Events } from '../events.ts';
import type { Chip } from './chip.ts';

/** A board over a chip in this process, with a view of it. */
export interface ChipBoard<Kind extends Chip = Chip> extends Board {
  readonly chip: Kind;
  /** whether the chip has a network and is stepped: deployed, not shut down, no fault */
  readonly running: boolean;
}

/** Patches of the weights that wait for the next moment between two steps. */
interface Patch {
  readonly executable: Executable;
  /** undefined: all */
  projections: Set<string> | undefined;
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

/** What a chip threw, as the board's own error where it has none of ours. */
const asFault = (error: unknown, board: string): ControllerError =>
  error instanceof ControllerError
    ? error
    : controllerError('ERR_BOARD_FAULT', { board, reason: error instanceof Error ? error.message : String(error) }, error);

/**
 * A board over any chip, in lockstep: `inputs` runs the chip's step of that tick and answers before it returns. Weights are written between two
 * steps, when the next tick or `poll` comes; several patches until then are one, and it takes the weights as they are by then. There
 * is no line that could lose anything. An error of the chip is a fault event and the end: connect and deploy again.
 */
export function chipBoard<Kind extends Chip>(chip: Kind): ChipBoard<Kind> {
  const events = new Events<BoardEvent>();
  const spikes = { kind: 'spikes' as const, tick: 0, addresses: chip.spikes, start: 0, count: 0 };
  const counts = { patches: 0, spikesIn: 0, spikesOut: 0, dropped: 0, faults: 0 };
  let connected = false;
  let program: Program | undefined;
  let patch: Patch | undefined;
  let errorMax = 0;

  const stop = (): void => {
    if (program !== undefined) chip.rest();
    connected = false;
    program = undefined;
    patch?.resolve();
    patch = undefined;
  };

  const fail = (thrown: unknown): void => {
    counts.faults++;
    stop();
    events.emit({ kind: 'fault', error: asFault(thrown, chip.capabilities.model) });
  };

  /** Writes the weights that wait. */
  const flush = (): void => {
    if (patch === undefined) return;
    const { executable, projections, resolve } = patch;
    patch = undefined;
    try {
      let written = 0;
      let largest = 0;
      for (const name of projections ?? [undefined]) {
        const one = chip.sync(executable, name);
        written += one.written;
        largest = Math.max(largest, one.errorMax);
      }
      errorMax = largest;
      if (written > 0) counts.patches++;
    } catch (error) {
      fail(error);
    }
    resolve();
  };

  return {
    chip,
    kind: chip.kind,
    events: events.stream,
    get running() {
      return program !== undefined;
    },
    get capabilities() {
      return connected ? chip.capabilities : undefined;
    },
    get syncing() {
      return patch !== undefined;
    },
    async connect() {
      if (connected) return chip.capabilities;
      chip.connect?.();
      connected = true;
      Object.assign(counts, { patches: 0, spikesIn: 0, spikesOut: 0, dropped: 0, faults: 0 });
      return chip.capabilities;
    },
    async deploy(executable) {
      if (!connected) return raise('ERR_BOARD_NOT_READY', { call: 'deploy()', state: 'connected', first: 'connect()' });
      const report = chip.deploy(executable);
      program = executable.program;
      // What waited was meant for the network before.
      patch?.resolve();
      patch = undefined;
      errorMax = report.weightError.max;
      spikes.addresses = chip.spikes;
      return report;
    },
    async sync(executable, projection) {
      if (program === undefined) return;
      if (executable.program !== program)
        raise('ERR_BOARD_NOT_READY', { call: 'sync()', state: 'running this very program', first: 'deploy()' });
      if (projection !== undefined && !program.weights.has(projection))
        raise('ERR_UNKNOWN_NAME', { path: 'projection', value: `'${projection}'`, known: [...program.weights.keys()].join(', ') });
      if (patch === undefined) {
        let resolve = (): void => undefined;
        const done = new Promise<void>((settled) => {
          resolve = settled;
        });
        patch = { executable, projections: projection === undefined ? undefined : new Set([projection]), done, resolve };
      } else if (projection === undefined) patch.projections = undefined;
      else patch.projections?.add(projection);
      await patch.done;
    },
    inputs(tick, addresses, count, values) {
      flush();
      if (program === undefined) {
        counts.dropped++;
        return false;
      }
      try {
        spikes.count = chip.step(addresses, count, values);
      } catch (error) {
        fail(error);
        return false;
      }
      counts.spikesIn += count;
      counts.spikesOut += spikes.count;
      spikes.tick = tick;
      events.emit(spikes);
      return true;
    },
    endEpisode() {
      if (program !== undefined) chip.rest();
    },
    poll: flush,
    report: () => ({
      kind: chip.kind,
      weightPatches: counts.patches,
      weightPatchesAcked: counts.patches,
      weightErrorMax: errorMax,
      spikesIn: counts.spikesIn,
      spikesOut: counts.spikesOut,
      dropped: counts.dropped,
      late: 0,
      crcErrors: 0,
      retransmits: 0,
      faults: counts.faults,
    }),
    async shutdown() {
      stop();
    },
  };
}
