import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { pageFiles } from './files.ts';
import { cookieOf, createGate, hostsOf } from './gate.ts';
import { type FromPage, PROBES, type ToPage } from './protocol.ts';
import { leave, limits, listen, refuseUpgrade } from './web.ts';

/** Bytes of a message of a page, at most; what people do fits many times over. */
const MOST_BYTES = 4096;
/** Bytes that may wait for a page that does not read; more is left out for it. */
const MOST_WAITING = 2 ** 18;
/** Pages at a time. */
const MOST_PAGES = 16;
/** Close code of WebSockets for a message against the rules. */
const POLICY = 1008;

const index = z.int().nonnegative();
const fromPage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pause'), on: z.boolean() }),
  z.strictObject({ kind: z.literal('learn'), on: z.boolean() }),
  z.strictObject({ kind: z.literal('rate'), factor: z.number().min(0).max(1000) }),
  z.strictObject({ kind: z.literal('label'), index: index.max(65_535) }),
  z.strictObject({ kind: z.literal('reward'), value: z.number().min(-1e6).max(1e6) }),
  z.strictObject({ kind: z.literal('checkpoint') }),
  z.strictObject({ kind: z.literal('stop') }),
  z.strictObject({ kind: z.literal('choose'), neurons: z.array(index.max(16_777_215)).max(PROBES) }),
  z.strictObject({ kind: z.literal('weights'), projection: index.max(255) }),
]);

/** The scripts are files of ours; uPlot sets styles of elements. */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free */
  readonly port: number;
  readonly token: string | undefined;
  /** what a page is told first */
  readonly greet: () => readonly ToPage[];
  readonly onMessage: (message: FromPage, page: Page) => void;
}

/** One open page. */
export interface Page {
  /** projection whose weights it looks at */
  projection: number;
  say(message: ToPage): void;
}

export interface ServerCounts {
  readonly pages: number;
  /** requests without the right host, origin or token */
  readonly refused: number;
  /** messages that were too long or said nothing known; their pages were closed */
  readonly malformed: number;
  /** pictures that a page which did not read went without */
  readonly skipped: number;
}

export interface DashboardServer {
  readonly port: number;
  pages(): readonly Page[];
  /** to every page, or to one; a page that does not read goes without */
  send(bytes: Uint8Array, only?: Page): void;
  say(message: ToPage): void;
  counts(): ServerCounts;
  /** what was said is sent, for a moment at most; then all pages are closed */
  close(): Promise<void>;
}

/** Serves the page and its WebSocket. Resolves when it listens; rejects as `listen` fails. */
export async function serve({ host, port, token, greet, onMessage }: ServerOptions): Promise<DashboardServer> {
  const files = pageFiles();
  const sockets = new Map<WebSocket, Page>();
  let malformed = 0;
  let skipped = 0;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = gate.refuse(request);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${refusal.why}\n`);
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://dashboard');
    const file = files.get(pathname);
    if (request.method !== 'GET' || file === undefined) {
      response
        .writeHead(file === undefined ? 404 : 405, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
        .end('there is no such page\n');
      return;
    }
    const cookie = token === undefined || pathname !== '/' ? {} : { 'Set-Cookie': cookieOf(token) };
    response.writeHead(200, { ...headers, ...cookie, 'Content-Type': file.type }).end(file.bytes);
  };
  const server = createServer(limits, answer);
  const bound = await listen(server, host, port);
  const gate = createGate(() => hostsOf(host, bound), token);

  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES, perMessageDeflate: false });
  const refuse = (socket: WebSocket, why: string): void => {
    malformed++;
    socket.close(POLICY, why);
  };
  server.on('upgrade', (request, stream, head) => {
    const refusal =
      gate.refuse(request) ??
      (sockets.size >= MOST_PAGES ? { status: 403, why: `${MOST_PAGES} pages are open already` } : undefined) ??
      // A browser says where its page is from; what does not must know the token, or be on this machine.
      (new URL(request.url ?? '/', 'http://dashboard').pathname === '/live' ? undefined : { status: 400, why: 'the socket is at /live' });
    if (refusal !== undefined) {
      refuseUpgrade(stream, refusal);
      return;
    }
    upgrades.handleUpgrade(request, stream, head, (socket) => {
      const page: Page = { projection: 0, say: (message) => send(socket, JSON.stringify(message)) };
      sockets.set(socket, page);
      socket.on('error', () => malformed++);
      socket.on('close', () => sockets.delete(socket));
      socket.on('message', (data, isBinary) => {
        if (isBinary) return refuse(socket, 'text is expected');
        let value: unknown;
        try {
          value = JSON.parse(String(data));
        } catch {
          return refuse(socket, 'this is no JSON');
        }
        const parsed = fromPage.safeParse(value);
        if (parsed.success) onMessage(parsed.data, page);
        else refuse(socket, 'nothing known was said');
      });
      for (const message of greet()) page.say(message);
    });
  });

  const send = (socket: WebSocket, data: string | Uint8Array): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_WAITING) {
      skipped++;
      return;
    }
    socket.send(data);
  };
  return {
    port: bound,
    pages: () => [...sockets.values()],
    send(bytes, only) {
      for (const [socket, page] of sockets) if (only === undefined || page === only) send(socket, bytes);
    },
    say(message) {
      for (const page of sockets.values()) page.say(message);
    },
    counts: () => ({ pages: sockets.size, refused: gate.refused, malformed, skipped }),
    async close() {
      for (const socket of sockets.keys()) socket.close(1001, 'the run has ended');
      upgrades.close();
      await leave(server, () => sockets.keys());
    },
  };
}
