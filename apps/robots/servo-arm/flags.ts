import { UsageError } from '../../cli/usage.ts';
import { type FlagSet, type Given, textOf } from '../../flags.ts';
import type { Unplug } from './bench.ts';
import type { Sense } from './sensors.ts';

/** What only the servo arm is asked. */
export interface ServoArmFlags {
  /** a real Uno; undefined: an emulated one */
  readonly port: string | undefined;
  /** what measures the arm */
  readonly sense: Sense;
  /** 'off': the learner stands still from the change on */
  readonly learn: 'on' | 'off';
  readonly seconds: number;
  readonly changeAt: number;
  readonly unplug: Unplug | undefined;
  /** file of the recording of the learner's run */
  readonly record: string | undefined;
}

const SECONDS = 200;
const CHANGE_AT = 80;

function parseSeconds(text: string | undefined, flag: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0 && seconds <= 86_400))
    throw new UsageError(`${flag} needs seconds above 0, at most a day, got '${text}'`, `for example ${flag} ${otherwise}`);
  return seconds;
}

function parseUnplug(text: string | undefined): Unplug | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\+(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) throw new UsageError(`--unplug needs SECOND+SECONDS, got '${text}'`, 'for example --unplug 40+3');
  return { atSecond: Number(match[1]), seconds: Number(match[2]) };
}

export const servoArmFlags: FlagSet<ServoArmFlags> = {
  saves: 'what an Uno and the gear behind it remember is in no file; save what is learned with --record, and replay it',
  watched: 1,
  flags: [
    { flags: '--port <path>', description: 'a real Uno with Firmata in the place of the emulated one; real time', local: true },
    {
      flags: '--sense <sensor>',
      description:
        "potentiometer on A0, or imu: an MPU-6050 (0x68) on the arm's level axis, x along the arm; a control arm has A1, or 0x69",
      choices: ['potentiometer', 'imu'],
      default: 'potentiometer',
    },
    { flags: '--learn <mode>', description: 'off: the learner stands still from the change on', choices: ['on', 'off'], default: 'on' },
    { flags: '--seconds <n>', description: `length of the run; default ${SECONDS}` },
    { flags: '--change-at <second>', description: `when the gear wears and the load changes; default ${CHANGE_AT}` },
    { flags: '--unplug <second+seconds>', description: 'pull the cable of the emulated Uno, and put it back so much later' },
    { flags: '--record <file>', description: 'write down how it learns (MCAP), so that it can be replayed to the bit', local: true },
  ],
  parse(given: Given) {
    const own: ServoArmFlags = {
      port: textOf(given, 'port'),
      sense: (textOf(given, 'sense') ?? 'potentiometer') as Sense,
      learn: (textOf(given, 'learn') ?? 'on') as ServoArmFlags['learn'],
      seconds: parseSeconds(textOf(given, 'seconds'), '--seconds', SECONDS),
      changeAt: parseSeconds(textOf(given, 'changeAt'), '--change-at', CHANGE_AT),
      unplug: parseUnplug(textOf(given, 'unplug')),
      record: textOf(given, 'record'),
    };
    if (own.changeAt >= own.seconds)
      throw new UsageError(
        `--change-at ${own.changeAt} is not within the ${own.seconds} seconds of the run`,
        'give an earlier one, or more --seconds',
      );
    if (own.port !== undefined && own.unplug !== undefined)
      throw new UsageError('--unplug pulls the emulated cable', 'with --port, pull the real one');
    if (own.port !== undefined && given['fast'] === true) throw new UsageError('a real Uno keeps real time', 'leave --fast out');
    return own;
  },
};
