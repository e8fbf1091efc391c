import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { fastestBackend, nativeBackend } from '../../native/index.ts';
import {
  type Backend,
  type BpttOptions,
  bptt,
  compile,
  describeWeights,
  type Executable,
  events,
  exact,
  type ModularNetwork,
  type Network,
  type Program,
  raise,
  referenceBackend,
  updatesOf,
  validate,
  withWeights,
} from '../../runtime/index.ts';
import { type Example, type Packed, pack } from './examples.ts';
import { type Moved, movedBy, readWeights, writeGradients } from './gradient.ts';
import { treeSum } from './reduce.ts';

export interface TrainOptions {
  /** its plastic projections are trained, each by the optimizer of its rule */
  readonly network: Network | ModularNetwork;
  readonly examples: readonly Example[];
  /** passes over all examples */
  readonly epochs: number;
  /** examples whose mean gradient makes one update; default 1 */
  readonly batch?: number;
  /**
   * teaches every plastic projection by BPTT instead of its own rule, over windows of `window` ticks (default: the longest example); the network that
   * comes back has its own rules again
   */
  readonly bptt?: BpttOptions & { readonly window?: number };
  /** threads; default one for each core. Never changes a bit */
  readonly workers?: number;
  /** of the order of the examples in each epoch; default that of the network */
  readonly seed?: number;
  /** default 'native' where it can be had */
  readonly backend?: 'native' | 'reference';
  /** reads the .npy files that weights name */
  readonly readFile?: (path: string) => Uint8Array;
  /** ends the training after the batch that is under way */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
}

export interface TrainProgress {
  /** from 0 */
  readonly epoch: number;
  /** updates done, and to do, in this epoch */
  readonly update: number;
  readonly updates: number;
  /** mean loss of the epoch's examples so far, each with the weights that it met */
  readonly loss: number;
}

export interface Trained {
  /** the description that was given, its modules replaced by their parts, with the weights that it has learned, inline */
  readonly network: Network;
  /** the same with the running averages of the weights, where optimizers keep one */
  readonly average: Network;
  /** mean loss of an example in each epoch, with the weights that it met */
  readonly losses: readonly number[];
  readonly updates: number;
  /** threads that had work: no more than examples of a batch */
  readonly workers: number;
  readonly backend: string;
  readonly target: string;
}

/** What a thread gets: its program, and memory that all share. */
export interface Job {
  readonly network: Network;
  readonly maxTicks: number;
  readonly backend: string;
  readonly target: string;
  readonly packed: Packed;
  readonly weights: Float32Array;
  /** examples of the batch, by place */
  readonly order: Uint32Array;
  /** [the next place that nobody has taken] */
  readonly next: Int32Array;
  /** by place */
  readonly gradients: Float32Array;
  readonly losses: Float64Array;
  /** tick by which a state has ceased to be finite; 0 where none has */
  readonly broken: Int32Array;
}

/** Ticks of one run: tapes as long as the longest example would be memory for nothing. */
const MOST_TICKS = 256;
/** What a description takes. */
const MOST_WINDOW = 65_536;

/**
 * Trains a network on recorded examples: each runs from rest with the weights of the batch and gives its gradient, on whichever thread is free; the gradients are
 * added in a tree over their places in the batch, and their mean makes one update. So 1 and p workers give equal bits. By BPTT, or by any rule
 * of the network that gives a gradient an episode. `learning.update` is not heeded: weights move once a batch.
 */
export async function trainOffline(options: TrainOptions): Promise<Trained> {
  const { examples, epochs, batch = 1, workers = os.availableParallelism(), signal, onProgress } = options;
  const given = validate(options.network);
  if (!Array.isArray(examples)) raise('ERR_WRONG_TYPE', { path: 'examples', expected: 'an array', value: typeof examples });
  for (const [path, value] of Object.entries({ epochs, batch, workers })) {
    if (!(Number.isInteger(value) && value >= 1))
      raise('ERR_OUT_OF_RANGE', { path, bound: 'a whole number ≥ 1', value, remedy: 'give how many there are' });
  }
  const backend = backendOf(options.backend);
  const longest = longestOf(given, examples);
  const program = compile(taught(given, options.bptt, longest), {
    maxTicks: Math.min(longest, MOST_TICKS),
    ...(options.readFile && { readFile: options.readFile }),
  });
  const moved = movedBy(program);
  if (moved.gradients === 0)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'projections',
      reason: 'none of them is plastic',
      remedy: 'give those a rule that are to be trained',
    });
  const packed = pack(program.network, taughtIn(program), examples);
  const optimizer = backend.load(updateOnly(program));
  const memory = share(Math.min(batch, examples.length), moved);
  const count = Math.min(workers, batch, examples.length);
  const threads = await start(count, {
    ...memory,
    network: describeWeights(optimizer),
    maxTicks: program.maxTicks,
    backend: backend.name,
    target: backend.target,
    packed,
  });
  const seed = options.seed ?? given.seed;
  const losses: number[] = [];
  const stopped = () => signal?.aborted === true;
  try {
    for (let epoch = 0; epoch < epochs && !stopped(); epoch++) {
      const order = shuffled(examples.length, seed, epoch);
      let sum = 0;
      let seen = 0;
      for (let from = 0; from < order.length && !stopped(); from += batch) {
        const places = order.subarray(from, from + batch);
        memory.order.set(places);
        readWeights(optimizer, moved, memory.weights);
        await threads.run(places.length);
        check(memory, places);
        for (let place = 0; place < places.length; place++) sum += memory.losses[place]!;
        seen += places.length;
        update(optimizer, moved, memory.gradients, places.length);
        onProgress?.({ epoch, update: Math.ceil(seen / batch), updates: Math.ceil(order.length / batch), loss: sum / seen });
      }
      if (seen > 0) losses.push(sum / seen);
    }
  } finally {
    await threads.end();
  }
  const [learned, average] = (['learning', 'average'] as const).map((which) => withWeights(given, describeWeights(optimizer, which)));
  const updates = updatesOf(optimizer);
  optimizer.dispose();
  return { network: learned!, average: average!, losses, updates, workers: count, backend: backend.name, target: backend.target };
}

