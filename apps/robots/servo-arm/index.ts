import { setImmediate as turn } from 'node:timers/promises';
import { wallTime } from '../../../drivers/index.ts';
import { compile, frozen, type Ms, realTimeClock, type VirtualClock, virtualClock } from '../../../runtime/index.ts';
import type { App, RunOptions, RunResult } from '../../app.ts';
import { MIDDLE, wearBetween, whole, worn } from './arm.ts';
import { type Bench, createBench, DRIFT } from './bench.ts';
import type { ServoArmFlags } from './flags.ts';
import { type Link, openLink, wirings } from './link.ts';
import { DT, FRAME_TICKS, servoNetwork } from './network.ts';
import { type Outcome, renderOutcome, reportOf } from './report.ts';
import { type SessionReport, session } from './session.ts';
import { reaches } from './trajectory.ts';

const TICKS_PER_SECOND = 1000 / DT;
/** Frames between two turns of the event loop: signals and progress come through. */
const TURN_EVERY = 10;

/** Moves machine and clock on together until the session has ended. */
async function lockstep(bench: Bench, clock: VirtualClock, link: Link, done: Promise<SessionReport>): Promise<SessionReport> {
  let running = true;
  const stop = (): void => {
    running = false;
  };
  done.then(stop, stop);
  await turn();
  for (let frame = 1; running; frame++) {
    // A board that is being opened answers in turns of the event loop.
    for (let ms = 0; ms < FRAME_TICKS * DT; ) {
      const step: Ms = link.fault === undefined ? FRAME_TICKS * DT - ms : DT;
      bench.pass(step);
      ms += step;
      if (link.fault !== undefined) await turn();
    }
    clock.advance(FRAME_TICKS);
    if (frame % TURN_EVERY === 0) await turn();
  }
  return done;
}

/** On a real servo the gear is worn by arithmetic: what the horn does to the arm is done to the command. */
function bentFrom(start: () => Ms, changeAt: Ms): (degrees: number) => number {
  return (degrees) => {
    const share = Math.min(1, Math.max(0, (performance.now() - start() - changeAt) / DRIFT));
    const { gain, offset } = wearBetween(whole, worn, share);
    return MIDDLE + gain * (degrees - MIDDLE) + offset;
  };
}

async function run(options: RunOptions & ServoArmFlags): Promise<RunResult> {
  const { backend, seed, signal, port, learn, progress, unplug } = options;
  const paced = port !== undefined || options.clock === 'realtime';
  const changeAt: Ms = options.changeAt * 1000;
  const bench = port === undefined ? createBench({ seed, paced, changeAt, unplug }) : undefined;
  let started: Ms = Number.POSITIVE_INFINITY;
  const opening = openLink(
    bench === undefined
      ? { port: port!, time: wallTime, seed, bend: bentFrom(() => started, changeAt) }
      : { port: bench.line, time: bench.time, seed },
    learn === 'on' ? wirings.length : 1,
  );
  const link = await (bench === undefined ? opening : bench.until(opening));
  if (options.observed !== undefined) link.states.subscribe(options.observed.device);
  try {
    const program = compile(servoNetwork(seed), { maxTicks: FRAME_TICKS });
    const ticks = Math.round((options.seconds * TICKS_PER_SECOND) / FRAME_TICKS) * FRAME_TICKS;
    const shape = { dt: DT, frameTicks: FRAME_TICKS, ticks };
    const virtual = paced ? undefined : virtualClock({ ...shape, stepped: true });
    const trajectory = reaches({ seed });
    const busyBefore = bench?.uno.busyMs ?? 0;
    const learner = backend.load(program);
    bench?.begin();
    started = performance.now();
    const done = session({
      clock: virtual ?? realTimeClock(shape),
      rig: link,
      trajectory,
      learner,
      control: link.arms > 1 ? backend.load(compile(frozen(program.network), { maxTicks: FRAME_TICKS })) : undefined,
      changeTick: options.changeAt * TICKS_PER_SECOND,
      learnAfter: learn === 'on',
      signal,
      observed: options.observed,
      onFrame({ tick, setpoint, angles }) {
        if (tick % TICKS_PER_SECOND !== 0) return;
        const seconds = tick / TICKS_PER_SECOND;
        const text = `${seconds.toFixed(0)} s: arm ${angles[0]!.toFixed(1)}°, to be ${setpoint.toFixed(1)}°`;
        progress({ fraction: tick / ticks, text: link.fault === undefined ? text : `${seconds.toFixed(0)} s: ${link.fault}` });
      },
    });
    const main = await (virtual === undefined ? done : lockstep(bench!, virtual, link, done));
    const outcome: Outcome = {
      options,
      main,
      trajectory,
      target: learner.target,
      device: link.device(),
      emulator:
        bench === undefined
          ? undefined
          : { busyMs: bench.uno.busyMs - busyBefore, safeAfterMs: bench.safeAfterMs, slippedMs: bench.uno.slippedMs },
    };
    return { report: reportOf(outcome), render: () => renderOutcome(outcome), ok: true };
  } finally {
    await link.close();
    bench?.close();
  }
}

/** A servo follows its reaches, learns while it does, and learns again when its gear is worn. */
export const servoArm: App<ServoArmFlags> = {
  name: 'servo-arm',
  summary: 'a servo and a potentiometer on an Uno: the arm learns to follow, and again when its gear is worn',
  network: servoNetwork,
  run,
};
