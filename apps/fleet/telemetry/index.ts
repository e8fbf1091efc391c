import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createControls } from '../../../runtime/index.ts';
import { number } from '../../cli/numbers.ts';
import { UsageError } from '../../cli/usage.ts';
import { createObserving } from '../../observe/index.ts';
import type { Observing } from '../../observe/job.ts';
import type { TelemetryEnd, TelemetryJob, TelemetryReport, TelemetrySaid } from './job.ts';
import { intervals, isDeviceName } from './messages.ts';
import { parseTelemetry } from './place.ts';

export interface TelemetryFlags {
  readonly telemetry?: string;
  readonly telemetryEvery?: string;
  readonly device?: string;
  readonly spool?: string;
  readonly spoolSize?: string;
}

export interface RunTelemetry {
  /** for the controller's thread: the controls by which commands act, and the memory that is read */
  readonly controls: SharedArrayBuffer;
  readonly observed: Observing;
  /** says how the run has ended, and leaves */
  end(end: TelemetryEnd): Promise<TelemetryReport | undefined>;
}

const MB = 2 ** 20;
const MOST_MB = 4096;
/** Longer than the thread itself waits for a broker. */
const PATIENCE_MS = 8000;

/** What this machine is called, in the letters that a name may have. */
const ownName = (): string =>
  hostname()
    .split('.')[0]!
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64) || 'device';

/** Where states of programs lie. */
const stateFolder = (): string => process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');

function jobOf(
  app: string,
  flags: TelemetryFlags & { readonly telemetry: string },
): Omit<TelemetryJob, 'controls' | 'measures' | 'recorded'> {
  const { telemetry, telemetryEvery = String(intervals.usual / 1000), device = ownName(), spool, spoolSize = '16' } = flags;
  if (!isDeviceName(device)) throw new UsageError(`--device ${device} cannot be a name`, 'give it 1 to 64 letters, digits, _ or -');
  return {
    app,
    device,
    place: parseTelemetry(telemetry, process.env),
    intervalMs: 1000 * number('telemetry-every', telemetryEvery, intervals.least / 1000, intervals.most / 1000, false),
    spool: {
      folder: spool ?? join(stateFolder(), 'ganglion', 'spool', device),
      bytes: MB * number('spool-size', spoolSize, 1, MOST_MB, false),
    },
  };
}

/** Starts the thread of telemetry; undefined where it is not asked for. It does not wait for a broker: without one messages are spooled, and `say` hears of it. */
export async function startTelemetry(
  app: string,
  flags: TelemetryFlags,
  run: {
    /** memory of logs and metrics, where they are asked for */
    readonly observed: Observing | undefined;
    readonly recorded: boolean;
    readonly stop: () => void;
    readonly say: (line: string) => void;
  },
): Promise<RunTelemetry | undefined> {
  const { telemetry } = flags;
  if (telemetry === undefined) {
    for (const [flag, value] of Object.entries({
      '--telemetry-every': flags.telemetryEvery,
      '--device': flags.device,
      '--spool': flags.spool,
      '--spool-size': flags.spoolSize,
    }))
      if (value !== undefined) throw new UsageError(`${flag} is of no use without --telemetry`, 'give --telemetry URL, or leave it out');
    return undefined;
  }
  const { observed = createObserving('error'), recorded, stop, say } = run;
  const controls = createControls().buffer;
  const job: TelemetryJob = { ...jobOf(app, { ...flags, telemetry }), controls, measures: observed.measures, recorded };
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: job });
  let report: TelemetryReport | undefined;
  let begun = false;
  let why = 'its thread was ended';
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (said: TelemetrySaid) => {
      if (said.kind === 'started') {
        begun = true;
        resolve();
      } else if (said.kind === 'failed') reject(new UsageError(`telemetry cannot begin: ${said.message}`, said.remedy));
      else if (said.kind === 'warn') say(`telemetry: ${said.text}; the run goes on`);
      else if (said.kind === 'stop') stop();
      else report = said.report;
    });
    worker.on('error', (error) => {
      why = error.message;
      reject(error);
    });
    worker.on('exit', () => {
      reject(new Error('the thread of telemetry has ended before it began'));
      if (begun && report === undefined) say(`telemetry has ended, the run goes on: ${why}`);
    });
  });
  // From here on the run decides when the command ends.
  worker.unref();
  return {
    controls,
    observed,
    async end(end) {
      worker.ref();
      worker.postMessage(end);
      const patience = setTimeout(() => void worker.terminate(), PATIENCE_MS);
      await gone;
      clearTimeout(patience);
      return report;
    },
  };
}
