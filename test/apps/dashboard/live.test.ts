/** The live view for Foxglove and Lichtblick, heard by the protocol's own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import ws, { type Channel, type ServerInfo } from '@foxglove/ws-protocol';
import test, { type ExecutionContext } from 'ava';
import WebSocket from 'ws';
import { subprotocols } from '../../../apps/dashboard/foxglove.ts';
import { type LiveServer, serveLive } from '../../../apps/dashboard/live.ts';
import type { Settings } from '../../../apps/dashboard/parameters.ts';
import { decodeMessage } from '../../../drivers/recording/index.ts';
import { main } from '../command.ts';

const { FoxgloveClient } = ws;
const TOKEN = 'secret';

interface Open {
  readonly server: LiveServer;
  readonly settings: Settings;
  readonly asked: [string, unknown][];
}

async function open(t: ExecutionContext, always = false): Promise<Open> {
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = { learning: true, paused: false, factor: 1 };
  const asked: [string, unknown][] = [];
  const server = await serveLive({
    app: 'test',
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    always,
    settings: () => settings,
    set(name, value) {
      asked.push([name, value]);
      if (name === 'factor') return false;
      settings[name] = value;
      return true;
    },
  });
  t.teardown(() => server.end(true, 'over'));
  return { server, settings, asked };
}

/** What servers have said to a socket since it was made, text alone. */
const heard = new WeakMap<WebSocket, Record<string, unknown>[]>();

/** A socket that is open, or the status with which it was refused. */
function socketTo(port: number, protocol: string | string[] = [...subprotocols], headers: Record<string, string> = {}, path = '/') {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, { headers });
  const said: Record<string, unknown>[] = [];
  heard.set(socket, said);
  socket.on('message', (data, isBinary) => {
    if (!isBinary) said.push(JSON.parse(String(data)) as Record<string, unknown>);
  });
  socket.on('error', () => undefined);
  return new Promise<WebSocket | number>((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode!);
      socket.terminate();
    });
  });
}

/** The next message of a kind. */
function listening(socket: WebSocket) {
  const said = heard.get(socket)!;
  return async (op: string): Promise<Record<string, unknown>> => {
    for (let k = 0; k < 500; k++) {
      const at = said.findIndex((message) => message['op'] === op);
      if (at !== -1) return said.splice(at, 1)[0]!;
      await sleep(10);
    }
    throw new Error(`no ${op} came`);
  };
}

test('either name of the sub-protocol is answered with itself, and nothing else is', async (t) => {
  const { server } = await open(t);
  for (const name of subprotocols) {
    const socket = (await socketTo(server.port, ['of-another-kind', name])) as WebSocket;
    t.is(socket.protocol, name);
    socket.close();
  }
  t.is(await socketTo(server.port, 'of-another-kind'), 400);
  t.is(server.counts().refused, 1);
});

test('pages of strangers, wrong hosts and wrong tokens are refused and counted; known viewers and who has the token are not', async (t) => {
  const { server } = await open(t);
  const { port } = server;
  t.is(await socketTo(port, undefined, { origin: 'https://evil.example' }), 403);
  t.is(await socketTo(port, undefined, { origin: 'https://evil.example' }, '/?token=guess'), 403);
  t.is(await socketTo(port, undefined, { host: 'evil.example' }), 400);
  t.is(server.counts().refused, 3);
  for (const [headers, path] of [
    [{ origin: 'https://app.foxglove.dev' }, '/'],
    [{ origin: 'file://' }, '/'],
    [{ origin: 'http://localhost:8080' }, `/?token=${TOKEN}`],
    [{}, '/'],
  ] as const) {
    const socket = await socketTo(port, undefined, headers, path);
    t.not(typeof socket, 'number', JSON.stringify(headers));
    (socket as WebSocket).close();
  }
  const { server: guarded } = await open(t, true);
  t.is(await socketTo(guarded.port), 401);
  t.is(await socketTo(guarded.port, undefined, { origin: 'https://app.foxglove.dev' }), 401);
  const told = await socketTo(guarded.port, undefined, {}, `/?token=${TOKEN}`);
  t.not(typeof told, 'number');
});

test('what is no JSON ends the connection; what is unknown or does not fit is answered, and changes nothing', async (t) => {
  const { server, settings, asked } = await open(t);
  const broken = (await socketTo(server.port)) as WebSocket;
  broken.send('{');
  const [code] = await once(broken, 'close');
  t.is(code, 1008);
  const viewer = (await socketTo(server.port)) as WebSocket;
  const next = listening(viewer);
  const say = (message: unknown): void => viewer.send(JSON.stringify(message));
  await next('serverInfo');
  const answers: [unknown, RegExp][] = [
    [{ op: 'fetchAsset', uri: 'package://x' }, /does not know that message/],
    [{ op: 'subscribe', subscriptions: [{ id: 1, channelId: 99 }] }, /no channel 99/],
    [{ op: 'subscribe', subscriptions: [{ id: -1, channelId: 1 }] }, /does not know that message: subscriptions\.0\.id/],
    [{ op: 'setParameters', parameters: [{ name: '/learning', value: 3 }] }, /\/learning takes true or false, got 3/],
    [{ op: 'setParameters', parameters: [{ name: '/learning/rate_factor', value: 'x' }] }, /takes a number from 0 to 1000/],
    [{ op: 'setParameters', parameters: [{ name: '/learning/rate_factor', value: 2 }] }, /cannot be changed in this run/],
    [{ op: 'setParameters', parameters: [{ name: 'constructor', value: 1 }] }, /no parameter 'constructor'/],
  ];
  for (const [message, answer] of answers) {
    say(message);
    t.regex(String((await next('status'))['message']), answer);
  }
  t.deepEqual(asked, [['factor', 2]]);
  t.deepEqual(settings, { learning: true, paused: false, factor: 1 });
  t.is(server.counts().malformed, 3);
  viewer.send('x'.repeat(2 ** 17));
  await once(viewer, 'close');
  t.is(server.counts().malformed, 4, 'too long');
});

