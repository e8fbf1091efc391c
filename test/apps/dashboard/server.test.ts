import { once } from 'node:events';
import { request } from 'node:http';
import test from 'ava';
import WebSocket from 'ws';
import type { FromPage } from '../../../apps/dashboard/protocol.ts';
import { type DashboardServer, serve } from '../../../apps/dashboard/server.ts';

interface Open {
  readonly server: DashboardServer;
  readonly heard: FromPage[];
}

async function open(token?: string): Promise<Open> {
  const heard: FromPage[] = [];
  const server = await serve({
    host: '127.0.0.1',
    port: 0,
    token,
    greet: () => [{ kind: 'waiting', app: 'test' }],
    onMessage: (message) => heard.push(message),
  });
  return { server, heard };
}

const get = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });

async function socketTo(port: number, options: WebSocket.ClientOptions = {}, path = '/live'): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode!);
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
}

test('the page and what it needs are there, with headers that keep others out; nothing else is', async (t) => {
  const { server } = await open();
  const { port } = server;
  const page = await get(port, '/');
  t.is(page.status, 200);
  t.regex(page.body, /<title>ganglion<\/title>/);
  t.regex(String(page.headers['content-security-policy']), /default-src 'none'/);
  t.is(page.headers['set-cookie'], undefined);
  for (const [, path] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) t.is((await get(port, path!)).status, 200, path);
  const script = (await get(port, '/page/main.js')).body;
  for (const [, path] of script.matchAll(/from '\.(\.?\/[^']+)'/g))
    t.is((await get(port, path!.startsWith('./') ? path!.slice(1) : `/page${path}`)).status, 200, path);
  for (const path of ['/../package.json', '/page/../../index.js', '/page/', '/etc/passwd', '/%2e%2e/x', '/page/main.js.map'])
    t.is((await get(port, path)).status, 404, path);
  t.is((await get(port, '/', {}, 'POST')).status, 405);
  await server.close();
});

test('a foreign host, a foreign origin and a missing token are refused and counted, page and socket alike', async (t) => {
  const { server } = await open();
  const { port } = server;
  t.is((await get(port, '/', { Host: `evil.example:${port}` })).status, 400);
  t.is((await get(port, '/', { Host: `127.0.0.1:${port + 1}` })).status, 400);
  t.is((await get(port, '/', { Origin: 'http://evil.example' })).status, 403);
  t.is(await socketTo(port, { origin: 'http://evil.example' }), 403);
  t.is(await socketTo(port, { origin: 'null' }), 403);
  t.is(await socketTo(port, { headers: { Host: 'evil.example' } }), 400);
  t.is(await socketTo(port, {}, '/elsewhere'), 400);
  t.is(server.counts().refused, 6);
  const own = await socketTo(port, { origin: `http://127.0.0.1:${port}` });
  t.true(own instanceof WebSocket, 'negative control: our own page comes in');
  t.is(server.counts().pages, 1);
  await server.close();

  const secret = await open('0123456789abcdef');
  const at = secret.server.port;
  t.is((await get(at, '/')).status, 401);
  t.is((await get(at, '/?token=wrong')).status, 401);
  t.is((await get(at, '/style.css')).status, 401);
  t.is(await socketTo(at), 401);
  const shown = await get(at, '/?token=0123456789abcdef');
  t.is(shown.status, 200);
  const cookie = String(shown.headers['set-cookie']);
  t.regex(cookie, /HttpOnly; SameSite=Strict/);
  t.is((await get(at, '/style.css', { Cookie: cookie.split(';')[0]! })).status, 200);
  t.true((await socketTo(at, {}, '/live?token=0123456789abcdef')) instanceof WebSocket);
  await secret.server.close();
});

test('a message that is malformed, oversized or unknown closes its page and does nothing else', async (t) => {
  const { server, heard } = await open();
  const bad = [
    'no json',
    '{"kind":"explode"}',
    '{"kind":"pause"}',
    '{"kind":"pause","on":true,"more":1}',
    '{"kind":"rate","factor":1e999}',
    '{"kind":"rate","factor":-1}',
    '{"kind":"choose","neurons":[0,1,2,3,4]}',
    `{"kind":"pause","on":true${' '.repeat(5000)}}`,
    Buffer.from([1, 2, 3]),
    'null',
    '[]',
  ];
  for (const [k, message] of bad.entries()) {
    const socket = (await socketTo(server.port)) as WebSocket;
    socket.send(message);
    const [code] = (await once(socket, 'close')) as [number];
    t.true(code === 1008 || code === 1009, `${code} for ${String(message).slice(0, 40)}`);
    t.is(server.counts().malformed, k + 1);
  }
  t.deepEqual(heard, []);
  const good = (await socketTo(server.port)) as WebSocket;
  good.send('{"kind":"pause","on":true}');
  good.send('{"kind":"choose","neurons":[7]}');
  while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  t.deepEqual(heard, [
    { kind: 'pause', on: true },
    { kind: 'choose', neurons: [7] },
  ]);
  await server.close();
});

test('a page that does not read goes without; the memory that waits for it is bounded, and others get everything', async (t) => {
  const { server } = await open();
  const [stalled, reading] = [(await socketTo(server.port)) as WebSocket, (await socketTo(server.port)) as WebSocket];
  (stalled as unknown as { _socket: { pause(): void } })._socket.pause();
  let read = 0;
  reading.on('message', (_, isBinary) => {
    if (isBinary) read++;
  });
  const picture = new Uint8Array(64 * 1024);
  let [sent, inRow] = [0, 0];
  // Once its buffers and the system's are full, nothing more is kept for it: every picture is left out.
  while (inRow < 100 && sent < 2000) {
    const before = server.counts().skipped;
    server.send(picture);
    sent++;
    inRow = server.counts().skipped > before ? inRow + 1 : 0;
    // As the clock of the pictures leaves time between them.
    while (read < sent) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  t.is(inRow, 100, `${server.counts().skipped} of ${sent} pictures were left out`);
  t.is(read, sent);
  stalled.terminate();
  await server.close();
});

test('no more than sixteen pages at a time', async (t) => {
  const { server } = await open();
  for (let k = 0; k < 16; k++) t.true((await socketTo(server.port)) instanceof WebSocket);
  t.is(await socketTo(server.port), 403);
  await server.close();
});
