import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createGate, hostsOf } from '../dashboard/gate.ts';
import { limits, listen } from '../dashboard/web.ts';
import { HISTOGRAM, latenessEdges, measureKeys, measures } from './measures.ts';

const PREFIX = 'ganglion_';
const HOST = '127.0.0.1';

/** A registry whose numbers are read from shared memory when they are asked for. */
export function createRegistry(memory: SharedArrayBuffer, app: string, dropped: () => number): Registry {
  const register = new Registry();
  register.setDefaultLabels({ app });
  const shared = new Float64Array(memory);
  const families = new Map<string, number[]>();
  for (const [at, key] of measureKeys.entries()) families.set(key.split('.')[0]!, [...(families.get(key.split('.')[0]!) ?? []), at]);
  for (const [name, places] of families) {
    const { type, help } = measures[measureKeys[places[0]!]!];
    const labelsOf = (at: number): Readonly<Record<string, string>> => {
      const measure = measures[measureKeys[at]!];
      return 'labels' in measure ? measure.labels! : {};
    };
    const options = { name: `${PREFIX}${name}`, help, labelNames: Object.keys(labelsOf(places[0]!)), registers: [register] };
    // A metric without labels is 0 where nothing is said of it.
    const single = options.labelNames.length === 0;
    const there = (): readonly number[] => places.filter((at) => !Number.isNaN(shared[at]!));
    if (type === 'counter')
      new Counter({
        ...options,
        collect() {
          this.reset();
          if (single && there().length === 0) this.remove();
          for (const at of there()) this.inc(labelsOf(at), shared[at]!);
        },
      });
    else
      new Gauge({
        ...options,
        collect() {
          this.reset();
          if (single && there().length === 0) this.remove();
          for (const at of there()) this.set(labelsOf(at), shared[at]!);
        },
      });
  }
  new Counter({
    name: `${PREFIX}log_events_dropped_total`,
    help: 'Events that are missing in the log',
    registers: [register],
    collect() {
      this.reset();
      this.inc(dropped());
    },
  });
  lateness(register, shared);
  collectDefaultMetrics({ register });
  // Those of Node are of the thread that serves, and say nothing about the loop.
  for (const { name } of register.getMetricsAsArray()) if (name.startsWith('nodejs_')) register.removeSingleMetric(name);
  return register;
}

/** The clock counts by itself, in finer buckets: no observation is made here. */
function lateness(register: Registry, shared: Float64Array): void {
  const name = `${PREFIX}tick_lateness_seconds`;
  const help = 'Time from the deadline of a frame to its beginning; the sum is within 3 %';
  const histogram = new Histogram({ name, help, buckets: [...latenessEdges], registers: [register] });
  const at = (k: number): number => shared[HISTOGRAM + k]!;
  const buckets = () => [
    ...latenessEdges.map((le, k) => ({ le: String(le), value: at(k) })),
    { le: '+Inf', value: at(latenessEdges.length) },
  ];
  // The registry asks for its text by a method that the types do not have.
  const asked = histogram as unknown as { getForPromString(): Promise<object> };
  const given = asked.getForPromString.bind(histogram);
  asked.getForPromString = async () => ({
    ...(await given()),
    values: [
      ...buckets().map(({ le, value }) => ({ value, labels: { le }, metricName: `${name}_bucket` })),
      { value: at(latenessEdges.length + 1), labels: {}, metricName: `${name}_sum` },
      { value: at(latenessEdges.length), labels: {}, metricName: `${name}_count` },
    ],
  });
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a registry to this machine alone, at /metrics; rejects as `listen` fails. */
export async function serveMetrics(register: Registry, port: number): Promise<MetricsServer> {
  const server = createServer(limits, async (request, response) => {
    const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
    const refusal = gate.refuse(request);
    if (refusal !== undefined) return void response.writeHead(refusal.status, plain).end(`${refusal.why}\n`);
    if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404, plain).end('metrics are at /metrics\n');
    if (request.method !== 'GET') return void response.writeHead(405, plain).end('GET is all there is\n');
    try {
      const text = await register.metrics();
      response.writeHead(200, { ...plain, 'Content-Type': register.contentType }).end(text);
    } catch (error) {
      response.writeHead(500, plain).end(`${(error as Error).message}\n`);
    }
  });
  const bound = await listen(server, HOST, port);
  const gate = createGate(() => hostsOf(HOST, bound), undefined);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
