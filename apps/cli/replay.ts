import { accessSync, constants } from 'node:fs';
import { type FileReplayReport, replayFile } from '../../drivers/recording/index.ts';
import { chooseBackend } from './backend.ts';
import { exitCode, UsageError } from './usage.ts';

export interface ReplayFlags {
  readonly verify?: boolean;
  readonly backend?: string;
  readonly json?: boolean;
}

/** Refuses what cannot be read, before any work. */
export function demandReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, 'name a recording (.mcap)');
  }
}

/** `ganglion replay FILE`: what was run again on stdout; with --verify, exit code 1 where it is not what was recorded, or frames are missing. */
export async function replayCommand(path: string, { verify = false, backend: wish, json = false }: ReplayFlags): Promise<void> {
  demandReadable(path);
  const backend = chooseBackend(wish, (line) => process.stderr.write(`${line}\n`));
  const report = replayFile(path, backend);
  const { info, end, difference, gap, whole } = report;
  const { network: _, start, ...run } = info;
  // What was cut off and recovered is held to what there is of it; what was dropped is missing in the middle.
  const ok = difference === undefined && gap === undefined && (whole || end === undefined);
  const shown = {
    ...report,
    info: { ...run, start: start.toString() },
    end: end ?? null,
    difference: difference ?? null,
    gap: gap ?? null,
  };
  process.stdout.write(json ? `${JSON.stringify(shown)}\n` : `${render(report, whole)}\n`);
  if (verify && !ok) process.exitCode = exitCode.failed;
}

function render(
  { info, end, backend, target, frames, ticks, fingerprints, difference, gap, fingerprint }: FileReplayReport,
  whole: boolean,
): string {
  const lines = [
    `${info.app}, seed ${info.seed}, recorded on the ${info.backend} backend (${info.target}), version ${info.version}`,
    `replayed on the ${backend} backend (${target}): ${frames} frames, ${ticks} ticks, ${fingerprints} fingerprints; the last state is ${fingerprint}`,
  ];
  if (difference !== undefined) {
    const { tick, what, recorded, replayed } = difference;
    lines.push(`differs at tick ${tick}: ${what} was ${recorded}, is ${replayed}`);
  } else lines.push('every output, spike and fingerprint is the recorded one');
  if (gap !== undefined)
    lines.push(`not whole: ${gap.frames} frames before tick ${gap.tick} were dropped while it was recorded; the replay ends there`);
  else if (end === undefined) lines.push('not whole: the recording was cut off, and recovered; this is what there is of it');
  else if (!whole && difference === undefined) lines.push(`not whole: ${end.dropped} frames were dropped while it was recorded`);
  return lines.join('\n');
}
