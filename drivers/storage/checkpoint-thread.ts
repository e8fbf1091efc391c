/** The thread that encodes and writes checkpoints: the one that runs the network only copies its state. */
import { parentPort, workerData } from 'node:worker_threads';
import { encodeCheckpoint, type State } from '../../runtime/index.ts';
import { openCheckpointFolder } from './checkpoint-folder.ts';

export interface ThreadData {
  readonly folder: string;
  readonly keep: number;
  /** number of the good one that is there */
  readonly resumed: number;
  readonly run: State;
}

export interface Snapshot {
  readonly tick: number;
  readonly memory: SharedArrayBuffer;
  readonly length: number;
}

/** What became of a snapshot: its memory is free again. */
export interface Written {
  readonly error: string | undefined;
}

const { folder, keep, resumed, run } = workerData as ThreadData;
const target = openCheckpointFolder(folder, keep, resumed);
parentPort!.on('message', ({ tick, memory, length }: Snapshot) => {
  let error: string | undefined;
  try {
    target.write(encodeCheckpoint(tick, run, new Uint8Array(memory, 0, length)));
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  parentPort!.postMessage({ error } satisfies Written);
});
