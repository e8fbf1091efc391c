/** The arms by johnny-five over Firmata, whatever the board is: opened again whenever it is lost. */
import type { Observable } from 'rxjs';
import {
  analogReadings,
  type DeviceState,
  type DeviceTime,
  firmataDevice,
  type IoBoard,
  servo,
  supervise,
} from '../../../drivers/index.ts';
import type { Transport } from '../../../firmware-bridge/index.ts';
import { type Actuator, controllerError, type DeviceReport, type Ms } from '../../../runtime/index.ts';
import { MIDDLE, TURN } from './arm.ts';
import type { Rig } from './session.ts';

/** Where an arm is wired. */
export interface Wiring {
  readonly servo: number;
  readonly potentiometer: string;
}
/** The learner's arm, and that of the control. */
export const wirings: readonly Wiring[] = [
  { servo: 9, potentiometer: 'A0' },
  { servo: 10, potentiometer: 'A1' },
];

export interface LinkOptions {
  readonly port: string | Transport;
  readonly time: DeviceTime;
  /** of the waits before a lost board is opened again */
  readonly seed: number;
  /** what becomes of a command before it goes to the servo; default nothing */
  readonly bend?: (degrees: number) => number;
}

export interface Link extends Rig {
  /** how the board has been */
  device(): DeviceReport;
  readonly states: Observable<DeviceState>;
  /** ends the supervision, servos in the middle */
  close(): Promise<void>;
}

/** Without a word from here the board stops its servos after so long. */
export const OUTPUT_TIMEOUT: Ms = 500;
const ALIVE_EVERY: Ms = 100;
const SAMPLING: Ms = 10;
/** A reading older than this is none. */
const STALE: Ms = 100;
const BACKOFF = { firstMs: 250, mostMs: 2000 };
/** Readings come all the time; without any the board is as good as gone. */
const SILENCE = { degradedMs: 200, lostMs: 1000 };
/** A board that is open is left alone for so long: whatever it has to say at its start is said by then. */
const START: Ms = 1500;
const PROBE = { low: MIDDLE - 30, high: MIDDLE + 30, wait: 700, least: 20 };

interface Joint {
  readonly motor: Actuator<number>;
  angle: number;
  readAt: Ms;
}

function joint(board: IoBoard, { servo: pin, potentiometer }: Wiring, time: DeviceTime): Joint {
  const made: Joint = {
    motor: servo(board, { pin, intervalMs: 0, safeDegrees: MIDDLE }),
    angle: Number.NaN,
    readAt: Number.NEGATIVE_INFINITY,
  };
  analogReadings(board, { pin: potentiometer, intervalMs: SAMPLING }).subscribe({
    next(share) {
      made.angle = share * TURN;
      made.readAt = time.now();
    },
    // The board's fault says it.
    error: () => undefined,
  });
  return made;
}

/** By how much each potentiometer turns when its servo does. */
async function probe(joints: readonly Joint[], time: DeviceTime, board: IoBoard): Promise<readonly number[]> {
  const goto = async (degrees: number): Promise<readonly number[]> => {
    for (const { motor } of joints) motor.apply(degrees);
    for (let left = PROBE.wait; left > 0; left -= ALIVE_EVERY) {
      board.alive();
      await time.sleep(ALIVE_EVERY);
    }
    return joints.map(({ angle }) => angle);
  };
  const low = await goto(PROBE.low);
  const high = await goto(PROBE.high);
  return high.map((angle, k) => angle - low[k]!);
}

/**
 * Opens the board and finds out which of `arms` arms are wired: ERR_BOARD_FAULT when the first is not. From then on a lost board is a fault of the rig,
 * and it is opened again, with components of its own, until that succeeds. `rig.arms` are those that are there.
 */
export async function openLink({ port, time, seed, bend = (degrees) => degrees }: LinkOptions, arms: number): Promise<Link> {
  let joints: Joint[] = [];
  let count = arms;
  let probed = false;
  let aliveAt = Number.NEGATIVE_INFINITY;

  const link = supervise(firmataDevice({ port, outputTimeoutMs: OUTPUT_TIMEOUT, keptAlive: false }), {
    ...{ seed, time, backoff: BACKOFF, silence: SILENCE },
    async prepare(opened) {
      for (let left = START; left > 0; left -= ALIVE_EVERY) {
        opened.alive();
        await time.sleep(ALIVE_EVERY);
      }
      if (opened.fault !== undefined) throw opened.fault;
      joints = wirings.slice(0, count).map((wiring) => joint(opened, wiring, time));
      // The time of the last reading of a board that is gone.
      if (probed) await time.sleep(STALE);
    },
  });
  const board = await link.start();
  const turned = await probe(joints, time, board);
  const there = turned.findIndex((degrees) => !(degrees >= PROBE.least));
  if (there === 0) {
    const { servo: pin, potentiometer } = wirings[0]!;
    await link.close();
    const seen = `potentiometer ${potentiometer} turned by ${turned[0]!.toFixed(0)} degrees when the servo on pin ${pin} was to turn by ${PROBE.high - PROBE.low}`;
    throw controllerError('ERR_BOARD_FAULT', {
      board: typeof port === 'string' ? port : 'emulated Uno',
      reason: `${seen}: check its wires`,
    });
  }
  if (there > 0) joints.length = there;
  if (board.fault !== undefined) {
    await link.close();
    throw board.fault;
  }
  count = joints.length;
  probed = true;

  const rig: Link = {
    arms: joints.length,
    get fault() {
      return link.device === undefined ? (link.state.reason ?? 'it is being opened again') : undefined;
    },
    device: link.report,
    states: link.states,
    angle: (arm) => (link.device !== undefined && time.now() - joints[arm]!.readAt <= STALE ? joints[arm]!.angle : Number.NaN),
    command(arm, degrees) {
      const open = link.device;
      if (open === undefined) return;
      joints[arm]!.motor.apply(Math.min(TURN, Math.max(0, bend(degrees))));
      if (time.now() - aliveAt < ALIVE_EVERY) return;
      aliveAt = time.now();
      open.alive();
    },
    safe() {
      for (const { motor } of joints) motor.safe();
    },
    close: link.close,
  };
  return rig;
}
