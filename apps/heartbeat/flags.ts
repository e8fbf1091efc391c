import { type BoardName, boardNames } from '../boards.ts';
import { UsageError } from '../cli/usage.ts';
import { type FlagSet, type Given, textOf } from '../flags.ts';

/** What only the heartbeat app is asked. */
export interface HeartbeatFlags {
  readonly learn: 'on' | 'off' | 'readout';
  readonly records: readonly string[] | undefined;
  readonly data: string | undefined;
  readonly board: BoardName | 'none';
  readonly baselines: boolean;
  /** file of the recording of the first pass */
  readonly record: string | undefined;
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

export const heartbeatFlags: FlagSet<HeartbeatFlags> = {
  flags: [
    {
      flags: '--learn <mode>',
      description: 'on: the whole network; off: frozen during each record; readout: the readout alone',
      choices: ['on', 'off', 'readout'],
      default: 'on',
    },
    { flags: '--records <names>', description: 'records of the stream, by comma' },
    { flags: '--data <dir>', description: 'folder of the records' },
    { flags: '--board <kind>', description: 'a board that mirrors the network', choices: [...boardNames, 'none'], default: 'emulated' },
    { flags: '--baselines', description: 'also run the network frozen, with its readout alone, and an online linear model' },
    { flags: '--record <file>', description: 'write the run down (MCAP), so that it can be replayed to the bit' },
    {
      flags: '--invert <name@seconds>',
      description: "flip the sensor's sign from there to the end of the record; without --records, the stream ends with it",
    },
  ],
  parse: (given: Given) => ({
    learn: (textOf(given, 'learn') ?? 'on') as HeartbeatFlags['learn'],
    records: parseRecords(textOf(given, 'records')),
    data: textOf(given, 'data'),
    board: (textOf(given, 'board') ?? 'emulated') as HeartbeatFlags['board'],
    baselines: given['baselines'] === true,
    record: textOf(given, 'record'),
    invert: parseInvert(textOf(given, 'invert')),
  }),
};
