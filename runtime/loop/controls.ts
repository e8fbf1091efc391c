import { raise } from '../errors.ts';
import { setLearning, setLearningRate } from '../program/executable.ts';
import { type Executable, events } from '../program/program.ts';
import { type Stage, stage } from './frames.ts';
import { once, rowsOf, tapeOf } from './tapes.ts';

/** Words of the shared memory; a request is a count that goes up, so that each is heard once, and several at once as one. */
const word = {
  ...{ magic: 0, paused: 1, still: 2, rates: 3, labels: 4, label: 5, rewards: 6, checkpoints: 7, done: 8 },
  ...{ pauseMark: 9, pauseTaken: 10, settingsMark: 11, settingsTaken: 12 },
} as const;
/** Doubles, behind the words. */
const double = { rate: 8, reward: 9, tick: 10, pauseTick: 11, settingsTick: 12 } as const;
const BYTES = 104;
/** A pause, which holds while no frame runs, and what the next frame carries out. */
const marks = {
  pause: { mark: word.pauseMark, taken: word.pauseTaken, tick: double.pauseTick },
  settings: { mark: word.settingsMark, taken: word.settingsTaken, tick: double.settingsTick },
} as const;
export type Marked = keyof typeof marks;
const SIGN = 0x67616e63;

/** What a person may ask of a run while it goes on, from another thread. What is asked is done between two frames; nothing waits. */
export interface Controls {
  readonly buffer: SharedArrayBuffer;
  /** time stands still, or in real time passes without the network; actuators are in their safe state */
  pause(on: boolean): void;
  /** switches learning ({@link setLearning}) */
  learn(on: boolean): void;
  /** factor on every learning rate ({@link setLearningRate}) */
  rate(factor: number): void;
  /** teaches a class at the next tick, as if the teacher had said it; one that was not taken yet is replaced */
  label(index: number): void;
  /** adds to the reward of the next decision */
  reward(value: number): void;
  /** asks for a checkpoint now */
  checkpoint(): void;
  /** marks what was asked of this kind so far: its pause, or learning and its rate; see {@link taken} */
  mark(kind: Marked): number;
  /** the first tick for which everything before that mark held; undefined: the run has not come to it yet; NaN: before its first frame */
  taken(kind: Marked, mark: number): number | undefined;
  /** the tick with which the latest frame began; NaN: none has */
  readonly tick: number;
  readonly paused: boolean;
  readonly learning: boolean;
  readonly factor: number;
  /** requests of all kinds, pauses aside, that the run has carried out */
  readonly done: number;
}

/** Stages around `advance` that carry out what is asked, and what only the app can do. */
export interface Steering {
  /** for the clock ({@link ClockOptions.paused}); `safe` of the actuators is called when a pause begins */
  paused(): boolean;
  /** stands first: learning and its rate */
  readonly settings: Stage;
  /** stands behind the teacher or the environment, before `advance`: labels and rewards */
  readonly injections: Stage;
  /** whether a checkpoint was asked for since the last call */
  checkpointDue(): boolean;
}

/** New controls, or with the memory of another thread those of that thread. */
export function createControls(buffer: SharedArrayBuffer = signed()): Controls {
  if (buffer.byteLength !== BYTES || new Int32Array(buffer)[word.magic] !== SIGN)
    raise('ERR_OUT_OF_RANGE', {
      path: 'controls.buffer',
      bound: 'the memory of controls',
      value: `${buffer.byteLength} other bytes`,
      remedy: 'pass the buffer of createControls',
    });
  const words = new Int32Array(buffer);
  const doubles = new Float64Array(buffer);
  const ask = (which: number): void => void Atomics.add(words, which, 1);
  return {
    buffer,
    pause: (on) => void Atomics.store(words, word.paused, on ? 1 : 0),
    learn: (on) => void Atomics.store(words, word.still, on ? 0 : 1),
    rate(factor) {
      doubles[double.rate] = factor;
      ask(word.rates);
    },
    label(index) {
      Atomics.store(words, word.label, index);
      ask(word.labels);
    },
    reward(value) {
      doubles[double.reward] = value;
      ask(word.rewards);
    },
    checkpoint: () => ask(word.checkpoints),
    mark: (kind) => (Atomics.add(words, marks[kind].mark, 1) + 1) | 0,
    taken(kind, mark) {
      // Counts that wrap around are told apart by their difference.
      return ((Atomics.load(words, marks[kind].taken) - mark) | 0) < 0 ? undefined : doubles[marks[kind].tick]!;
    },
    get tick() {
      return doubles[double.tick]!;
    },
    get paused() {
      return Atomics.load(words, word.paused) !== 0;
    },
    get learning() {
      return Atomics.load(words, word.still) === 0;
    },
    get factor() {
      return doubles[double.rate]!;
    },
    get done() {
      return Atomics.load(words, word.done);
    },
  };
}

