import { raise } from '../errors.ts';
import { header } from '../program/arena.ts';
import { setLearning } from '../program/executable.ts';
import { learnedMemory, learnedOf, learnedWords } from '../program/learned.ts';
import type { Region } from '../program/ops.ts';
import { type Executable, statuses } from '../program/program.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Frame, inhibitions, type Stage, stage, undo } from './frames.ts';
import { once } from './tapes.ts';

/** Bounds beyond which learning has run away; each may be left out. Not finite is always beyond. */
export interface LearningBounds {
  /** largest Euclidean norm of the weights of one projection */
  readonly weightNorm?: number;
  /** largest Euclidean norm of the change of one projection from one frame with an update to the next */
  readonly updateNorm?: number;
  /** largest Euclidean norm of what one gradient has gathered at the end of a frame */
  readonly gradientNorm?: number;
  /** largest magnitude of the value of an integrator at the end of a frame: looked at in every one, for weights that something else has changed act at once */
  readonly readout?: number;
  /** ticks between two copies of what was learned; a copy is good when the network has run so long with it without a fault; default 1000 */
  readonly everyTicks?: number;
  /** ticks without learning after a rollback; twice as many after each further one until a new copy is good; default 1000 */
  readonly pauseTicks?: number;
  /** rollbacks without a new good copy between them, after which learning stays off; default 3 */
  readonly retries?: number;
}

/** Frames by what was wrong with learning, since the stage was made, and what was done. */
export interface LearningReport {
  readonly nonFinite: number;
  readonly weightNorm: number;
  readonly updateNorm: number;
  readonly gradientNorm: number;
  readonly readout: number;
  readonly rollbacks: number;
  /** tick of the network at which the copy that a rollback now takes was made; 0 for the initial weights */
  readonly goodTick: number;
  /** copies that have become good */
  readonly copies: number;
  /** frames that ended with learning paused, by a rollback or because a sensor was out */
  readonly pausedFrames: number;
  /** no more retries: learning is off for good */
  readonly frozen: boolean;
}

/** Two stages of one pipe, which only together do anything. */
export interface LearningGuard extends Stateful {
  /** behind `advance`, before `act`: looks at the network, and says with the frame when it is to be undone */
  readonly judge: Stage;
  /** behind `act` and `record`, before whatever reads weights: undoes it */
  readonly mend: Stage;
  report(): LearningReport;
}

type Fault = 'nonFinite' | 'weightNorm' | 'updateNorm' | 'gradientNorm' | 'readout';

/** Finite, and at most `bound`: of Σ x², that of one region; NaN and Infinity are in no bound. */
function within(floats: Float32Array, { offset, length }: Region, bound: number): boolean {
  let sum = 0;
  for (let k = offset; k < offset + length; k++) sum += floats[k]! * floats[k]!;
  return sum <= bound * bound && sum < Number.POSITIVE_INFINITY;
}

/** Every number at most `bound` in magnitude. */
function below(floats: Float32Array, { offset, length }: Region, bound: number): boolean {
  for (let k = offset; k < offset + length; k++) if (!(Math.abs(floats[k]!) <= bound)) return false;
  return true;
}

/** What was learned at one moment, region by region in a row. */
interface Copy {
  readonly words: Uint32Array;
  tick: number;
}

/** A learner, with the copies of what it has learned. */
function bindLearner(executable: Executable) {
  const { arena, program } = executable;
  const size = learnedWords(program);
  const memory = learnedMemory(executable);
  const copyOf = (): Copy => ({ words: new Uint32Array(size), tick: 0 });
  const weights = [...program.weights.values()].map(({ next, acting }) => program.regions.get(next ?? acting)!);
  return {
    finite: learnedOf(program).finite,
    weights,
    readouts: Object.entries(program.network.populations)
      .filter(([, { neuron }]) => neuron.kind === 'integrator')
      .map(([name]) => program.regions.get(`${name}.value`)!),
    gradients: program.traces.filter(({ name, bits }) => name.endsWith('.gradient') && bits === undefined),
    before: weights.map(({ offset, length }) => arena.floats.slice(offset, offset + length)),
    good: copyOf(),
    candidate: copyOf(),
    memory,
    take(copy: Copy): void {
      memory.take(copy.words);
      copy.tick = arena.words[header.tick]!;
    },
    takeInitial(copy: Copy): void {
      memory.takeInitial(copy.words);
      copy.tick = 0;
    },
  };
}
type Learner = ReturnType<typeof bindLearner>;

