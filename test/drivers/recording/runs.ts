/** Recorded runs of a small network: learns, is labelled, ends episodes, pauses, begins anew. */
import { fileRecorder, type RecordingReport } from '../../../drivers/recording/index.ts';
import {
  advance,
  type Backend,
  compile,
  type Executable,
  fingerprint,
  type RecordedSignal,
  record,
  referenceBackend,
  sense,
  setLearning,
  stage,
  teach,
  watch,
} from '../../../runtime/index.ts';
import { analog } from '../../../runtime/loop/encoders.ts';
import { tinyNetwork } from '../../runtime/loop/networks.ts';
import { bench, wander } from '../../runtime/loop/pipe.ts';

export const FRAME_TICKS = 4;

export interface RecordedRun {
  readonly report: RecordingReport;
  readonly fingerprint: string;
  readonly ticks: number;
}

export interface RunOptions {
  readonly ticks?: number;
  readonly backend?: Backend;
  /** what happens between two frames */
  readonly between?: (tick: number, executable: Executable) => void;
  /** before the recording begins */
  readonly before?: (executable: Executable) => void;
  readonly signals?: readonly RecordedSignal[];
  readonly network?: ReturnType<typeof tinyNetwork>;
}

/** A pause of learning from tick 400 to 600, and the initial state again at 800. */
export const switches = (tick: number, executable: Executable): void => {
  if (tick === 400) setLearning(executable, false);
  if (tick === 600) setLearning(executable, true);
  if (tick === 800) executable.reset();
};

export async function recordRun(path: string, options: RunOptions = {}): Promise<RecordedRun> {
  const {
    ticks = 2000,
    backend = referenceBackend,
    between = switches,
    before,
    signals = [],
    network = tinyNetwork({ update: 'label' }),
  } = options;
  const executable = backend.load(compile(network, { maxTicks: FRAME_TICKS }));
  before?.(executable);
  const recorder = await fileRecorder(executable, {
    path,
    app: 'test',
    version: '0',
    frameTicks: FRAME_TICKS,
    signals,
    whenFull: 'wait',
    fingerprintEvery: 10,
  });
  const { clock, start } = bench(executable, FRAME_TICKS);
  const teacher = {
    write(tick: number, target: Float32Array, teaching: { importance: number; label: boolean; episodeEnd: boolean }): void {
      target[0] = Math.sin(tick / 20);
      teaching.importance = 1;
      teaching.label = tick % 13 === 0;
      teaching.episodeEnd = tick % 301 === 300;
    },
  };
  const { outcome } = start(
    stage(() => ({ step: ({ tick }) => between(tick, executable) })),
    sense(wander(), analog({ size: 3, gain: 1 }), 'input'),
    teach(teacher, 'readout'),
    advance(),
    record(recorder),
    watch(),
  );
  clock.advance(ticks);
  clock.stop();
  if (outcome.error !== undefined) throw outcome.error;
  const report = await recorder.finish();
  return { report, fingerprint: fingerprint(executable), ticks };
}
