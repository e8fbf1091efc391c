/** Metrics: what is exposed of the numbers in shared memory, and to whom. */
import http from 'node:http';
import test from 'ava';
import { HISTOGRAM, latenessEdges, MEASURE_BYTES, measureKeys, writeLateness } from '../../../apps/observe/measures.ts';
import { createRegistry, serveMetrics } from '../../../apps/observe/metrics.ts';

function memory(values: Readonly<Record<string, number>>) {
  const buffer = new SharedArrayBuffer(MEASURE_BYTES);
  const shared = new Float64Array(buffer).fill(Number.NaN, 0, HISTOGRAM);
  for (const [key, value] of Object.entries(values)) shared[measureKeys.indexOf(key as never)] = value;
  return { buffer, shared };
}

test('numbers are exposed as they are at the moment, with type, help and unit; what a run has not is left out', async (t) => {
  const { buffer, shared } = memory({ ticks_total: 5, 'sensor_refused_samples_total.stuck': 2, 'board_state.lost': 1 });
  const register = createRegistry(buffer, 'app', () => 3);
  const first = await register.metrics();
  t.regex(first, /^# TYPE ganglion_ticks_total counter$/m);
  t.regex(first, /^ganglion_ticks_total\{app="app"\} 5$/m);
  t.regex(first, /^ganglion_sensor_refused_samples_total\{reason="stuck",app="app"\} 2$/m);
  t.regex(first, /^ganglion_board_state\{state="lost",app="app"\} 1$/m);
  t.regex(first, /^ganglion_log_events_dropped_total\{app="app"\} 3$/m);
  t.regex(first, /^process_resident_memory_bytes/m);
  t.notRegex(first, /^ganglion_score\{/m);
  t.notRegex(first, /^nodejs_/m);
  shared[measureKeys.indexOf('ticks_total')] = 6;
  t.regex(await register.metrics(), /^ganglion_ticks_total\{app="app"\} 6$/m);
  // Prometheus' conventions: counters end with _total, and no unit is abbreviated.
  for (const [, name, type] of first.matchAll(/^# TYPE (ganglion_\S+) (\S+)$/gm)) {
    t.is(name!.endsWith('_total'), type === 'counter', name);
    t.notRegex(name!, /_(us|ms|hz|s)(_|$)/);
  }
});

test('lateness is a cumulative histogram of seconds', async (t) => {
  const { buffer, shared } = memory({});
  writeLateness(shared, [
    [10, 3],
    [63, 2],
    [1007, 4],
    [2_000_000, 1],
  ]);
  const text = await createRegistry(buffer, 'app', () => 0).metrics();
  const buckets = [...text.matchAll(/^ganglion_tick_lateness_seconds_bucket\{le="(\S+)",app="app"\} (\d+)$/gm)].map(([, le, count]) => [
    le,
    Number(count),
  ]);
  t.deepEqual(
    buckets.map(([le]) => le),
    [...latenessEdges.map(String), '+Inf'],
  );
  const at = (le: number): unknown => buckets[latenessEdges.indexOf(le as never)]![1];
  t.deepEqual([at(5e-5), at(1e-4), at(1e-3), at(2.5e-3), at(1), buckets.at(-1)![1]], [3, 5, 5, 9, 9, 10]);
  const sum = Number(/^ganglion_tick_lateness_seconds_sum\{app="app"\} (\S+)$/m.exec(text)![1]);
  t.true(Math.abs(sum / (3e-5 + 2 * 62e-6 + 4 * 0.99e-3 + 1.97) - 1) < 0.03, `${sum}`);
  t.regex(text, /^ganglion_tick_lateness_seconds_count\{app="app"\} 10$/m);
});

const ask = (port: number, options: http.RequestOptions) =>
  new Promise<number>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    request.on('error', reject);
    request.end();
  });

test('they are served at their place to this machine alone, and to no page of another origin', async (t) => {
  const server = await serveMetrics(
    createRegistry(memory({}).buffer, 'app', () => 0),
    0,
  );
  const { port } = server;
  t.is(await ask(port, { path: '/metrics' }), 200);
  t.is(await ask(port, { path: '/metrics', headers: { host: `localhost:${port}` } }), 200);
  t.is(await ask(port, { path: '/metrics', headers: { host: 'evil.example' } }), 400);
  t.is(await ask(port, { path: '/metrics', headers: { host: `evil.example:${port}` } }), 400);
  t.is(await ask(port, { path: '/metrics', headers: { origin: 'http://evil.example' } }), 403);
  t.is(await ask(port, { path: '/' }), 404);
  t.is(await ask(port, { path: '/metrics', method: 'POST' }), 405);
  await server.close();
});
