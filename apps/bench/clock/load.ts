import { Worker } from 'node:worker_threads';

/** Objects that the main thread keeps alive: enough that a collection has work. */
const KEPT = 200_000;
/** Objects made between two turns of the event loop. */
const BURST = 20_000;

/** `threads` threads that never rest, and the main thread making garbage as fast as it can; call the result to end it. */
export function startLoad(threads: number): () => Promise<void> {
  const busy = new URL('data:text/javascript,for (;;);');
  const workers = Array.from({ length: threads }, () => new Worker(busy));
  const kept: unknown[] = new Array(KEPT);
  let at = 0;
  let turn: NodeJS.Immediate | undefined;
  const allocate = (): void => {
    for (let k = 0; k < BURST; k++) kept[at++ % KEPT] = { at, text: `${at}`, numbers: [at, at + 1] };
    turn = setImmediate(allocate);
  };
  allocate();
  return async () => {
    clearImmediate(turn);
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
}
