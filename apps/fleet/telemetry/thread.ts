/** The thread of telemetry: what broker and disk take their time for. */
import { parentPort, workerData } from 'node:worker_threads';
import { ControllerError, createControls } from '../../../runtime/index.ts';
import { startDevice } from './device.ts';
import type { TelemetryEnd, TelemetryJob, TelemetrySaid } from './job.ts';
import type { Connect } from './link.ts';
import { openSpool } from './spool.ts';

/** For what waits at the end, where a broker is there. */
const FAREWELL_MS = 2000;

const { app, device, place, intervalMs, spool, controls, measures, recorded } = workerData as TelemetryJob;
const command = parentPort!;
const say = (said: TelemetrySaid): void => command.postMessage(said);
const warn = (text: string): void => say({ kind: 'warn', text });

const connectTo = async (): Promise<Connect> =>
  place.kind === 'mqtt'
    ? (await import('./mqtt.ts')).connectMqttLink(place.mqtt)
    : (await import('./nats.ts')).connectNatsLink(place.url, warn);

try {
  const running = startDevice({
    ...{ app, device, intervalMs, recorded, warn },
    connect: await connectTo(),
    spool: openSpool(spool.folder, spool.bytes),
    controls: createControls(controls),
    measures: new Float64Array(measures),
    stop: () => say({ kind: 'stop' }),
  });
  command.on('message', async ({ state, tick }: TelemetryEnd) => {
    say({ kind: 'ended', report: await running.end(state, tick, FAREWELL_MS) });
    command.close();
  });
  say({ kind: 'started' });
} catch (error) {
  const { message } = error as Error;
  say({ kind: 'failed', message, remedy: error instanceof ControllerError ? error.remedy : 'give a --spool that can be written to' });
  command.close();
}
