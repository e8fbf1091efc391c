/**
 * Simulated devices in a process of their own: `telemetry-fleet.js PORT COUNT INTERVAL_MS FOLDER`. Each is the product's own device, with a spool of its own and numbers that count up. Told
 * 'end' they say goodbye; then, and when asked 'how', it tells the report of each.
 */
import { join } from 'node:path';
import { startDevice } from '../../apps/fleet/telemetry/device.ts';
import { connectMqttLink } from '../../apps/fleet/telemetry/mqtt.ts';
import { openSpool } from '../../apps/fleet/telemetry/spool.ts';
import { HISTOGRAM, MEASURE_BYTES } from '../../apps/observe/measures.ts';
import { createControls } from '../../runtime/index.ts';

const [port, count, intervalMs] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const folder = process.argv[5]!;
const SPOOL_BYTES = 2 ** 18;
/** So many begin in a turn: a fleet is not switched on in one moment. */
const BATCH = 20;

const connect = connectMqttLink({ host: '127.0.0.1', port, username: undefined, password: undefined, tls: undefined });
const measures = new Float64Array(MEASURE_BYTES / 8).fill(Number.NaN, 5, HISTOGRAM);
const start = (k: number) =>
  startDevice({
    ...{ app: 'simulated', device: `d${k}`, connect, spool: openSpool(join(folder, `d${k}`), SPOOL_BYTES), controls: createControls() },
    ...{ measures, recorded: false, intervalMs, stop: () => undefined, warn: () => undefined },
  });
const devices: ReturnType<typeof start>[] = [];
while (devices.length < count) {
  for (let k = 0; k < BATCH && devices.length < count; k++) devices.push(start(devices.length));
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const ticking = setInterval(() => measures.fill(measures[0]! + 100, 0, 5), 100);

process.on('message', async (said: 'how' | 'end') => {
  if (said === 'how') process.send!(devices.map((device) => device.report()));
  else {
    clearInterval(ticking);
    process.send!(await Promise.all(devices.map((device) => device.end('ended', 0, 20_000))), () => process.exit());
  }
});
process.send!('ready');
