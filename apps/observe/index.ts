import { Worker } from 'node:worker_threads';
import { createRing } from '../../runtime/index.ts';
import { number } from '../cli/numbers.ts';
import { UsageError } from '../cli/usage.ts';
import { type Level, levels } from './events.ts';
import type { LogReport, ObserverJob, ObserverSaid, Observing, RunEnd } from './job.ts';
import { HISTOGRAM, MEASURE_BYTES } from './measures.ts';

export interface ObserveFlags {
  readonly log?: string;
  readonly logLevel?: string;
  readonly metrics?: string;
}

export interface Observation {
  /** for the controller's thread */
  readonly shared: Observing;
  /** where metrics are served; undefined: nowhere */
  readonly url: string | undefined;
  /** writes how the run has ended, and leaves; undefined where nothing was logged */
  end(end: RunEnd): Promise<LogReport | undefined>;
}

const STDERR = 2;
/** Seconds of events at 1 kHz, for a thread that was stopped. */
const RING_BYTES = 2 ** 20;
const PATIENCE_MS = 5000;
const LARGEST_PORT = 65_535;

export const levelOf = (text = 'info'): Level => {
  const level = levels.find((one) => one === text);
  if (level === undefined) throw new UsageError(`--log-level is one of ${levels.join(', ')}, not '${text}'`, 'leave it out for info');
  return level;
};

/** Memory for what a run has to say of itself; at 'error' it says numbers alone. */
export function createObserving(level: Level): Observing {
  const measures = new SharedArrayBuffer(MEASURE_BYTES);
  new Float64Array(measures).fill(Number.NaN, 0, HISTOGRAM);
  return { ring: createRing(RING_BYTES).buffer, measures, level };
}

/** Starts the thread of logs and metrics; undefined where neither is asked for. What becomes of it, the run goes on: `warn` hears of it. */
export async function startObservation(
  app: string,
  { log, logLevel, metrics }: ObserveFlags,
  warn: (line: string) => void,
): Promise<Observation | undefined> {
  if (log === undefined && metrics === undefined) {
    if (logLevel !== undefined) throw new UsageError('--log-level is of no use without --log', 'give --log FILE, or - for stderr');
    return undefined;
  }
  const shared = createObserving(log === undefined ? 'error' : levelOf(logLevel));
  const job: ObserverJob = {
    ...{ ...shared, app, log: log === '-' ? STDERR : log },
    metrics: metrics === undefined ? undefined : number('metrics', metrics, 0, LARGEST_PORT, true),
  };
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: job });
  let report: LogReport | undefined;
  let begun = false;
  let why = 'their thread was ended';
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const port = await new Promise<number | undefined>((resolve, reject) => {
    worker.on('message', (said: ObserverSaid) => {
      if (said.kind === 'started') {
        begun = true;
        resolve(said.port);
      } else if (said.kind === 'ended') report = said.log;
      else if (said.what === 'log')
        reject(new UsageError(`--log ${log} cannot be written: ${said.message}`, 'give a file in a folder that is there, or - for stderr'));
      else
        reject(
          new UsageError(
            `--metrics cannot listen at port ${metrics}: ${said.code === 'EADDRINUSE' ? 'another program does' : said.message}`,
            'give another port; 0 takes any that is free',
          ),
        );
    });
    worker.on('error', reject);
    worker.on('error', ({ message }) => {
      why = message;
    });
    worker.on('exit', () => {
      reject(new Error('the thread of logs and metrics has ended before it began'));
      if (begun && report === undefined) warn(`logs and metrics have ended, the run goes on: ${why}`);
    });
  });
  // From here on the run decides when the command ends.
  worker.unref();
  return {
    shared,
    url: port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`,
    async end(end) {
      worker.ref();
      worker.postMessage(end);
      const patience = setTimeout(() => void worker.terminate(), PATIENCE_MS);
      await gone;
      clearTimeout(patience);
      return log === undefined ? undefined : (report ?? { lines: 0, dropped: 0, fault: why });
    },
  };
}