test('parameters are read, set and watched', async (t) => {
  const { server, settings, asked } = await open(t);
  const viewer = (await socketTo(server.port)) as WebSocket;
  const next = listening(viewer);
  const say = (message: unknown): void => viewer.send(JSON.stringify(message));
  say({ op: 'getParameters', parameterNames: [], id: 'all' });
  const all = await next('parameterValues');
  t.deepEqual(all, {
    op: 'parameterValues',
    parameters: [
      { name: '/learning', value: true },
      { name: '/paused', value: false },
      { name: '/learning/rate_factor', value: 1, type: 'float64' },
    ],
    id: 'all',
  });
  say({ op: 'subscribeParameterUpdates', parameterNames: ['/learning'] });
  say({ op: 'setParameters', parameters: [{ name: '/learning', value: false }], id: 'set' });
  t.deepEqual((await next('parameterValues'))['parameters'], [{ name: '/learning', value: false }]);
  t.deepEqual(asked, [['learning', false]]);
  server.beat();
  t.deepEqual(await next('parameterValues'), { op: 'parameterValues', parameters: [{ name: '/learning', value: false }] });
  say({ op: 'unsubscribeParameterUpdates', parameterNames: [] });
  say({ op: 'getParameters', parameterNames: [], id: 'behind it' });
  await next('parameterValues');
  Object.assign(settings, { learning: true });
  server.beat();
  say({ op: 'getParameters', parameterNames: ['/paused'], id: 'last' });
  t.is((await next('parameterValues'))['id'], 'last', 'nothing is told any more');
});

test('a run shows the channels of a recording as it goes, to the client of the protocol, and learns or not as a viewer says', async (t) => {
  const child = spawn(process.execPath, [main, ...'run cartpole --speed 50 --episodes 100000 --foxglove 0 --json'.split(' ')]);
  t.teardown(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const match = /foxglove: (\S+)/.exec(err);
      if (match !== null) resolve(match[1]!);
    });
    child.once('exit', () => reject(new Error(err)));
  });
  const client = new FoxgloveClient({ ws: new WebSocket(url, [FoxgloveClient.SUPPORTED_SUBPROTOCOL]) as never });
  const channels = new Map<string, Channel>();
  client.on('advertise', (some) => {
    for (const channel of some) channels.set(channel.topic, channel);
  });
  const info = await new Promise<ServerInfo>((resolve) => client.on('serverInfo', resolve));
  t.is(info.name, 'ganglion cartpole');
  const until = async (what: string, done: () => boolean): Promise<void> => {
    for (let k = 0; k < 3000 && !done(); k++) await sleep(10);
    t.true(done(), `${what}; channels ${[...channels.keys()].join(', ')}`);
  };
  await until('channels', () => channels.has('/loop') && channels.has('/spikes/lif') && channels.has('/series/return'));
  const subscribed = new Map<number, string>();
  for (const topic of ['/loop', '/spikes/lif', '/series/return']) subscribed.set(client.subscribe(channels.get(topic)!.id), topic);
  const found: { topic: string; timestamp: bigint; fields: ReturnType<typeof decodeMessage> }[] = [];
  let [learning, now] = [undefined as unknown, 0n];
  client.on('message', ({ subscriptionId, timestamp, data }) => {
    const topic = subscribed.get(subscriptionId)!;
    const name = channels.get(topic)!.schemaName.replace('neuro.', '') as Parameters<typeof decodeMessage>[0];
    found.push({ topic, timestamp, fields: decodeMessage(name, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) });
  });
  client.on('time', ({ timestamp }) => {
    now = timestamp;
  });
  client.on('parameterValues', ({ parameters }) => {
    for (const { name, value } of parameters) if (name === '/learning') learning = value;
  });
  client.subscribeParameterUpdates(['/learning']);
  await until('messages', () => [...subscribed.values()].every((topic) => found.some((one) => one.topic === topic)) && now > 0n);
  const loop = found.filter(({ topic }) => topic === '/loop');
  t.true(loop.every(({ fields }, k) => k === 0 || (fields['tick'] as number) > (loop[k - 1]!.fields['tick'] as number)));
  // The time of a message is that of its tick, on the clock of the network.
  const [first, last] = [loop[0]!, loop.at(-1)!];
  const ms = Number(last.timestamp - first.timestamp) / 1e6;
  const ticks = (last.fields['tick'] as number) - (first.fields['tick'] as number);
  t.true(ticks > 0 && ms / ticks > 0.5, `${ms} ms in ${ticks} ticks`);
  const spikes = found.find(({ topic, fields }) => topic === '/spikes/lif' && (fields['ids'] as ArrayLike<number>).length > 0);
  t.not(spikes, undefined, 'neurons spiked');
  t.true(
    found.some(({ topic, fields }) => topic === '/loop' && fields['learning'] === true),
    'it learned before',
  );
  client.setParameters([{ name: '/learning', value: false }]);
  await until('learning is off', () => learning === false);
  const learns = (): unknown => found.findLast(({ topic }) => topic === '/loop')!.fields['learning'];
  await until('the network says so too', () => learns() === false);
  client.unsubscribe([...subscribed.keys()][1]!);
  child.kill('SIGINT');
  const [status] = await once(child, 'close');
  t.is(status, 130, err);
  t.true((JSON.parse(out) as { ticks: number }).ticks > 0);
});
