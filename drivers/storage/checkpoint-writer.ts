import { Worker } from 'node:worker_threads';
import { encodeCheckpoint, encodeState, encodeStateInto, type State } from '../../runtime/index.ts';
import { openCheckpointFolder } from './checkpoint-folder.ts';
import type { Snapshot, ThreadData, Written } from './checkpoint-thread.ts';

export interface CheckpointCounts {
  readonly written: number;
  /** not written: the last good one is kept, and the run goes on */
  readonly failed: number;
  /** not taken, because the one before was still being written */
  readonly skipped: number;
  readonly lastError: string | null;
}

export interface CheckpointWriter {
  /** Copies a state and has it written by another thread; never waits. False where the last copy is still being written. */
  save(tick: number, state: State): boolean;
  /** Writes a last state when there is room for it, and resolves when nothing is left to write. */
  finish(last?: { readonly tick: number; readonly state: State }): Promise<void>;
  counts(): CheckpointCounts;
}

/** Good checkpoints that are kept. */
const KEEP = 3;
const FIRST_BYTES = 1 << 20;

/**
 * Checkpoints of a run into a folder. One at tick 0, whose state is null, is written before this returns, so that a run can be killed at any moment; errors
 * of the folder itself are thrown here, at once. `resumed`: the number of the one that the run goes on from, which is kept until there are newer good ones.
 */
export function createCheckpointWriter(folder: string, run: State, resumed?: number): CheckpointWriter {
  const target = openCheckpointFolder(folder, KEEP, resumed);
  if (resumed === undefined) target.write(encodeCheckpoint(0, run, encodeState(null)));
  const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
    workerData: { folder, keep: KEEP, resumed: resumed ?? 0, run } satisfies ThreadData,
  });
  const counts = { written: 0, failed: 0, skipped: 0, lastError: null as string | null };
  let memory = new SharedArrayBuffer(FIRST_BYTES);
  let busy = false;
  let ended = false;
  let idle = (): void => {};
  const failed = (reason: string): void => {
    counts.failed++;
    counts.lastError = reason;
  };
  const done = (): void => {
    busy = false;
    idle();
  };
  thread.on('message', ({ error }: Written) => {
    if (error === undefined) counts.written++;
    else failed(error);
    done();
  });
  thread.on('error', (error: Error) => {
    ended = true;
    failed(error.message);
    done();
  });
  // One that was ended from outside says nothing.
  thread.on('exit', () => {
    if (ended) return;
    ended = true;
    failed('its thread has ended');
    done();
  });
  const untilIdle = (): Promise<void> =>
    busy
      ? new Promise((resolve) => {
          idle = resolve;
        })
      : Promise.resolve();
  const take = (tick: number, state: State): void => {
    let length = encodeStateInto(state, new Uint8Array(memory));
    while (length === -1) {
      memory = new SharedArrayBuffer(2 * memory.byteLength);
      length = encodeStateInto(state, new Uint8Array(memory));
    }
    busy = true;
    thread.postMessage({ tick, memory, length } satisfies Snapshot);
  };
  return {
    save(tick, state) {
      if (busy || ended) {
        counts.skipped++;
        return false;
      }
      take(tick, state);
      return true;
    },
    async finish(last) {
      await untilIdle();
      if (last !== undefined && !ended) take(last.tick, last.state);
      await untilIdle();
      ended = true;
      await thread.terminate();
    },
    counts: () => ({ ...counts }),
  };
}
