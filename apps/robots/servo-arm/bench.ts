/** The emulated bench: an Uno, instruction by instruction, two arms behind its pins, and a plug that can be pulled. */
import { setImmediate as turn } from 'node:timers/promises';
import { type DeviceTime, type EmulatedUno, emulatedUno, wallTime } from '../../../drivers/index.ts';
import { type FaultyTransport, withFaults } from '../../../firmware-bridge/index.ts';
import type { Ms } from '../../../runtime/index.ts';
import { type Arm, createArm, type Wear, wearBetween, whole, worn } from './arm.ts';
import { wirings } from './link.ts';
import { machineTime } from './time.ts';

/** When the line is cut, and for how long. */
export interface Unplug {
  readonly atSecond: number;
  readonly seconds: number;
}

export interface BenchOptions {
  readonly seed: number;
  /** true: in the time of this machine */
  readonly paced: boolean;
  readonly changeAt: Ms;
  readonly unplug: Unplug | undefined;
  /** the arms whose potentiometers are wired; default all */
  readonly wired?: readonly number[];
}

export interface Bench {
  readonly uno: EmulatedUno;
  readonly line: FaultyTransport;
  readonly arms: readonly Arm[];
  readonly time: DeviceTime;
  /** what wear is now */
  wear(): Wear;
  /** the change and the unplugging count from here */
  begin(): void;
  /** lets time pass, a millisecond a turn of the event loop, until `done` is; for what waits for the board in virtual time */
  until<T>(done: Promise<T>): Promise<T>;
  /** lets time pass at once */
  pass(ms: Ms): void;
  /** from the cut until no servo got a pulse; null: never cut, or never safe */
  readonly safeAfterMs: Ms | null;
  close(): void;
}

/** Wear comes about in so long. */
export const DRIFT: Ms = 5000;
/** Physics looks at the pins as often. */
const STEP: Ms = 1;
/** In the time of this machine an emulated Uno lives while its line is open; one that is unplugged lives on by these. */
const UNPLUGGED = { every: 5, most: 50 };

export function createBench({ seed, paced, changeAt, unplug, wired = wirings.map((_, arm) => arm) }: BenchOptions): Bench {
  const uno = emulatedUno({ stepMs: STEP, paced });
  const line = withFaults(uno.transport, { now: () => uno.ms, seed });
  const machine = machineTime(() => uno.ms);
  const arms = wirings.map((_, arm) => createArm(seed, `${arm}`));
  let begun = Number.POSITIVE_INFINITY;
  let cutAt: Ms | undefined;
  let safeAfterMs: Ms | null = null;
  const wear = (): Wear => wearBetween(whole, worn, Math.min(1, Math.max(0, (uno.ms - begun - changeAt) / DRIFT || 0)));

  uno.onStep((_, ms) => {
    const now = wear();
    let pulses = false;
    arms.forEach((arm, k) => {
      const { pulseUs } = uno.pin(wirings[k]!.servo);
      pulses ||= pulseUs > 0;
      arm.step(pulseUs, ms, now);
      // What is not wired floats, and floats low here.
      uno.analog(k, wired.includes(k) ? arm.potentiometer : 0);
    });
    line.poll!();
    if (cutAt !== undefined && safeAfterMs === null && !pulses) safeAfterMs = uno.ms - cutAt;
    if (unplug === undefined) return;
    const since = uno.ms - begun - unplug.atSecond * 1000;
    if (cutAt === undefined && since >= 0) {
      cutAt = uno.ms;
      void line.unplug();
    }
    if (since >= unplug.seconds * 1000) line.replug();
  });

  let last = performance.now();
  const timer = setInterval(() => {
    const gone = Math.min(performance.now() - last, UNPLUGGED.most);
    last = performance.now();
    if (paced && cutAt !== undefined && uno.transport.state !== 'open') uno.pass(gone);
  }, UNPLUGGED.every).unref();

  return {
    uno,
    line,
    arms,
    time: paced ? wallTime : machine,
    wear,
    begin() {
      begun = uno.ms;
    },
    async until(done) {
      let waiting = true;
      const stop = (): void => {
        waiting = false;
      };
      done.then(stop, stop);
      // Packages load in real time: the first byte finds the machine as it was made.
      for (let opened = false; waiting; await turn()) {
        opened ||= line.state === 'open';
        if (paced || !opened) continue;
        uno.pass(STEP);
        machine.wake();
      }
      return done;
    },
    pass(ms) {
      uno.pass(ms);
      machine.wake();
    },
    get safeAfterMs() {
      return safeAfterMs;
    },
    close: () => clearInterval(timer),
  };
}
