/** What the servers of a run have in common. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Requests are short, and whoever does not finish one is not waited for. */
export const limits = { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 16_384 } as const;

/** How long a goodbye may take before connections are cut, ms. */
const FAREWELL_MS = 500;

/** Listens, and returns the port that it is; rejects as `listen` fails. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Answers a request for a WebSocket with a refusal. */
export function refuseUpgrade(stream: Duplex, { status, why }: { readonly status: number; readonly why: string }): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${why}\n`);
}

/** Resolves when nobody is connected any more: sockets that are closing have a moment, then all is cut. */
export async function leave(server: Server, sockets: () => Iterable<WebSocket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const patience = setTimeout(() => {
    for (const socket of sockets()) socket.terminate();
    server.closeAllConnections();
  }, FAREWELL_MS);
  server.closeIdleConnections();
  await closed;
  clearTimeout(patience);
}
