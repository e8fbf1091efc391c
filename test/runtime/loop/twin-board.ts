import { Subject } from 'rxjs';
import {
  type Board,
  type BoardEvent,
  type Capabilities,
  type ControllerError,
  compile,
  copyWeights,
  type Executable,
  referenceBackend,
  requireCapabilities,
  setLearning,
} from '../../../runtime/index.ts';

export interface TwinOptions {
  /** calls of `poll` after which an answer, or an acknowledgement, is back */
  readonly roundTrip?: number;
  /** ticks (by number) whose input there is no room for */
  readonly full?: (tick: number) => boolean;
  /** ticks whose answer is lost */
  readonly lost?: (tick: number) => boolean;
  readonly offered?: Partial<Capabilities>;
  /** does not hear of the ends of episodes */
  readonly deaf?: boolean;
}

export interface TwinBoard extends Board {
  fault(error: ControllerError): void;
  readonly log: string[];
  /** inputs as they came: [tick, [address, value]…] */
  readonly received: [number, ...[number, number][]][];
  readonly twin: Executable;
}

const offering: Capabilities = {
  model: 'twin',
  protocol: 1,
  inputs: 8,
  neurons: 16,
  outputs: 4,
  synapses: 1000,
  neuronKinds: ['source', 'lif', 'alif', 'integrator'],
  maxDelay: 1,
  weightBits: 24,
  maxGrade: 15,
  tickUs: 1000,
  learns: false,
};

/** A board in virtual time: the same network, run again from what the port carries and from nothing else. */
export function twinBoard(
  host: Executable,
  { roundTrip = 0, full = () => false, lost = () => false, offered = {}, deaf = false }: TwinOptions = {},
): TwinBoard {
  const twin = referenceBackend.load(compile(host.program.network, { maxTicks: 1 }));
  setLearning(twin, false);
  const events$ = new Subject<BoardEvent>();
  const counts = { weightPatches: 0, weightPatchesAcked: 0, spikesIn: 0, spikesOut: 0, dropped: 0, faults: 0 };
  const log: string[] = [];
  const received: TwinBoard['received'] = [];
  const answers: { at: number; tick: number; spikes: number[] }[] = [];
  let acknowledge: { at: number; done(): void } | undefined;
  let polls = 0;
  let deployed = false;
  const { arena, program } = twin;
  const input = arena.view('input.input');
  const eventTape = arena.words.subarray(program.eventTape.offset, program.eventTape.offset + 1);
  const event = { kind: 'spikes' as const, tick: 0, addresses: new Uint32Array(32), start: 0, count: 0 };
  const parts = ['hidden', 'slow'].map((name) => ({
    counts: program.regions.get(`${name}.spikeCount`)!,
    spikes: program.regions.get(`${name}.spikes`)!,
  }));

  const board: TwinBoard = {
    kind: 'twin',
    capabilities: { ...offering, ...offered },
    events: events$,
    log,
    received,
    twin,
    get syncing() {
      return acknowledge !== undefined;
    },
    connect: async () => board.capabilities!,
    async deploy(executable) {
      requireCapabilities(executable.program, board.capabilities!);
      log.push('deploy');
      copyWeights(executable, twin, 'learning');
      deployed = true;
      return { bytes: 0, weightError: { max: 0, rms: 0 } };
    },
    sync(executable) {
      counts.weightPatches++;
      copyWeights(executable, twin, 'learning');
      return new Promise((resolve) => {
        const done = (): void => {
          counts.weightPatchesAcked++;
          acknowledge = undefined;
          resolve();
        };
        if (roundTrip === 0) done();
        else acknowledge = { at: polls + roundTrip, done };
      });
    },
    inputs(tick, addresses, count, values) {
      if (!deployed || full(tick)) {
        counts.dropped++;
        return false;
      }
      input.fill(0);
      const pairs: [number, number][] = [];
      for (let i = 0; i < count; i++) {
        const value = values === undefined ? 1 : values[i]!;
        input[addresses[i]!] = value;
        pairs.push([addresses[i]!, value]);
      }
      received.push([tick, ...pairs]);
      counts.spikesIn += count;
      eventTape[0] = 0;
      twin.run(1);
      const spikes = parts.flatMap(({ counts: count, spikes: at }, part) =>
        Array.from({ length: arena.words[count.offset]! }, (_, s) => arena.words[at.offset + s]! + (part === 0 ? 0 : 8)),
      );
      if (!lost(tick)) answers.push({ at: polls + roundTrip, tick, spikes });
      return true;
    },
    endEpisode(tick) {
      log.push(`endEpisode ${tick}`);
      if (deaf) return;
      // An episode ends after the tick that has just run: a tick without input that runs the reset phase alone does not exist.
      for (const name of [
        'input.value',
        'hidden.value',
        'hidden.membrane',
        'hidden.refractory',
        'slow.value',
        'slow.membrane',
        'slow.adaptation',
        'readout.value',
      ]) {
        arena.view(name).fill(0);
      }
    },
    poll() {
      while (answers.length > 0 && answers[0]!.at <= polls) {
        const { tick, spikes } = answers.shift()!;
        event.tick = tick;
        event.addresses.set(spikes, 3);
        event.start = 3;
        event.count = spikes.length;
        counts.spikesOut += spikes.length;
        events$.next(event);
      }
      if (acknowledge !== undefined && acknowledge.at <= polls) acknowledge.done();
      polls++;
    },
    report: () => ({ kind: 'twin', ...counts, weightErrorMax: 0, late: 0, crcErrors: 0, retransmits: 0 }),
    async shutdown() {
      if (log.at(-1) !== 'shutdown') log.push('shutdown');
    },
    fault(error) {
      counts.faults++;
      events$.next({ kind: 'fault', error });
    },
  };
  return board;
}
