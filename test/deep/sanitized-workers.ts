/**
 * Loads the addon here and in two workers at once, round after round, each with helper threads and a learner beside the ticks. A worker of one round ends by
 * itself with its programs alive, one of the next is terminated in the middle of its work. The argument is how many rounds. Prints the threads before and
 * after, and the fingerprints.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { alif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fingerprint } from '../../runtime/program/executable.ts';
import { later, played, run } from '../conformance/played.ts';
import { adaptive, FRAME, network } from '../conformance/variants.ts';
import { nativeThreads } from '../native/backends.ts';
import { generator } from '../native/layout.ts';

const rounds = Number(process.argv[2]);
const TICKS = 24;

/** Large enough that helper threads take part of a fold. */
const program = compile(network({ neuron: alif(adaptive), hidden: 1500, learning: later }), { maxTicks: FRAME });
const play = () => played(nativeThreads(3), program, TICKS);
const threads = (): number => readdirSync('/proc/self/task').length;

async function round(endless: boolean): Promise<string[]> {
  const workers = [0, 1].map(() => new Worker(fileURLToPath(import.meta.url), { workerData: { endless } }));
  const exits = workers.map((worker) => once(worker, 'exit'));
  const prints = await Promise.all(workers.map(async (worker) => String((await once(worker, 'message'))[0])));
  if (endless) await Promise.all(workers.map((worker) => worker.terminate()));
  await Promise.all(exits);
  return prints;
}

if (isMainThread) {
  const own = play();
  const prints = new Set([fingerprint(own)]);
  // The first round starts what the engine keeps: its own threads.
  if (rounds > 0) await round(false);
  const before = threads();
  for (let k = 0; k < rounds; k++) for (const print of await round(k % 2 === 1)) prints.add(print);
  // A thread that has ended stands in the list until the system has removed it.
  for (let waits = 0; threads() > before && waits < 100; waits++) await setTimeout(20);
  console.log(JSON.stringify({ prints: [...prints], before, after: threads(), workers: rounds === 0 ? 0 : 2 * (rounds + 1) }));
} else {
  const executable = play();
  parentPort!.postMessage(fingerprint(executable));
  // Never awaited by anybody: the environment goes while a block is being learned.
  for (const drawn = generator(9); workerData.endless; ) run(executable, FRAME, drawn);
}