function signed(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(BYTES);
  new Int32Array(buffer)[word.magic] = SIGN;
  const doubles = new Float64Array(buffer);
  doubles[double.rate] = 1;
  doubles[double.tick] = Number.NaN;
  return buffer;
}

export interface SteerOptions {
  readonly controls: Controls;
  /** readout that labels teach; default none */
  readonly readout?: string | undefined;
  /** actuators to their safe state */
  readonly safe: () => void;
}

/** The end of controls that a run looks at: a few loads a frame, and no allocation. */
export function steer({ controls, readout, safe }: SteerOptions): Steering {
  const words = new Int32Array(controls.buffer, 0, BYTES / 4);
  const doubles = new Float64Array(controls.buffer, 0, BYTES / 8);
  const heard = new Int32Array(word.done);
  let wasPaused = false;
  let learning = true;
  /** the first tick that has not run; in an array, where a number is no object */
  const reached = new Float64Array(1).fill(Number.NaN);
  /** Says from which tick on everything holds that came before a mark; the mark is read before what it stands for. */
  const take = (kind: Marked, mark: number, tick: number): void => {
    const { taken, tick: at } = marks[kind];
    if (Atomics.load(words, taken) === mark) return;
    doubles[at] = tick;
    Atomics.store(words, taken, mark);
  };
  /** Whether this kind was asked for since it was last looked at. */
  const asked = (which: number): boolean => {
    const count = Atomics.load(words, which);
    if (count === heard[which]) return false;
    heard[which] = count;
    Atomics.add(words, word.done, 1);
    return true;
  };
  const tapes = once((executable: Executable) => ({
    targets: readout === undefined ? undefined : rowsOf(executable, tapeOf(executable, readout, 'target', 'steer.readout')),
    importances: readout === undefined ? undefined : rowsOf(executable, tapeOf(executable, readout, 'importance', 'steer.readout')),
    reward: executable.program.regions.get('reward'),
  }));
  return {
    paused() {
      const mark = Atomics.load(words, word.pauseMark);
      const { paused } = controls;
      if (paused && !wasPaused) safe();
      wasPaused = paused;
      if (paused) take('pause', mark, reached[0]!);
      return paused;
    },
    settings: stage(() => ({
      step({ executable, tick, ticks }) {
        const pause = Atomics.load(words, word.pauseMark);
        const mark = Atomics.load(words, word.settingsMark);
        doubles[double.tick] = tick;
        reached[0] = tick + ticks;
        // Of a pause that was asked for, a batch of frames may still come.
        if (!controls.paused) take('pause', pause, tick);
        const on = controls.learning;
        if (on !== learning) {
          learning = on;
          Atomics.add(words, word.done, 1);
          setLearning(executable, on);
        }
        if (asked(word.rates)) setLearningRate(executable, doubles[double.rate]!);
        take('settings', mark, tick);
      },
    })),
    injections: stage(() => ({
      step({ executable, ticks }) {
        const { targets, importances, reward } = tapes(executable);
        const { arena, program } = executable;
        if (targets !== undefined && asked(word.labels)) {
          const target = targets[0]!;
          const index = Atomics.load(words, word.label);
          if (index >= 0 && index < target.length) {
            target.fill(0);
            target[index] = 1;
            importances![0]![0] = 1;
            arena.words[program.eventTape.offset]! |= events.label;
          }
        }
        if (reward !== undefined && asked(word.rewards))
          arena.floats[reward.offset + (ticks - 1) * reward.stride]! += doubles[double.reward]!;
      },
    })),
    checkpointDue: () => asked(word.checkpoints),
  };
}
