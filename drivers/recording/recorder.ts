import { Worker } from 'node:worker_threads';
import {
  capture,
  capturedWords,
  controllerError,
  createRing,
  describeWeights,
  type Executable,
  type Frame,
  layoutOf,
  type Network,
  type RecordedSignal,
  type Recorder,
  recordLayout,
  startState,
  stateHash,
} from '../../runtime/index.ts';
import { type Answer, END_BYTES, endWord, FRAME, type WriterJob } from './post.ts';
import type { RunInfo } from './writer.ts';

export interface FileRecorderOptions {
  readonly path: string;
  readonly app: string;
  /** version of the package */
  readonly version: string;
  /** ticks of a control period */
  readonly frameTicks: number;
  /** vectors that are recorded as they stand after each frame; their owner fills them */
  readonly signals?: readonly RecordedSignal[];
  /** frames from one fingerprint of the whole state to the next; default a second's */
  readonly fingerprintEvery?: number;
  /**
   * what to do with a frame when the disk is behind by seconds: `drop` and count it, as a loop that keeps time must (default), or `wait`, as one in virtual
   * time may
   */
  readonly whenFull?: 'drop' | 'wait';
}

export interface RecordingReport {
  readonly path: string;
  readonly frames: number;
  /** frames that are not in the file */
  readonly dropped: number;
  readonly bytes: number;
  /** why nothing more could be written; undefined: all went well */
  readonly fault: string | undefined;
}

export interface FileRecorder extends Recorder {
  /** once the pipe has ended: takes the last fingerprint, writes the rest and the index. Without it the file is one that was cut off */
  finish(): Promise<RecordingReport>;
}

const MIN_RING = 2 ** 20;
const MAX_RING = 2 ** 28;
/** Time that the ring holds, ms: what a disk may take for something else. */
const HELD_MS = 3000;

/** Room for frames of their greatest length over {@link HELD_MS}, and for two of them at least, also when something is undone. */
function ringBytes(frameBytes: number, frameMs: number, restoredBytes: number): number {
  const wanted = Math.max(MIN_RING, frameBytes * Math.max(4, Math.ceil(HELD_MS / frameMs)), 4 * (frameBytes + restoredBytes));
  return Math.min(MAX_RING, 2 ** Math.ceil(Math.log2(wanted)));
}

/**
 * Records a run into a file from its present state on. A frame is copied into a ring, which allocates nothing and takes as long as the copy; another thread
 * writes it. Resolves when the file is open, throws ERR_RECORDING_WRITE when it cannot be. It must stand behind what acts and before what changes
 * the network (`guardLearning.mend`, `watch`).
 */
export async function fileRecorder(executable: Executable, options: FileRecorderOptions): Promise<FileRecorder> {
  const { path, app, version, frameTicks, signals = [], whenFull = 'drop' } = options;
  const { program } = executable;
  const { dt, seed } = program.network;
  const { fingerprintEvery = Math.max(1, Math.round(1000 / (dt * frameTicks))) } = options;
  const layout = recordLayout(program, signals);
  const ring = createRing(ringBytes(4 * layout.maxWords + 8, dt * frameTicks, 4 * layout.restoredWords));
  const words = new Uint32Array(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length / 4);
  const doubles = new Float64Array(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length / 8);
  const end = new SharedArrayBuffer(END_BYTES);
  const endWords = new Uint32Array(end);
  const info: RunInfo = {
    app,
    version,
    seed,
    backend: executable.backend,
    target: executable.target,
    network: JSON.stringify(portable(executable)),
    maxTicks: program.maxTicks,
    dt,
    layout: layoutOf(program).hash,
    start: BigInt(Date.now()) * 1_000_000n,
  };
  const state = startState(executable);
  const job: WriterJob = { path, layout, info, state, ring: ring.buffer, end };
  const worker = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData: job, execArgv: [] });

  let fault: string | undefined;
  let bytes = 0;
  const failure = (reason: string): void => {
    fault ??= reason;
    Atomics.store(endWords, endWord.failed, 1);
  };
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (cause) => failure(cause.message));
  const opened = new Promise<void>((resolve) => {
    worker.on('message', (message: Answer) => {
      if (message.kind === 'done') bytes = message.bytes;
      if (message.kind === 'failed') failure(message.reason);
      if (message.kind !== 'done') resolve();
    });
    void exited.then(resolve);
  });
  await opened;
  if (fault !== undefined) {
    await exited;
    throw controllerError('ERR_RECORDING_WRITE', { path, value: fault });
  }

  const pause = new Int32Array(new SharedArrayBuffer(4));
  const failed = (): boolean => Atomics.load(endWords, endWord.failed) !== 0;
  let sequence = 0;
  let dropped = 0;
  let closed = false;
  return {
    frame(frame: Frame) {
      if (closed) return;
      const mine = sequence++;
      const length = 4 * capturedWords(layout, frame);
      let at = failed() ? -1 : ring.reserve(length);
      while (at === -1 && whenFull === 'wait' && length <= ring.longest && !failed()) {
        Atomics.wait(pause, 0, 0, 1);
        at = ring.reserve(length);
      }
      if (at === -1) {
        dropped++;
        return;
      }
      capture(layout, frame, mine, mine % fingerprintEvery === 0, words, doubles, at >> 2);
      ring.commit(FRAME);
    },
    close() {
      closed = true;
    },
    async finish() {
      closed = true;
      endWords[endWord.frames] = sequence;
      endWords[endWord.dropped] = dropped;
      endWords[endWord.fingerprinted] = 1;
      endWords[endWord.fingerprint] = stateHash(executable);
      ring.close();
      await exited;
      return { path, frames: sequence, dropped, bytes, fault };
    },
  };
}

const fromFile = ({ projections, feedbacks = {} }: Network): boolean =>
  [...Object.values(projections), ...Object.values(feedbacks)].some(({ weight }) => weight.kind === 'npy');

/** The description, with the weights inline where it names files that another machine lacks: those that the run begins with. */
const portable = (executable: Executable): Network =>
  fromFile(executable.program.network) ? describeWeights(executable) : executable.program.network;
