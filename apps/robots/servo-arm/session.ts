import {
  act,
  advance,
  type Clock,
  type ClockReport,
  copyWeights,
  countEvents,
  type EventCounts,
  type Executable,
  type Frame,
  fingerprint,
  frames,
  type Ms,
  run,
  type Stage,
  sense,
  setLearning,
  stage,
  type Teacher,
  teach,
  updatesOf,
  watch,
} from '../../../runtime/index.ts';
import type { Observed } from '../../app.ts';
import { DELAY_TICKS, DT, type Plan, planCode, REACH } from './network.ts';
import { createScore, type Score } from './score.ts';
import type { Trajectory } from './trajectory.ts';

/** Arms on servos, however they are reached. */
export interface Rig {
  /** the first learns; a second is the control, whose controller stands still from the change on */
  readonly arms: number;
  /** why nothing is measured and nothing moves; undefined: all is well */
  readonly fault: string | undefined;
  /** degrees; NaN where nothing new was measured for a while */
  angle(arm: number): number;
  /** degrees, 0…180 */
  command(arm: number, degrees: number): void;
  /** to where it hurts nobody */
  safe(): void;
}

/** The world was cut here: the episode is truncated, not terminated (Gymnasium's meaning). */
export interface Truncation {
  readonly atSecond: number;
  readonly reason: string;
  /** until the arm was under control again; null when it never was */
  seconds: number | null;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly rig: Rig;
  readonly trajectory: Trajectory;
  readonly learner: Executable;
  /** drives the second arm from `changeTick` on with the weights that the learner has then */
  readonly control: Executable | undefined;
  readonly changeTick: number;
  /** false: the learner stands still from `changeTick` on */
  readonly learnAfter: boolean;
  readonly signal: AbortSignal;
  /** logs and metrics */
  readonly observed?: Observed | undefined;
  /** called after every frame */
  readonly onFrame?: (frame: FrameView) => void;
}

/** What is seen of a frame. One object, valid until the next. */
export interface FrameView {
  readonly tick: number;
  readonly setpoint: number;
  /** by arm, degrees */
  readonly angles: Float64Array;
  readonly scores: readonly Score[];
}

export interface SessionReport {
  /** by arm */
  readonly scores: readonly Score[];
  readonly ticks: number;
  readonly taught: number;
  readonly neurons: number;
  readonly events: EventCounts;
  readonly updates: number;
  readonly wallSeconds: number;
  readonly truncations: readonly Truncation[];
  readonly clock: ClockReport;
  readonly fingerprint: string;
}

/** After a start and after every cut, nothing is taught and nothing scored: the arm first has to come to where it is to be. */
const SETTLE: Ms = 600;
const MAX_DEGREES = 180;
/** No arm that follows at all is so far off for so long. */
const ASTRAY = 40;
const PATIENCE: Ms = 300;

/** The outputs of the last {@link DELAY_TICKS} ticks, by ticks that ran. */
function createMemory() {
  const outputs = new Float32Array(DELAY_TICKS);
  let ran = 0;
  return {
    /** what the output was, `row` ticks from now, DELAY_TICKS before */
    before: (row: number): number => outputs[(ran + row) % DELAY_TICKS]!,
    keep(output: number): void {
      outputs[ran++ % DELAY_TICKS] = output;
    },
  };
}

/**
 * sense (plan) → teach (tracking error) → advance → act (commands). Every frame looks at the arms when its time has passed; the command
 * r(t + D) + 30·y(t) is for the time D later; the error r(t) − q(t) is the error of y(t − D): y* = y(t − D) + (r(t) − q(t))/30.
 */
