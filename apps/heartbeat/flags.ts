import { type BoardName, boardNames } from '../boards.ts';
import { number } from '../cli/numbers.ts';
import { UsageError } from '../cli/usage.ts';
import { type FlagSet, type Given, textOf, WATCHED_SPEED } from '../flags.ts';

/** What only the heartbeat app is asked. */
export interface HeartbeatFlags {
  readonly learn: 'on' | 'off' | 'readout';
  readonly records: readonly string[] | undefined;
  readonly data: string | undefined;
  /** 'port': the board at `port` */
  readonly board: BoardName | 'port' | 'none';
  readonly port: { readonly path: string; readonly baudRate?: number } | undefined;
  /** of the signal, after which the run ends; default all */
  readonly seconds: number | undefined;
  readonly baselines: boolean;
  /** file of the recording of the first pass */
  readonly record: string | undefined;
  /** neurons that may fire in a tick, in the mean; default any number */
  readonly energyBudget: number | undefined;
  readonly invert: { readonly record: string; readonly atSecond: number } | undefined;
}

function parseInvert(text: string | undefined): HeartbeatFlags['invert'] {
  if (text === undefined) return undefined;
  const match = /^([\w-]+)@(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) throw new UsageError(`--invert needs NAME@SECONDS, got '${text}'`, 'for example --invert 200@900');
  return { record: match[1]!, atSecond: Number(match[2]) };
}

function parseRecords(text: string | undefined): readonly string[] | undefined {
  const records = text
    ?.split(',')
    .map((record) => record.trim())
    .filter((record) => record !== '');
  if (records?.length === 0) throw new UsageError('--records names no record', 'for example --records 100,106');
  const twice = records?.find((record, index) => records.indexOf(record) < index);
  if (twice !== undefined) throw new UsageError(`--records names '${twice}' twice`, 'name each record once; scores are kept by name');
  return records;
}

/** The board is named by its kind or by its port; one at a port has its own time. */
function parseBoard(given: Given): Pick<HeartbeatFlags, 'board' | 'port'> {
  const budget = textOf(given, 'energyBudget') !== undefined;
  const [board, path, baud] = [textOf(given, 'board'), textOf(given, 'port'), textOf(given, 'baud')];
  if (path === undefined) {
    if (baud !== undefined) throw new UsageError('--baud is of no use without a port', 'give --port PATH, or leave --baud out');
    if (budget && board !== undefined && board !== 'none')
      throw new UsageError('no board holds the meter of --energy-budget', 'leave --board out: with a budget it is none');
    return { board: (board ?? (budget ? 'none' : 'emulated')) as HeartbeatFlags['board'], port: undefined };
  }
  if (budget) throw new UsageError('no board holds the meter of --energy-budget: --port does not go with it', 'leave one of them out');
  if (path === '') throw new UsageError('--port needs the path of a port', 'ganglion find-port lists them');
  if (board !== undefined) throw new UsageError('--board and --port exclude each other', 'give one of them');
  if (given['fast'] === true)
    throw new UsageError('a board at a port has its own time: --fast does not go with --port', 'leave --fast out');
  return { board: 'port', port: { path, ...(baud === undefined ? {} : { baudRate: number('baud', baud, 1200, 4_000_000, true) }) } };
}

/** The hidden layer must learn, for what it fires is to be learned. */
function parseBudget(given: Given): number | undefined {
  const text = textOf(given, 'energyBudget');
  if (text === undefined) return undefined;
  if (textOf(given, 'learn') === 'readout')
    throw new UsageError('--energy-budget needs neurons that learn: it does not go with --learn readout', 'leave one of them out');
  return number('energy-budget', text, 0.01, 100, false);
}

const MAX_SECONDS = 1_000_000;

export const heartbeatFlags: FlagSet<HeartbeatFlags> = {
  saves: true,
  watched: WATCHED_SPEED,
  flags: [
    {
      flags: '--learn <mode>',
      description: 'on: the whole network; off: frozen during each record; readout: the readout alone',
      choices: ['on', 'off', 'readout'],
      default: 'on',
    },
    { flags: '--records <names>', description: 'records of the stream, by comma' },
    { flags: '--data <dir>', description: 'folder of the records', local: true },
    { flags: '--seconds <n>', description: 'end after so much of the signal' },
    { flags: '--board <kind>', description: 'a board that mirrors the network (default: emulated)', choices: [...boardNames, 'none'] },
    { flags: '--port <path>', description: 'a board at this serial port instead, in real time', local: true },
    { flags: '--baud <n>', description: 'speed of the port (default: 115200)', local: true },
    { flags: '--baselines', description: 'also run the network frozen, with its readout alone, and an online linear model' },
    {
      flags: '--energy-budget <n>',
      description: 'learn with at most so many neurons active in a tick, in the mean; also run without, and say what it costs',
    },
    { flags: '--record <file>', description: 'write the run down (MCAP), so that it can be replayed to the bit', local: true },
    {
      flags: '--invert <name@seconds>',
      description: "flip the sensor's sign from there to the end of the record; without --records, the stream ends with it",
    },
  ],
  parse: (given: Given) => ({
    learn: (textOf(given, 'learn') ?? 'on') as HeartbeatFlags['learn'],
    records: parseRecords(textOf(given, 'records')),
    data: textOf(given, 'data'),
    seconds: textOf(given, 'seconds') === undefined ? undefined : number('seconds', textOf(given, 'seconds')!, 1, MAX_SECONDS, false),
    ...parseBoard(given),
    baselines: given['baselines'] === true,
    energyBudget: parseBudget(given),
    record: textOf(given, 'record'),
    invert: parseInvert(textOf(given, 'invert')),
  }),
};
