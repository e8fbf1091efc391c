/** The thread of logs and metrics: what disk, pipe and network take their time for. */
import { parentPort, workerData } from 'node:worker_threads';
import { openRing } from '../../runtime/index.ts';
import { lineOf } from './events.ts';
import type { ObserverJob, ObserverSaid, RunEnd } from './job.ts';
import { type LogSink, openLog } from './log.ts';
import { createRegistry, type MetricsServer, serveMetrics } from './metrics.ts';

/** From one look into the ring to the next. */
const DRAIN_MS = 20;
/** For what is left at the end, where nobody reads. */
const FAREWELL_MS = 1000;

const { app, log, metrics, ring: buffer, measures } = workerData as ObserverJob;
const command = parentPort!;
const say = (said: ObserverSaid): void => command.postMessage(said);
const ring = openRing(buffer);

let what: 'log' | 'metrics' = 'log';
let sink: LogSink | undefined;
let server: MetricsServer | undefined;
try {
  if (log !== undefined) sink = await openLog(app, log);
  what = 'metrics';
  if (metrics !== undefined)
    server = await serveMetrics(
      createRegistry(measures, app, () => ring.counts().dropped),
      metrics,
    );
  const drain = (): void => {
    ring.drain((kind, bytes) => sink?.write(lineOf(kind, bytes)));
  };
  const timer = setInterval(drain, DRAIN_MS);
  command.on('message', async ({ event, level, message, fields }: RunEnd) => {
    clearInterval(timer);
    drain();
    sink?.lost(ring.counts().dropped);
    sink?.write({ event, level, message, fields, time: Date.now() });
    const report = (await sink?.end(FAREWELL_MS)) ?? { lines: 0, dropped: 0, fault: null };
    await server?.close();
    say({ kind: 'ended', log: report });
    command.close();
  });
  say({ kind: 'started', port: server?.port });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  say({ kind: 'failed', what, code, message });
  command.close();
}
