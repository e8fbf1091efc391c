/** The arms without an Uno between: commands become pulses half a servo's period later, potentiometers are read to ten bits. */
import { type Arm, createArm, type Wear, wearBetween, whole, worn } from '../../../../apps/robots/servo-arm/arm.ts';
import { DT, FRAME_TICKS, servoNetwork } from '../../../../apps/robots/servo-arm/network.ts';
import { type Rig, type SessionReport, session } from '../../../../apps/robots/servo-arm/session.ts';
import { reaches } from '../../../../apps/robots/servo-arm/trajectory.ts';
import { fastestBackend } from '../../../../native/index.ts';
import { compile, frozen, virtualClock } from '../../../../runtime/index.ts';

export const backend = fastestBackend();
const LATE = 10;

export interface PlantOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly changeAt: number;
  readonly wear?: Wear;
  readonly learnAfter?: boolean;
  readonly faultAt?: (second: number) => string | undefined;
  /** what the first potentiometer seems to say */
  readonly bent?: (degrees: number, second: number) => number;
}

export interface Played extends SessionReport {
  readonly period: number;
  readonly arms: readonly Arm[];
  readonly safeCalls: number;
  /** commands that reached the rig while it had a fault */
  readonly stale: number;
}

/** A session of both arms in the time of the plant. */
export async function play(options: PlantOptions): Promise<Played> {
  const { seed, seconds, changeAt, wear = worn, learnAfter = true, faultAt = () => undefined, bent = (degrees) => degrees } = options;
  const arms = [createArm(seed, '0'), createArm(seed, '1')];
  const commands = [1500, 1500];
  const pulses = [1500, 1500];
  let ms = 0;
  let safeCalls = 0;
  let stale = 0;
  const rig: Rig = {
    arms: arms.length,
    get fault() {
      return faultAt(ms / 1000);
    },
    angle(arm) {
      const degrees = (Math.round(arms[arm]!.potentiometer * 1023) / 1023) * 180;
      return arm === 0 ? bent(degrees, ms / 1000) : degrees;
    },
    command(arm, degrees) {
      if (faultAt(ms / 1000) !== undefined) stale++;
      commands[arm] = Math.trunc(600 + 10 * degrees);
    },
    safe() {
      safeCalls++;
    },
  };
  const program = compile(servoNetwork(seed), { maxTicks: FRAME_TICKS });
  const trajectory = reaches({ seed });
  const clock = virtualClock({ dt: DT, frameTicks: FRAME_TICKS, ticks: seconds * 1000, stepped: true });
  const done = session({
    clock,
    rig,
    trajectory,
    learner: backend.load(program),
    control: backend.load(compile(frozen(program.network), { maxTicks: FRAME_TICKS })),
    changeTick: changeAt * 1000,
    learnAfter,
    signal: new AbortController().signal,
  });
  await new Promise(setImmediate);
  while (ms < seconds * 1000) {
    for (let k = 0; k < FRAME_TICKS; k++) {
      if (k === LATE) pulses.splice(0, 2, ...commands);
      const now = wearBetween(whole, wear, Math.min(1, Math.max(0, (ms - changeAt * 1000) / 5000)));
      for (const [arm, physics] of arms.entries()) physics.step(pulses[arm]!, 1, now);
      ms++;
    }
    clock.advance(FRAME_TICKS);
  }
  return { ...(await done), period: trajectory.period, arms, safeCalls, stale };
}
