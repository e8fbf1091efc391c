/** A thread that runs one (arm, seed) after the other: `{task, arm, seed, backend}` in, progress and an outcome out. */
import { parentPort } from 'node:worker_threads';
import { nativeBackend } from '../../native/index.ts';
import { referenceBackend } from '../../runtime/index.ts';
import type { Answer, Job } from './jobs.ts';
import { taskNamed } from './tasks.ts';

const port = parentPort!;
const answer = (message: Answer): void => port.postMessage(message);

/** Messages are worth little more often than a person reads. */
const INTERVAL_MS = 200;

port.on('message', async ({ task: name, arm: wanted, seed, backend: which }: Job) => {
  try {
    const task = await taskNamed(name)!();
    const native = which === 'native' ? nativeBackend() : { backend: referenceBackend };
    if ('reason' in native) throw new Error(native.reason);
    let last = Number.NEGATIVE_INFINITY;
    const progress = (fraction: number): void => {
      const now = performance.now();
      if (now - last < INTERVAL_MS) return;
      last = now;
      answer({ kind: 'progress', fraction });
    };
    const arm = task.arms.find((candidate) => candidate.name === wanted)!;
    answer({ kind: 'outcome', outcome: await arm.run({ backend: native.backend, seed, progress }) });
  } catch (error) {
    answer({ kind: 'failure', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
