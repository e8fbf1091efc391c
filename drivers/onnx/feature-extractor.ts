import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ControllerError, controllerError, raise, type Sensor } from '../../runtime/index.ts';
import { type Answer, type Job, type Mailbox, state, word } from './mailbox.ts';

export interface FeatureExtractorOptions {
  /** path or bytes of an ONNX model with one float32 input */
  readonly model: string | Uint8Array;
  /** threads of one inference; default 1: more only pay on large models, and take cores from the network */
  readonly threads?: number;
  /** name of the float32 output that holds the features; default the first */
  readonly output?: string;
  /** shape of the input; default the model's own, with 1 where it leaves a size open */
  readonly shape?: readonly number[];
}

/** Counts since the extractor was made. */
export interface ExtractorReport {
  readonly offered: number;
  /** inputs refused: the model was busy, or gone */
  readonly dropped: number;
  /** inferences that ended, and those of them that gave no features */
  readonly finished: number;
  readonly failed: number;
  /** how long the last one took, µs */
  readonly inferenceUs: number;
}

/**
 * A frozen network in front of the one that learns. Offer it inputs as they come; a pipe reads the newest features. How old these are
 * depends on the machine, so a run repeats from its recording, not from its inputs.
 */
export interface FeatureExtractor extends Sensor<Float32Array> {
  /** numbers of one input, in the order of the model */
  readonly inputs: number;
  /** features: the size that an encoder needs */
  readonly size: number;
  /** why there are no features any more */
  readonly fault: ControllerError | undefined;
  /** Takes a copy and returns at once. False: dropped, since the model is busy. */
  offer(input: ArrayLike<number>): boolean;
  /** The newest features, undefined before the first ones of a pipe. The array is reused: valid until the next call. */
  read(tick: number): Float32Array | undefined;
  report(): ExtractorReport;
  /** Releases the model; resolves when its thread has ended; idempotent. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The mailbox of a model that is ready. */
async function ready(worker: Worker, path: string, wanted: string | undefined): Promise<Mailbox> {
  const answer = await new Promise<Answer>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => resolve({ kind: 'refused', reason: cause.message }));
    worker.once('exit', (exit) => resolve({ kind: 'refused', reason: `its thread ended with ${exit}` }));
  });
  if (answer.kind === 'ready') return answer.mailbox;
  if (answer.kind === 'missing') {
    // Without the variable its install script fetches GPU libraries from the vendor, and fails the whole install when it cannot.
    const remedy = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node';
    raise('ERR_OPTIONAL_PACKAGE', { name: 'onnxruntime-node', reason: answer.reason, remedy });
  }
  if (answer.kind === 'unknown') raise('ERR_UNKNOWN_NAME', { path: 'featureExtractor.output', value: wanted, known: answer.known });
  raise('ERR_MODEL', { path, reason: answer.reason });
}

/** Loads the model in a thread of its own. A CapabilityError when onnxruntime-node is not installed. */
export async function featureExtractor({ model, threads = 1, output, shape }: FeatureExtractorOptions): Promise<FeatureExtractor> {
  if (!(Number.isInteger(threads) && threads > 0))
    raise('ERR_OUT_OF_RANGE', {
      path: 'featureExtractor.threads',
      bound: 'a whole number ≥ 1',
      value: threads,
      remedy: 'give 1, or measure',
    });
  const job: Job = { model, threads, output, shape };
  const path = typeof model === 'string' ? model : 'featureExtractor.model';
  // Flags of the process are not the thread's: some (--input-type) would keep it from starting.
  const worker = new Worker(new URL('./model-thread.js', import.meta.url), { workerData: job, execArgv: [] });
  const ended = once(worker, 'exit').catch(() => undefined);
  const mailbox = await ready(worker, path, output);
  // A model that waits for inputs is no reason for the process to stay.
  worker.unref();
  const { control } = mailbox;

  const features = new Float32Array(mailbox.output.length);
  let fault: ControllerError | undefined;
  let closed = false;
  let fresh = false;
  let seen = 0;
  let seenFailed = 0;
  let stale = false;
  let offered = 0;
  let dropped = 0;

  const die = (reason: string): void => {
    if (!closed) fault ??= controllerError('ERR_MODEL', { path, reason });
  };
  worker.on('error', (cause) => die(cause.message));
  worker.on('exit', (exit) => die(`its thread ended with ${exit}`));

  const isIdle = (): boolean => Atomics.load(control, word.state) === state.idle;
  /** Takes over a result that is there. */
  const collect = (): void => {
    if (closed || !isIdle() || control[word.finished] === seen) return;
    seen = control[word.finished];
    const failed = control[word.failed] !== seenFailed;
    seenFailed = control[word.failed];
    if (!failed && !stale) {
      features.set(mailbox.output);
      fresh = true;
    }
    stale = false;
  };

  const dispose = async (): Promise<void> => {
    closed = true;
    Atomics.store(control, word.state, state.closed);
    Atomics.notify(control, word.state);
    worker.ref();
    await ended;
  };

  return {
    inputs: mailbox.input.length,
    size: features.length,
    get fault() {
      return fault;
    },
    open() {
      collect();
      fresh = false;
      // What was offered before a pipe is not an input of that pipe.
      stale = !closed && !isIdle();
    },
    offer(input) {
      if (input.length !== mailbox.input.length) {
        raise('ERR_SHAPE', {
          path: 'featureExtractor.offer',
          what: 'an input',
          expected: mailbox.input.length,
          value: input.length,
          remedy: "give the numbers of the model's input, flat",
        });
      }
      offered++;
      collect();
      if (closed || fault !== undefined || !isIdle()) {
        dropped++;
        return false;
      }
      mailbox.input.set(input);
      Atomics.store(control, word.state, state.busy);
      Atomics.notify(control, word.state);
      return true;
    },
    read() {
      collect();
      return fresh && !closed && fault === undefined ? features : undefined;
    },
    report: () => ({ offered, dropped, finished: control[word.finished], failed: control[word.failed], inferenceUs: control[word.us] }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
