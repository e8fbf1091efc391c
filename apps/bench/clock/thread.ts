/** The thread on which the loops take their turns: one thread, so that all have the same scheduling class and core. */
import { parentPort, workerData } from 'node:worker_threads';
import { nativeRealtime, type Obtained, type RealtimeOptions } from '../../../native/index.ts';
import { type LoopName, loops, type Slice } from './loops.ts';

export interface ThreadData {
  readonly dt: number;
  readonly seconds: number;
  /** the file of the shared counter */
  readonly counter: string;
  readonly wishes: RealtimeOptions;
}

/** First what the system granted, then a slice for every name that it is told. */
export type ThreadSaid = Obtained | Slice;

const { dt, seconds, counter: file, wishes } = workerData as ThreadData;
const native = nativeRealtime();
if ('reason' in native) throw new Error(native.reason);
const { realtime } = native;
const counter = realtime.counter(file);
parentPort!.postMessage(realtime.schedule(wishes));
parentPort!.on('message', async (name: LoopName) => {
  counter.store(0);
  const slice = await loops[name](realtime, dt, seconds, counter);
  counter.store(-1);
  parentPort!.postMessage(slice);
});
