import { header, printHash } from '../program/arena.ts';
import { setLearning, stateHash, tickOf } from '../program/executable.ts';
import { type LearnedMemory, learnedMemory } from '../program/learned.ts';
import type { Region } from '../program/ops.ts';
import type { Executable } from '../program/program.ts';
import { recordLayout } from './capture.ts';
import { EVENTS, type RecordedFrame, type Rows } from './recorded.ts';

/** Where a replay parts from its recording: the first of them, by tick. */
export interface Difference {
  /** on the clock of the recording */
  readonly tick: number;
  /** what differs: `readout.output[1]`, `spikes of hidden`, `fingerprint`, … */
  readonly what: string;
  readonly recorded: string;
  readonly replayed: string;
}

export interface ReplayReport {
  readonly frames: number;
  readonly ticks: number;
  /** the last that was run, on the clock of the recording; -1 before the first */
  readonly lastTick: number;
  readonly fingerprints: number;
  readonly difference: Difference | undefined;
  /** frames that were dropped before the one of that tick: what follows cannot be replayed */
  readonly gap: { readonly tick: number; readonly frames: number } | undefined;
}

/** Runs recorded frames again. */
export interface Replay {
  /**
   * writes the inputs of the frame into the tapes, brings learning and initial state to where they were, runs its ticks, and compares what comes of them with
   * what was recorded. False from the first difference or gap on: what follows would differ too.
   */
  step(frame: RecordedFrame): boolean;
  report(): ReplayReport;
}

/**
 * A replay on an executable that stands where the recording began. The inputs decide everything: tapes, labels and ends of episodes among them,
 * learning switched on or off, a return to the initial state, or to what a guard of learning had kept.
 */
export function createReplay(executable: Executable): Replay {
  const { arena, program } = executable;
  const { inputs, outputs, spikes } = recordLayout(program);
  let [frames, ticks, fingerprints, lastTick] = [0, 0, 0, -1];
  let difference: Difference | undefined;
  let gap: ReplayReport['gap'];
  let memory: LearnedMemory | undefined;

  const compare = (frame: RecordedFrame): Difference | undefined => {
    const { tick } = frame;
    const differ = (row: number, what: string, recorded: unknown, replayed: unknown): Difference => ({
      tick: tick + row,
      what,
      recorded: String(recorded),
      replayed: String(replayed),
    });
    let first: Difference | undefined;
    const note = (found: Difference | undefined): void => {
      if (found !== undefined && (first === undefined || found.tick < first.tick)) first = found;
    };
    for (const { name, region } of outputs) {
      const recorded = frame.tapes.get(name)!;
      const at = firstUnequal(recorded, arena.floats, region, frame.ticks);
      if (at === undefined) continue;
      const [row, column] = [Math.floor(at / region.columns), at % region.columns];
      note(differ(row, `${name}[${column}]`, recorded[at], arena.floats[region.offset + row * region.stride + column]));
    }
    for (const { population, counts, addresses } of spikes) {
      const recorded = frame.spikes.get(population)!;
      let start = 0;
      for (let row = 0; row < frame.ticks; row++) {
        const then = recorded.addresses.subarray(start, start + recorded.counts[row]!);
        start += then.length;
        const from = addresses.offset + row * addresses.stride;
        const now = arena.words.subarray(from, from + arena.words[counts.offset + row * counts.stride]!);
        if (then.length === now.length && then.every((address, k) => address === now[k])) continue;
        note(differ(row, `spikes of ${population}`, list(then), list(now)));
        break;
      }
    }
    if (first !== undefined) return first;
    const last = frame.ticks - 1;
    const updates = arena.words[header.updates]!;
    if (updates !== frame.updates) return differ(last, 'updates', frame.updates, updates);
    if (frame.fingerprint === undefined) return undefined;
    fingerprints++;
    const hash = stateHash(executable);
    return hash >>> 0 === frame.fingerprint >>> 0 ? undefined : differ(last, 'fingerprint', printHash(frame.fingerprint), printHash(hash));
  };

  const write = (rows: Rows, { offset, stride, columns }: Region, words: Uint32Array | Float32Array, count: number): void => {
    for (let row = 0; row < count; row++) words.set(rows.subarray(row * columns, (row + 1) * columns), offset + row * stride);
  };

  const step = (frame: RecordedFrame): Difference | undefined => {
    if (frame.sequence !== frames) {
      gap = { tick: frame.tick, frames: frame.sequence - frames };
      return undefined;
    }
    const before = frame.networkTick - frame.ticks;
    if (before === 0 && tickOf(executable) !== 0) executable.reset();
    if (tickOf(executable) !== before)
      return { tick: frame.tick, what: "the network's tick", recorded: String(before), replayed: String(tickOf(executable)) };
    if (frame.learning !== (arena.words[header.learning] !== 0)) setLearning(executable, frame.learning);
    for (const { name, region } of inputs) write(frame.tapes.get(name)!, region, name === EVENTS ? arena.words : arena.floats, frame.ticks);
    const status = executable.run(frame.ticks);
    frames++;
    ticks += frame.ticks;
    lastTick = frame.tick + frame.ticks - 1;
    const found = compare(frame);
    if (found !== undefined) return found;
    if (frame.restored !== undefined) {
      memory ??= learnedMemory(executable);
      memory.put(frame.restored);
    }
    if (status === frame.status) return undefined;
    return { tick: frame.tick + frame.ticks - 1, what: 'status', recorded: String(frame.status), replayed: String(status) };
  };

  return {
    step(frame) {
      if (difference === undefined && gap === undefined) difference = step(frame);
      return difference === undefined && gap === undefined;
    },
    report: () => ({ frames, ticks, lastTick, fingerprints, difference, gap }),
  };
}

/** Bits decide; one NaN is as good as another, for the sign of a new one is the processor's choice. */
function firstUnequal(recorded: Rows, floats: Float32Array, { offset, stride, columns }: Region, ticks: number): number | undefined {
  for (let row = 0; row < ticks; row++) {
    for (let column = 0; column < columns; column++) {
      if (!Object.is(recorded[row * columns + column], floats[offset + row * stride + column])) return row * columns + column;
    }
  }
  return undefined;
}

const list = (addresses: Uint32Array): string =>
  `${addresses.length}: ${Array.from(addresses.subarray(0, 8)).join(' ')}${addresses.length > 8 ? ' …' : ''}`;