export async function session(options: SessionOptions): Promise<SessionReport> {
  const { clock, rig, trajectory, control, changeTick, learnAfter, signal, onFrame } = options;
  const counted = countEvents(options.learner);
  const learner = counted.executable;
  const frameMs = clock.frameTicks * DT;
  const scores = Array.from({ length: rig.arms }, () => createScore(frameMs));
  const truncations: Truncation[] = [];
  const memory = createMemory();
  const view = { tick: 0, setpoint: 0, angles: new Float64Array(rig.arms), scores };
  let settled: Ms = 0;
  let astray: Ms = 0;
  let expected = 0;
  let cut = false;
  let open: Truncation | undefined;

  const truncate = (tick: number, reason: string): void => {
    cut = true;
    settled = 0;
    if (open !== undefined) return;
    open = { atSecond: (tick * DT) / 1000, reason, seconds: null };
    truncations.push(open);
  };

  /** Looks at the world once a frame. */
  const look = stage(() => ({
    step({ tick, ticks }: Frame) {
      const now = (tick + ticks) * DT;
      cut = false;
      settled += ticks * DT;
      // A clock that has skipped ticks left the world alone meanwhile.
      for (let skipped = expected; skipped < tick; skipped += clock.frameTicks) for (const score of scores) score.add(Number.NaN);
      if (tick !== expected) truncate(expected, `missed deadline: ${(tick - expected) * DT} ms were skipped`);
      expected = tick + ticks;
      view.tick = tick;
      view.setpoint = trajectory.at(now);
      for (let arm = 0; arm < rig.arms; arm++) view.angles[arm] = rig.angle(arm);
      if (rig.fault !== undefined) truncate(tick, `lost link: ${rig.fault}`);
      else if (Number.isNaN(view.angles[0]!)) truncate(tick, 'silent sensor: no angle was measured');
      // A potentiometer that lost its wire teaches nonsense.
      astray = Math.abs(view.setpoint - view.angles[0]!) > ASTRAY ? astray + ticks * DT : 0;
      if (astray > PATIENCE) truncate(tick, `implausible sensor: more than ${ASTRAY} degrees from the plan for ${PATIENCE} ms`);
      if (settled >= SETTLE && open !== undefined) {
        open.seconds = now / 1000 - open.atSecond;
        open = undefined;
      }
      for (let arm = 0; arm < rig.arms; arm++) scores[arm]!.add(settled >= SETTLE ? view.setpoint - view.angles[arm]! : Number.NaN);
    },
  }));

  const plan: Plan = new Float64Array(2);
  const planned = sense<Plan>(
    {
      read(tick) {
        const ahead = (tick + 1 + DELAY_TICKS) * DT;
        plan[0] = trajectory.at(ahead);
        plan[1] = ((plan[0] - trajectory.at(ahead - frameMs)) * 1000) / frameMs;
        return plan;
      },
    },
    planCode(),
    'plan',
  );
  const one = learner.arena.view('one.input');
  const bias = stage(() => ({ step: () => void one.fill(1) }));

  let row = 0;
  const teacher: Teacher = {
    write(tick, target, teaching) {
      row = tick === view.tick ? 0 : row + 1;
      if (cut && row === 0) teaching.episodeEnd = true;
      if (settled < SETTLE) return;
      target[0] = memory.before(row) + (view.setpoint - view.angles[0]!) / REACH;
      teaching.importance = 1 / clock.frameTicks;
    },
  };
  const taught = teach(teacher, 'correction');

  const { offset, stride } = learner.program.regions.get('correction.output')!;
  const keep = stage(() => ({
    step({ ticks, executable: { arena } }: Frame) {
      for (let k = 0; k < ticks; k++) memory.keep(arena.floats[offset + k * stride]!);
    },
  }));

  let changed = false;
  const tapes =
    control === undefined ? [] : ['plan.input', 'one.input'].map((name) => [learner.arena.view(name), control.arena.view(name)] as const);
  const change = stage(() => ({
    step({ tick, ticks }: Frame) {
      if (!changed && tick + ticks > changeTick) {
        changed = true;
        if (control !== undefined) copyWeights(learner, control, 'learning');
        if (!learnAfter) setLearning(learner, false);
      }
      if (control === undefined) return;
      for (const [from, to] of tapes) to.set(from);
      control.run(ticks);
    },
  }));

  const commandOf = (executable: Executable, ticks: number, end: number): number => {
    const region = executable.program.regions.get('correction.output')!;
    const output = executable.arena.floats[region.offset + (ticks - 1) * region.stride]!;
    return Math.min(MAX_DEGREES, Math.max(0, trajectory.at(end * DT + DELAY_TICKS * DT) + REACH * output));
  };
  const acted = act<Float64Array>(
    {
      create: () => new Float64Array(rig.arms),
      decode({ tick, ticks }, into) {
        into[0] = commandOf(learner, ticks, tick + ticks);
        if (into.length > 1) into[1] = changed && control !== undefined ? commandOf(control, ticks, tick + ticks) : into[0];
        return into;
      },
    },
    {
      apply(commands) {
        if (rig.fault === undefined) for (let arm = 0; arm < commands.length; arm++) rig.command(arm, commands[arm]!);
      },
      safe: () => rig.safe(),
    },
  );
  const seen = stage(() => ({ step: () => onFrame?.(view) }));

  const started = performance.now();
  const stages: Stage[] = [look, planned, bias, taught, advance(), keep, change, acted, seen, watch()];
  await run(
    stages.reduce((source, next) => source.pipe(next), frames(clock, learner)),
    signal,
  );
  return {
    scores,
    ticks: expected,
    taught: taught.report().taught,
    neurons: learner.program.network.populations['hidden']!.size,
    events: counted.counts(),
    updates: updatesOf(learner),
    wallSeconds: (performance.now() - started) / 1000,
    truncations,
    clock: clock.report(),
    fingerprint: fingerprint(learner),
  };
}
