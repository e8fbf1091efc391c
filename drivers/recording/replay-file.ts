import {
  type Backend,
  compile,
  createReplay,
  type Difference,
  fingerprint,
  layoutOf,
  type Network,
  type Program,
  printHash,
  raise,
  recordLayout,
  restoreStart,
} from '../../runtime/index.ts';
import { openRecording } from './recording.ts';
import type { RecordingEnd, RunInfo } from './writer.ts';

export interface FileReplayReport {
  readonly info: RunInfo;
  /** undefined: the recording was cut off, and recovered */
  readonly end: RecordingEnd | undefined;
  readonly backend: string;
  readonly target: string;
  readonly frames: number;
  readonly ticks: number;
  /** fingerprints of the whole state that were compared, that of the end among them */
  readonly fingerprints: number;
  /** the first difference between the recording and its replay; undefined: every bit that was recorded came again */
  readonly difference: Difference | undefined;
  /** frames that were dropped before the one of that tick: the replay ended there */
  readonly gap: { readonly tick: number; readonly frames: number } | undefined;
  /** whether nothing is missing: no frame was dropped, and the recording has its end */
  readonly whole: boolean;
  /** of the state after the last frame that was replayed */
  readonly fingerprint: string;
}

/**
 * Runs the inputs of a recording again on `backend` and compares every output, spike and fingerprint with the recorded ones, up to the first difference.
 * Throws CheckpointError for a file that is no recording, is cut or damaged.
 */
export function replayFile(path: string, backend: Backend): FileReplayReport {
  const recording = openRecording(path);
  const { info, state } = recording;
  const executable = backend.load(programOf(path, info));
  try {
    if (state !== undefined) {
      if (state.length !== 4 * executable.program.stateLength)
        raise('ERR_RECORDING_FORMAT', { path, value: 'its state has another size than its network' });
      restoreStart(executable, state);
    }
    const replay = createReplay(executable);
    for (const frame of recording.frames(recordLayout(executable.program))) {
      if (!replay.step(frame)) break;
    }
    const end = recording.end();
    const report = replay.report();
    const last = fingerprint(executable);
    let { difference, fingerprints } = report;
    if (difference === undefined && end?.fingerprint !== undefined && end.dropped === 0) {
      fingerprints++;
      const recorded = printHash(end.fingerprint);
      if (recorded !== last) difference = { tick: report.lastTick, what: 'fingerprint', recorded, replayed: last };
    }
    const whole = end !== undefined && end.dropped === 0 && end.frames === report.frames;
    const { frames, ticks, gap } = report;
    return {
      info,
      end,
      backend: executable.backend,
      target: executable.target,
      frames,
      ticks,
      fingerprints,
      difference,
      gap,
      whole,
      fingerprint: last,
    };
  } finally {
    executable.dispose();
  }
}

function programOf(path: string, info: RunInfo): Program {
  let network: Network;
  try {
    network = JSON.parse(info.network) as Network;
  } catch (cause) {
    return raise('ERR_RECORDING_FORMAT', { path, value: `its description is no JSON: ${(cause as Error).message}` }, cause);
  }
  const program = compile(network, { maxTicks: info.maxTicks });
  const layout = layoutOf(program).hash;
  if (layout === info.layout) return program;
  return raise('ERR_RECORDING_FORMAT', {
    path,
    value: `its state is laid out as ${info.layout.slice(0, 40)}, by this version as ${layout.slice(0, 40)}`,
  });
}
