import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may ask a server of this process for anything. */
export interface Gate {
  /** undefined: may; else why not, as a status and a line */
  refuse(request: IncomingMessage): { readonly status: 400 | 401 | 403; readonly why: string } | undefined;
  /** refused so far */
  readonly refused: number;
}

/** The names of an address, as browsers write them in Host. */
export function hostsOf(host: string, port: number): readonly string[] {
  const named = host.includes(':') ? `[${host}]` : host;
  const local = ['127.0.0.1', 'localhost', '[::1]'];
  return [...new Set([named, ...local])].map((name) => `${name}:${port}`.toLowerCase());
}

const COOKIE = 'ganglion';

function tokenOf(request: IncomingMessage): string | undefined {
  const query = new URL(request.url ?? '/', 'http://dashboard').searchParams.get('token');
  if (query !== null) return query;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

const same = (given: string | undefined, token: string): boolean => {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
};

/** The header that lets a browser which has shown the token come back without it. */
export const cookieOf = (token: string): string => `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`;

/** Pages of other origins that may come: viewers that are known, and who shows what the command has printed. */
export interface Guests {
  readonly origins: readonly string[];
  readonly token: string;
}

/**
 * A page from elsewhere must not reach a server of ours through the browser of whoever runs it: the Host must be one of ours (a foreign name may
 * lead to this address), an Origin must be that Host or a guest, and where others than this machine can connect, the token must be right.
 */
export function createGate(hosts: () => readonly string[], token: string | undefined, guests?: Guests): Gate {
  let refused = 0;
  const judge = (request: IncomingMessage) => {
    const { host, origin } = request.headers;
    if (host === undefined || !hosts().includes(host.toLowerCase()))
      return { status: 400, why: 'this is not the host that is served here' } as const;
    const own = origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`;
    if (!own && guests?.origins.includes(origin.toLowerCase()) !== true && !(guests !== undefined && same(tokenOf(request), guests.token)))
      return { status: 403, why: 'pages of other origins may not use it' } as const;
    if (token !== undefined && !same(tokenOf(request), token))
      return { status: 401, why: 'the token is missing or wrong: open the address that the command has printed' } as const;
    return undefined;
  };
  return {
    refuse(request) {
      const refusal = judge(request);
      if (refusal !== undefined) refused++;
      return refusal;
    },
    get refused() {
      return refused;
    },
  };
}
