import type { FileRecorder, RecordingReport } from '../drivers/recording/index.ts';
import type { Executable, RecordedSignal } from '../runtime/index.ts';
import type { RunOptions } from './app.ts';
import { packageVersion } from './cli/version.ts';
import { out as pc } from './colors.ts';

export interface RecordOptions {
  readonly path: string;
  readonly app: string;
  readonly frameTicks: number;
  readonly signals: readonly RecordedSignal[];
  readonly clock: RunOptions['clock'];
}

/** Records the run of an app. In virtual time nothing is lost to a slow disk: the run waits for it. */
export async function recorderOf(learner: Executable, { clock, ...options }: RecordOptions): Promise<FileRecorder> {
  const { fileRecorder } = await import('../drivers/recording/index.ts');
  return fileRecorder(learner, { ...options, version: packageVersion(), whenFull: clock === 'realtime' ? 'drop' : 'wait' });
}

/** What became of a recording, for a person. */
export function recordingLine({ path, frames, dropped, bytes, fault }: RecordingReport): string {
  if (fault !== undefined) return pc.yellow(`recording: ${path} ended early: ${fault}`);
  const lost = dropped === 0 ? '' : pc.yellow(`; ${dropped} frames were dropped: it is not whole`);
  return `recording: ${path}, ${frames - dropped} frames, ${(bytes / 1e6).toFixed(1)} MB${lost}`;
}
