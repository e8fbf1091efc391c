import { header } from '../program/arena.ts';
import { stateHash } from '../program/executable.ts';
import { learnedWords } from '../program/learned.ts';
import type { Region } from '../program/ops.ts';
import type { Program } from '../program/program.ts';
import type { Frame } from './frame.ts';

/** A tape of floats, or of event bits, that the host writes or the network fills: `columns` words a tick. */
export interface RecordedTape {
  /** the region's name, `<population>.<role>` */
  readonly name: string;
  readonly region: Region;
}

/** Spikes as the network tells them: how many a tick, and the addresses. */
export interface RecordedSpikes {
  readonly population: string;
  readonly counts: Region;
  readonly addresses: Region;
}

/** A vector that whoever owns it fills, and that is recorded as it is after every frame: an action, a reward, a score. */
export interface RecordedSignal {
  readonly name: string;
  readonly values: Float64Array;
}

/** What a recorded frame of a program consists of, in the order in which it lies in memory. */
export interface RecordLayout {
  /** what the host wrote before the ticks: inputs, targets, importances; `events` among them */
  readonly inputs: readonly RecordedTape[];
  /** what came of it: readouts */
  readonly outputs: readonly RecordedTape[];
  readonly spikes: readonly RecordedSpikes[];
  readonly signals: readonly RecordedSignal[];
  /** words that a frame takes at most, unless something is undone with it */
  readonly maxWords: number;
  /** words more that it takes then */
  readonly restoredWords: number;
}

/** Places of the words with which a recorded frame begins; `tick` and `latenessUs` are doubles. */
export const frameWord = {
  sequence: 0,
  ticks: 1,
  tick: 2,
  latenessUs: 4,
  status: 6,
  networkTick: 7,
  updates: 8,
  learning: 9,
  fingerprinted: 10,
  fingerprint: 11,
  restored: 12,
} as const;
/** Even, for signals follow. */
export const FRAME_WORDS = 14;

const OUTPUT = '.output';
const SPIKES = '.spikes';
const COUNT = '.spikeCount';

/**
 * Every tape that is no output of the network is an input of the run: a tape that a later version adds is recorded without a word here. The order is that
 * of the arena, so two layouts of one description are equal.
 */
export function recordLayout(program: Program, signals: readonly RecordedSignal[] = []): RecordLayout {
  const tapes = [...program.regions].filter(([, { offset }]) => offset >= program.stateLength);
  const ending = (end: string) => tapes.filter(([name]) => name.endsWith(end));
  const outputs = ending(OUTPUT).map(([name, region]) => ({ name, region }));
  const spikes = ending(SPIKES).map(([name, addresses]) => {
    const population = name.slice(0, -SPIKES.length);
    return { population, addresses, counts: program.regions.get(`${population}${COUNT}`)! };
  });
  const filled = new Set([...ending(OUTPUT), ...ending(SPIKES), ...ending(COUNT)].map(([name]) => name));
  const inputs = tapes.filter(([name]) => !filled.has(name)).map(([name, region]) => ({ name, region }));
  const columns = [...inputs, ...outputs].reduce((sum, { region }) => sum + region.columns, 0);
  const addresses = spikes.reduce((sum, { addresses: { columns: most } }) => sum + 1 + most, 0);
  const values = signals.reduce((sum, signal) => sum + signal.values.length, 0);
  const maxWords = FRAME_WORDS + 2 * values + program.maxTicks * (columns + addresses);
  return { inputs, outputs, spikes, signals, maxWords, restoredWords: learnedWords(program) };
}

/** Words that a frame takes once it has run: as many as it has spikes. */
export function capturedWords({ inputs, outputs, spikes, signals }: RecordLayout, { executable, ticks, restored }: Frame): number {
  const { words } = executable.arena;
  let total = FRAME_WORDS + (restored?.length ?? 0);
  for (let k = 0; k < signals.length; k++) total += 2 * signals[k]!.values.length;
  for (let k = 0; k < inputs.length; k++) total += ticks * inputs[k]!.region.columns;
  for (let k = 0; k < outputs.length; k++) total += ticks * outputs[k]!.region.columns;
  for (let k = 0; k < spikes.length; k++) {
    const { counts } = spikes[k]!;
    for (let row = 0; row < ticks; row++) total += 1 + words[counts.offset + row * counts.stride]!;
  }
  return total;
}

/**
 * Copies a frame that has run into `words`, of which `doubles` is another view, from the even place `start` on. Allocates nothing. With `fingerprinted` it
 * waits for a learner beside the loop and hashes the whole state; not so in a frame that is undone, whose NaNs are the processor's choice.
 */
export function capture(
  { inputs, outputs, spikes, signals }: RecordLayout,
  frame: Frame,
  sequence: number,
  fingerprinted: boolean,
  words: Uint32Array,
  doubles: Float64Array,
  start: number,
): void {
  const { executable, ticks, restored } = frame;
  const { arena } = executable;
  const hashed = fingerprinted && restored === undefined;
  words[start + frameWord.sequence] = sequence;
  words[start + frameWord.ticks] = ticks;
  doubles[(start + frameWord.tick) >> 1] = frame.tick;
  doubles[(start + frameWord.latenessUs) >> 1] = frame.latenessUs;
  words[start + frameWord.status] = arena.words[header.status]!;
  words[start + frameWord.networkTick] = arena.words[header.tick]!;
  words[start + frameWord.updates] = arena.words[header.updates]!;
  words[start + frameWord.learning] = arena.words[header.learning]!;
  words[start + frameWord.fingerprinted] = hashed ? 1 : 0;
  words[start + frameWord.fingerprint] = hashed ? stateHash(executable) : 0;
  words[start + frameWord.restored] = restored?.length ?? 0;
  let at = start + FRAME_WORDS;
  for (let k = 0; k < signals.length; k++) {
    const { values } = signals[k]!;
    for (let i = 0; i < values.length; i++) doubles[(at >> 1) + i] = values[i]!;
    at += 2 * values.length;
  }
  for (let k = 0; k < inputs.length; k++) at = copyRows(arena.words, inputs[k]!.region, ticks, words, at);
  for (let k = 0; k < outputs.length; k++) at = copyRows(arena.words, outputs[k]!.region, ticks, words, at);
  for (let k = 0; k < spikes.length; k++) {
    const { counts, addresses } = spikes[k]!;
    at = copyRows(arena.words, counts, ticks, words, at);
    for (let row = 0; row < ticks; row++) {
      const count = arena.words[counts.offset + row * counts.stride]!;
      const from = addresses.offset + row * addresses.stride;
      for (let i = 0; i < count; i++) words[at++] = arena.words[from + i]!;
    }
  }
  if (restored !== undefined) words.set(restored, at);
}

function copyRows(from: Uint32Array, { offset, stride, columns }: Region, ticks: number, into: Uint32Array, start: number): number {
  let at = start;
  for (let row = 0; row < ticks; row++) {
    const begin = offset + row * stride;
    for (let column = 0; column < columns; column++) into[at++] = from[begin + column]!;
  }
  return at;
}