function backendOf(wish: TrainOptions['backend']): Backend {
  if (wish === 'reference') return referenceBackend;
  if (wish === undefined) return fastestBackend();
  const native = nativeBackend();
  if ('backend' in native) return native.backend;
  return raise('ERR_OUT_OF_RANGE', { path: 'backend', bound: 'a backend that there is', value: native.reason, remedy: native.remedy });
}

/** Ticks of the longest example, as far as its targets tell; what is wrong with it is told later, by name. */
function longestOf({ populations }: Network, examples: readonly Example[]): number {
  const ticks = examples.flatMap((example) =>
    Object.entries(example?.targets ?? {}).map(([name, { length }]) => Math.ceil(length / (populations[name]?.size ?? 1))),
  );
  return ticks.reduce((most, count) => (count > most ? count : most), 1);
}

/** The description that is compiled: weights move when the trainer says so, and what would need more than a gradient an episode is refused. */
function taught(network: Network, options: TrainOptions['bptt'], longest: number): Network {
  const { learning } = network;
  if (options === undefined) {
    for (const [name, { plasticity }] of Object.entries(network.projections)) {
      const index = plasticity?.terms.findIndex(({ signal }) => signal.of === 'rate' && signal.average === 'episode') ?? -1;
      if (index < 0) continue;
      raise('ERR_UNSUPPORTED_RULE', {
        path: `projections.${name}.plasticity.terms[${index}].signal.average`,
        what: 'the firing rate of a whole episode, which is known when weights move, offline',
        remedy: 'give it a running mean: average {tau}, or train by bptt',
      });
    }
    if (learning?.target === 'label')
      raise('ERR_UNSUPPORTED_RULE', {
        path: 'learning.target',
        what: 'offline training by labels',
        remedy: "give the target at every tick (target: 'tick'), with importance 0 where it does not count",
      });
    return { ...network, ...(learning && { learning: { ...learning, update: 'episode', updateDelay: 0 } }) };
  }
  const { window = Math.min(longest, MOST_WINDOW), ...rule } = options;
  const plasticity = bptt(rule);
  return {
    ...network,
    projections: Object.fromEntries(
      Object.entries(network.projections).map(([name, projection]) => [
        name,
        projection.plasticity === undefined ? projection : { ...projection, plasticity },
      ]),
    ),
    learning: { window, update: 'episode' },
  };
}

/** Populations whose error teaches: they have a tape of targets. */
const taughtIn = ({ network, regions }: Program): string[] =>
  Object.keys(network.populations).filter((name) => regions.has(`${name}.target`));

/** The program that moves weights and does nothing else. */
const updateOnly = (program: Program): Program => ({
  ...program,
  ops: { forward: [], learn: [], handover: [], backward: [], fold: [], label: [], update: program.ops.update, guard: [], reset: [] },
});

/** One update by the mean of `count` gradients. */
function update(optimizer: Executable, moved: Moved, gradients: Float32Array, count: number): void {
  const mean = treeSum(gradients, count, moved.gradients);
  const share = Math.fround(1 / count);
  for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! * share;
  writeGradients(optimizer, moved, mean);
  optimizer.arena.words[optimizer.program.eventTape.offset] = events.episodeEnd;
  optimizer.run(1);
}

const share = (batch: number, { weights, gradients }: Moved) => ({
  weights: new Float32Array(new SharedArrayBuffer(4 * weights)),
  order: new Uint32Array(new SharedArrayBuffer(4 * batch)),
  next: new Int32Array(new SharedArrayBuffer(4)),
  gradients: new Float32Array(new SharedArrayBuffer(4 * batch * gradients)),
  losses: new Float64Array(new SharedArrayBuffer(8 * batch)),
  broken: new Int32Array(new SharedArrayBuffer(4 * batch)),
});

function check({ broken, losses }: Pick<Job, 'broken' | 'losses'>, places: Uint32Array): void {
  const place = places.findIndex((_, index) => broken[index] !== 0 || !Number.isFinite(losses[index]));
  if (place < 0) return;
  const tick = broken[place] === 0 ? 'its end' : `${broken[place]} or before`;
  raise('ERR_NETWORK_FAULT', { state: `not finite in example ${places[place]}`, tick });
}

/** Fisher and Yates (1938), by draws of their own for each epoch. */
function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const { uniform } = exact.randomStream(seed, `offline.epoch${epoch}`);
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(uniform(k) * (k + 1));
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return order;
}

/** Threads that compute the gradients of a batch together. */
async function start(count: number, job: Job) {
  const workers = Array.from(
    { length: count },
    // Flags of the process are not the thread's: some (--input-type) would keep it from starting.
    () => new Worker(new URL('./worker.js', import.meta.url), { workerData: job, execArgv: [] }),
  );
  let failed: (reason: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => {});
  for (const worker of workers) worker.on('error', failed);
  const all = (): Promise<unknown> =>
    Promise.race([failure, Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))]);
  await all();
  return {
    async run(examples: number): Promise<void> {
      Atomics.store(job.next, 0, 0);
      const done = all();
      for (const worker of workers) worker.postMessage(examples);
      await done;
    },
    end: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}
