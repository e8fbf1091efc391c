/** A thread of the trainer: it takes examples of a batch, whichever is next, until none is left. */
import { parentPort, workerData } from 'node:worker_threads';
import { nativeBackend } from '../../native/index.ts';
import { compile, referenceBackend } from '../../runtime/index.ts';
import { gradientOf, movedBy } from './gradient.ts';
import type { Job } from './train.ts';

const { network, maxTicks, backend: name, target, packed, weights, order, next, gradients, losses, broken } = workerData as Job;

const native = name === 'native' ? nativeBackend({ target, threads: 1 }) : { backend: referenceBackend };
if ('reason' in native) throw new Error(native.reason);
const program = compile(network, { maxTicks });
const executable = native.backend.load(program);
const moved = movedBy(program);

parentPort!.on('message', (count: number) => {
  for (let place = Atomics.add(next, 0, 1); place < count; place = Atomics.add(next, 0, 1)) {
    const to = gradients.subarray(place * moved.gradients, (place + 1) * moved.gradients);
    const result = gradientOf(executable, moved, packed, order[place]!, weights, to);
    losses[place] = result.loss;
    broken[place] = result.broken;
  }
  parentPort!.postMessage('done');
});
parentPort!.postMessage('ready');