function checkBounds(bounds: LearningBounds): void {
  const remedy = 'correct the bound of guardLearning';
  for (const name of ['weightNorm', 'updateNorm', 'gradientNorm', 'readout'] as const) {
    const value = bounds[name];
    if (value !== undefined && !(value > 0)) raise('ERR_OUT_OF_RANGE', { path: `guardLearning.${name}`, bound: '> 0', value, remedy });
  }
  for (const name of ['everyTicks', 'pauseTicks', 'retries'] as const) {
    const value = bounds[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      raise('ERR_OUT_OF_RANGE', { path: `guardLearning.${name}`, bound: 'a whole number ≥ 1', value, remedy });
  }
}

/**
 * When what the network learns, or its state, is not finite or beyond its bounds, the frame is inhibited, so that nothing is done with its outputs, and when
 * it has been recorded the last good copy of what was learned (weights, optimizer, averages) comes back, neurons and traces go to rest, and
 * learning pauses for a number of ticks of the network. Then it goes on at the rate that it had: the rate is the description's, and a copy that was good
 * at it has shown that it can be; what runs away again and again is frozen after `retries`. While a sensor is out that was in before, learning pauses too, from the
 * frame after the one that found it. All of it depends on counted ticks and on bits alone, so it is the same on every backend. A recorder behind `judge`
 * writes down what comes back, so that a replay, which knows no bounds, does the same. Weights are looked at in frames
 * in which they moved, readouts in every one, and a learner beside the ticks (`updateDelay`) is waited for then.
 */
export function guardLearning(bounds: LearningBounds = {}): LearningGuard {
  checkBounds(bounds);
  const { weightNorm, updateNorm, gradientNorm, readout, everyTicks = 1000, pauseTicks = 1000, retries = 3 } = bounds;
  const never = Number.POSITIVE_INFINITY;
  const report = {
    ...{ nonFinite: 0, weightNorm: 0, updateNorm: 0, gradientNorm: 0, readout: 0 },
    ...{ rollbacks: 0, goodTick: 0, copies: 0, pausedFrames: 0, frozen: false },
  };

  const isBelow = (learner: Learner, floats: Float32Array, bound: number): boolean => {
    for (let k = 0; k < learner.readouts.length; k++) if (!below(floats, learner.readouts[k]!, bound)) return false;
    return true;
  };

  const judge = ({ arena }: Executable, learner: Learner): Fault | undefined => {
    const { floats } = arena;
    for (let k = 0; k < learner.finite.length; k++) if (!within(floats, learner.finite[k]!, never)) return 'nonFinite';
    for (let k = 0; k < learner.weights.length; k++) if (!within(floats, learner.weights[k]!, weightNorm ?? never)) return 'weightNorm';
    if (updateNorm === undefined) return undefined;
    let fault: Fault | undefined;
    for (let k = 0; k < learner.weights.length; k++) {
      const { offset } = learner.weights[k]!;
      const before = learner.before[k]!;
      let sum = 0;
      for (let i = 0; i < before.length; i++) {
        const change = floats[offset + i]! - before[i]!;
        sum += change * change;
        before[i] = floats[offset + i]!;
      }
      if (!(sum <= updateNorm * updateNorm)) fault = 'updateNorm';
    }
    return fault;
  };

  /** of the pipe that runs, and what the next one goes on from */
  let running: ReturnType<typeof begin> | undefined;
  let restored: State | undefined;

  const begin = () => {
    const bind = once(bindLearner);
    let saves: Learner | undefined;
    let fault: Fault | undefined;
    let updates = 0;
    /** ticks of the network: when the candidate was taken, and when learning goes on */
    let takenAt = 0;
    let resumeAt = 0;
    let inARow = 0;
    let isPaused = false;
    /** once all sensors were believed: before that nothing is held in the place of a sample */
    let hasSensed = false;

    const remember = (executable: Executable, { before, weights }: Learner): void => {
      for (let k = 0; k < weights.length; k++) {
        const { offset } = weights[k]!;
        for (let i = 0; i < before[k]!.length; i++) before[k]![i] = executable.arena.floats[offset + i]!;
      }
    };

    const start = (executable: Executable, learner: Learner): void => {
      executable.settle();
      takenAt = executable.arena.words[header.tick]!;
      if (learner.finite.every((region) => within(executable.arena.floats, region, never))) learner.take(learner.good);
      else learner.takeInitial(learner.good);
      report.goodTick = learner.good.tick;
      learner.take(learner.candidate);
      remember(executable, learner);
    };

    const resume = (state: State, { good, candidate, before }: Learner): void => {
      const saved = fieldsOf(state, 'guardLearning');
      for (const [name, copy] of [['good', good] as const, ['candidate', candidate] as const]) {
        const fields = fieldsOf(saved.any(name), `guardLearning.${name}`);
        fields.into('words', copy.words);
        copy.tick = fields.number('tick');
      }
      const weights = fieldsOf(saved.any('before'), 'guardLearning.before');
      for (const [k, values] of before.entries()) weights.into(String(k), values);
      [updates, takenAt, resumeAt, inARow] = [
        saved.number('updates'),
        saved.number('takenAt'),
        saved.number('resumeAt'),
        saved.number('inARow'),
      ];
      isPaused = saved.boolean('isPaused');
      hasSensed = saved.boolean('hasSensed');
    };

    const faultOf = (executable: Executable, learner: Learner): Fault | undefined => {
      const { words, floats } = executable.arena;
      const moved = words[header.updates]! !== updates;
      updates = words[header.updates]!;
      if ((words[header.status]! & statuses.nonFinite) !== 0) return 'nonFinite';
      if (readout !== undefined && !isBelow(learner, floats, readout)) return 'readout';
      if (!moved && gradientNorm === undefined) return undefined;
      executable.settle();
      const found = moved ? judge(executable, learner) : undefined;
      if (found !== undefined || gradientNorm === undefined || isPaused) return found;
      for (let k = 0; k < learner.gradients.length; k++) if (!within(floats, learner.gradients[k]!, gradientNorm)) return 'gradientNorm';
      return undefined;
    };

    const rollBack = (executable: Executable, learner: Learner, why: Fault): void => {
      report[why]++;
      report.rollbacks++;
      learner.memory.put(learner.good.words);
      learner.take(learner.candidate);
      remember(executable, learner);
      takenAt = executable.arena.words[header.tick]!;
      isPaused = true;
      resumeAt = takenAt + pauseTicks * 2 ** inARow;
      inARow++;
      if (inARow > retries) report.frozen = true;
    };

    /** The candidate has been lived with for so long: now it is good. */
    const promote = (executable: Executable, learner: Learner): void => {
      executable.settle();
      const proven = learner.candidate;
      learner.candidate = learner.good;
      learner.good = proven;
      learner.take(learner.candidate);
      takenAt = executable.arena.words[header.tick]!;
      report.goodTick = proven.tick;
      report.copies++;
      inARow = 0;
    };

    const isOut = (frame: Frame): boolean => (frame.inhibited & inhibitions.sensor) !== 0;

    return {
      judge(frame: Frame): void {
        const { executable } = frame;
        const learner = bind(executable);
        if (saves === undefined) {
          if (restored === undefined) start(executable, learner);
          else resume(restored, learner);
          restored = undefined;
          saves = learner;
        }
        if (fault !== undefined)
          raise('ERR_CLOCK_USE', {
            reason: `guardLearning found a fault (${fault}) that nothing mended`,
            remedy: 'put its stage mend into the pipe, behind act and record',
          });
        fault = faultOf(executable, learner);
        if (fault !== undefined) undo(frame, learner.good.words);
      },
      mend(frame: Frame): void {
        const { executable } = frame;
        const learner = bind(executable);
        const now = executable.arena.words[header.tick]!;
        if (fault !== undefined) rollBack(executable, learner, fault);
        else if (!isPaused && now - takenAt >= everyTicks) promote(executable, learner);
        fault = undefined;
        if (!isOut(frame)) hasSensed = true;
        else if (hasSensed && !isPaused && executable.arena.words[header.learning] !== 0) {
          setLearning(executable, false);
          isPaused = true;
        }
        if (isPaused && !report.frozen && !isOut(frame) && now >= resumeAt) {
          setLearning(executable, true);
          isPaused = false;
          takenAt = now;
        }
        if (isPaused) report.pausedFrames++;
      },
      state: (): State | undefined =>
        saves && {
          ...{ good: { ...saves.good }, candidate: { ...saves.candidate }, before: { ...saves.before } },
          ...{ updates, takenAt, resumeAt, inARow, isPaused, hasSensed },
        },
    };
  };

  return {
    judge: stage(() => {
      running = begin();
      return { step: running.judge };
    }),
    mend: stage(() => ({ step: (frame) => running?.mend(frame) })),
    report: () => ({ ...report }),
    state: (): State => ({ report: { ...report }, running: running?.state() ?? restored ?? null }),
    restore(state: State) {
      const saved = fieldsOf(state, 'guardLearning');
      const counts = fieldsOf(saved.any('report'), 'guardLearning.report');
      const { frozen, ...numbers } = report;
      for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) report[name] = counts.number(name);
      report.frozen = counts.boolean('frozen');
      restored = saved.any('running') ?? undefined;
    },
  };
}
