/** Reads one file in a thread of its own: bytes that are wrong leave HDF5 unfit for the next file, may end it, or keep it busy without end. */
import { parentPort, workerData } from 'node:worker_threads';
import { ControllerError } from '../../runtime/index.ts';
import { messageOf, readGraph } from './file-reader.ts';
import type { NirGraph } from './graph.ts';

export type Answer =
  | { readonly kind: 'graph'; readonly graph: NirGraph }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

let answer: Answer;
try {
  answer = { kind: 'graph', graph: await readGraph(workerData as string) };
} catch (error) {
  const missing = error instanceof ControllerError && error.code === 'ERR_OPTIONAL_PACKAGE';
  answer = missing ? { kind: 'missing', reason: messageOf(error.cause) } : { kind: 'refused', reason: reasonOf(error) };
}
parentPort!.postMessage(answer);

/** What is wrong, without what the message says around it. */
function reasonOf(error: unknown): string {
  return error instanceof ControllerError ? error.message.slice(error.message.indexOf(': ') + 2) : messageOf(error);
}
