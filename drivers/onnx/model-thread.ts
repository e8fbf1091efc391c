/**
 * The thread of a model. onnxruntime-node runs an inference on the thread that asks for it, from start to end: on the thread of the
 * pipe every frame that is due meanwhile would be late.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type * as ort from 'onnxruntime-node';
import { type Answer, createMailbox, type Job, type Mailbox, state, word } from './mailbox.ts';

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
const answer = (message: Answer): void => parentPort!.postMessage(message);

type Runtime = typeof ort;

async function load(): Promise<Runtime | undefined> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    answer({ kind: 'missing', reason: reasonOf(cause) });
    return undefined;
  }
}

/** Opens the model and runs it once on zeros: what it cannot do shows now, and the first real inference is as fast as the others. */
async function open({ InferenceSession, Tensor }: Runtime, job: Job) {
  const session = await InferenceSession.create(job.model as string, {
    intraOpNumThreads: job.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || others.length > 0) throw new Error(`it has ${session.inputMetadata.length} inputs`);
  if (!input.isTensor || input.type !== 'float32') throw new Error(`its input ${input.name} is not of float32`);
  const output = job.output ?? session.outputNames[0]!;
  if (!session.outputNames.includes(output)) return { unknown: session.outputNames.join(', ') };
  const shape = job.shape ?? input.shape.map((size) => (typeof size === 'number' ? size : 1));
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const feeds = { [input.name]: new Tensor('float32', data, shape) };
  const run = async (): Promise<Float32Array> => {
    const { [output]: result } = await session.run(feeds, [output]);
    if (result?.type !== 'float32') throw new Error(`its output ${output} is not of float32`);
    return result.data as Float32Array;
  };
  const { length } = await run();
  return { session, data, run, length };
}

/** Runs what is put into the mailbox until that is closed. */
async function serve({ control, input, output }: Mailbox, data: Float32Array, run: () => Promise<Float32Array>): Promise<void> {
  for (;;) {
    Atomics.wait(control, word.state, state.idle);
    if (Atomics.load(control, word.state) === state.closed) return;
    const start = performance.now();
    try {
      data.set(input);
      output.set(await run());
    } catch {
      control[word.failed] = control[word.failed] + 1;
    }
    control[word.us] = Math.round(1000 * (performance.now() - start));
    control[word.finished] = control[word.finished] + 1;
    if (Atomics.compareExchange(control, word.state, state.busy, state.idle) === state.closed) return;
  }
}

const runtime = await load();
if (runtime !== undefined) {
  try {
    const opened = await open(runtime, workerData as Job);
    if ('unknown' in opened) answer({ kind: 'unknown', known: opened.unknown });
    else {
      const mailbox = createMailbox(opened.data.length, opened.length);
      answer({ kind: 'ready', mailbox });
      await serve(mailbox, opened.data, opened.run);
      await opened.session.release();
    }
  } catch (cause) {
    answer({ kind: 'refused', reason: reasonOf(cause) });
  }
}
