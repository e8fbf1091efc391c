/** Who listens to a fleet: what it has heard, by device and kind; as a process of its own (`telemetry-ear.js PORT`) it also sends commands, and tells sums. */
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';

export interface Heard {
  readonly device: string;
  readonly kind: string;
  readonly retained: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Ear {
  readonly client: MqttClient;
  readonly heard: readonly Heard[];
  of(device: string, kind: string): Heard[];
  command(device: string, command: object): Promise<unknown>;
  end(): Promise<void>;
}

/** Listens to every device; it comes back by itself when the broker does. */
export async function listen(port: number, options: { readonly username?: string; readonly password?: string } = {}): Promise<Ear> {
  const heard: Heard[] = [];
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    protocolVersion: 4,
    reconnectPeriod: 50,
    clean: false,
    clientId: `ear-${process.pid}-${port}-${Math.round(performance.now())}`,
    ...options,
  });
  client.on('error', () => undefined);
  client.on('message', (topic, payload, { retain }) => {
    const [, , device = '', kind = ''] = topic.split('/');
    if (kind !== 'command') heard.push({ device, kind, retained: retain, body: JSON.parse(payload.toString()) });
  });
  await client.subscribeAsync('ganglion/v1/+/+', { qos: 1 });
  return {
    client,
    heard,
    of: (device, kind) => heard.filter((one) => one.device === device && one.kind === kind),
    command: (device, command) => client.publishAsync(`ganglion/v1/${device}/command`, JSON.stringify(command), { qos: 1 }),
    end: () => client.endAsync(true),
  };
}

/** Sums over a fleet, from what was heard. */
export interface Sums {
  /** statuses and messages of telemetry, each counted once */
  readonly statuses: number;
  readonly telemetry: number;
  /** numbers that are missing before the last one that was heard, and those that came out of order */
  readonly statusesMissing: number;
  readonly telemetryMissing: number;
  readonly disordered: number;
  readonly repeated: number;
  readonly devices: number;
  readonly ended: number;
  readonly acks: number;
}

export function sumsOf(heard: readonly Heard[]): Sums {
  const sums = { statuses: 0, telemetry: 0, statusesMissing: 0, telemetryMissing: 0, disordered: 0, repeated: 0, acks: 0 };
  const [last, seen, states] = [new Map<string, number>(), new Map<string, Set<number>>(), new Map<string, string>()];
  for (const { device, kind, body } of heard) {
    if (kind === 'ack') sums.acks++;
    if (kind === 'status') states.set(device, String(body['state']));
    if (body['sequence'] === undefined) continue;
    const key = `${device} ${kind} ${body['session']}`;
    const sequence = body['sequence'] as number;
    const numbers = seen.get(key) ?? new Set();
    seen.set(key, numbers);
    if (numbers.has(sequence)) sums.repeated++;
    else if (sequence < (last.get(key) ?? -1)) sums.disordered++;
    if (!numbers.has(sequence)) sums[kind === 'status' ? 'statuses' : 'telemetry']++;
    numbers.add(sequence);
    last.set(key, Math.max(sequence, last.get(key) ?? -1));
  }
  for (const [key, numbers] of seen) {
    const missing = last.get(key)! + 1 - numbers.size;
    if (key.includes(' status ')) sums.statusesMissing += missing;
    else sums.telemetryMissing += missing;
  }
  return { ...sums, devices: states.size, ended: [...states.values()].filter((state) => state === 'ended').length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, count, every] = process.argv.slice(2).map(Number) as [number, number, number];
  const ear = await listen(port);
  let [round, asked] = [0, 0];
  // Each command changes what a status says, so that there are many of them.
  const commanding = setInterval(() => {
    round++;
    for (let k = round % 10; k < count; k += 10, asked++)
      void ear.command(`d${k}`, { id: `c${round}`, command: 'interval', ms: round % 20 < 10 ? 1000 : 1001 }).catch(() => undefined);
  }, every);
  process.on('message', (said: 'quiet' | 'sums') => {
    if (said === 'quiet') clearInterval(commanding);
    else process.send!({ ...sumsOf(ear.heard), asked });
  });
  process.send!('ready');
}
