import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareReckonVectors } from '../../drivers/index.ts';
import { readJson } from './files.ts';
import { exitCode, UsageError } from './usage.ts';

export interface BoardEmulateFlags {
  readonly golden: string;
  readonly json?: boolean;
}

/** Chips whose recorded runs can be played. */
const chips = { reckon: compareReckonVectors } as const;

function filesIn(folder: string): string[] {
  const remedy = 'name a folder of recorded runs (.json)';
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (cause) {
    throw new UsageError(`--golden ${folder} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, remedy);
  }
  if (names.length === 0) throw new UsageError(`--golden ${folder} holds no .json file`, remedy);
  return names.sort();
}

/** `ganglion board emulate CHIP --golden DIR`: exit code 1 when any bit differs. */
export async function boardEmulateCommand(chip: string, { golden, json }: BoardEmulateFlags): Promise<void> {
  if (!Object.hasOwn(chips, chip)) throw new UsageError(`there is no emulator of '${chip}'`, `chips are ${Object.keys(chips).join(', ')}`);
  const compare = chips[chip as keyof typeof chips];
  const files = filesIn(golden).map((path) => ({ path, json: readJson<unknown>(join(golden, path), 'name a folder of JSON files') }));
  const report = compare(files);
  const { vectors, ticks, spikesCompared, weightsCompared, neuronWordsCompared, cyclesCompared, mismatches } = report;
  if (json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const compared = `${spikesCompared} spikes, ${weightsCompared} weights, ${neuronWordsCompared} neuron words and ${cyclesCompared} counts of cycles`;
    process.stdout.write(`${chip}: ${vectors} vectors, ${ticks} ticks; ${compared} compared, ${mismatches} differ\n`);
  }
  process.exitCode = mismatches === 0 ? exitCode.ok : exitCode.failed;
}
