import { readFileSync } from 'node:fs';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { loadOptional, reasonOf } from '../../drivers/index.ts';
import { ControllerError, controllerError, type Ms, raise } from '../../runtime/index.ts';

/** What speaks to a NATS server; each is loaded where it is first used. */
export const natsPackages = {
  transport: () => loadOptional('@nats-io/transport-node', () => import('@nats-io/transport-node')),
  jetstream: () => loadOptional('@nats-io/jetstream', () => import('@nats-io/jetstream')),
  kv: () => loadOptional('@nats-io/kv', () => import('@nats-io/kv')),
  obj: () => loadOptional('@nats-io/obj', () => import('@nats-io/obj')),
} as const;

export interface NatsOptions {
  /** file with a JWT and its seed, as `nsc` writes it */
  readonly creds?: string;
  /** what the server's own pages call this connection; default ganglion */
  readonly name?: string;
  /** where NATS_USER and the like are looked up; default the environment of the process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** how long a lost connection is tried again before it is given up; default one minute */
  readonly patienceMs?: Ms;
  /** under which answers come back; default _INBOX: a user that may hear no other's has one of its own */
  readonly inbox?: string;
}

/** Longest wait for the answer of one server. */
const CONNECT_MS = 5000;
/** Between two attempts to come back. */
const RETRY_MS = 500;
const PATIENCE_MS = 60_000;
/** A server that answers neither of two signs of life is gone. */
const PING_MS = 5000;

/**
 * Connects to a NATS server: `nats://HOST:PORT`, `tls://HOST:PORT`, or several by comma. Who we are is taken, first found first, from `creds`, from the URL (`nats://USER:PASSWORD@HOST`,
 * `nats://TOKEN@HOST`), and from the variables that the server's own tools know: NATS_CREDS, NATS_NKEY, NATS_USER with NATS_PASSWORD, NATS_TOKEN. TLS is used where the server offers it, and
 * demanded by `tls://`; NATS_CA, NATS_CERT and NATS_KEY name its files. A lost connection comes back by itself for `patienceMs`; then `closed()` resolves, and every call rejects.
 * Errors: ERR_OPTIONAL_PACKAGE, ERR_NATS_URL, ERR_NATS_FILE, ERR_NATS_UNREACHABLE, ERR_NATS_CREDENTIALS, ERR_NATS_TLS; none has a password in it.
 */
export async function connectNats(url: string, options: NatsOptions = {}): Promise<NatsConnection> {
  const place = placeOf(url);
  const environment = options.environment ?? process.env;
  const transport = await natsPackages.transport();
  const identity = identityOf(transport, place, options.creds, environment);
  try {
    return await transport.connect({
      servers: place.servers,
      name: options.name ?? 'ganglion',
      ...(options.inbox !== undefined && { inboxPrefix: options.inbox }),
      ...identity,
      ...tlsOf(place, environment),
      timeout: CONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      reconnectTimeWait: RETRY_MS,
      maxReconnectAttempts: Math.ceil((options.patienceMs ?? PATIENCE_MS) / RETRY_MS),
    });
  } catch (cause) {
    throw natsError(cause, place.servers.join(', '));
  }
}

interface Place {
  readonly servers: string[];
  readonly demandsTls: boolean;
  readonly user: string;
  readonly password: string;
}

function placeOf(text: string): Place {
  const urls = text.split(',').map((one) => {
    const whole = one.includes('://') ? one.trim() : `nats://${one.trim()}`;
    if (!/^(nats|tls):\/\//.test(whole) || !URL.canParse(whole)) return refuse(one);
    const url = new URL(whole);
    return url.hostname === '' || !/^\/?$/.test(url.pathname) ? refuse(one) : url;
  });
  const known = urls.find(({ username }) => username !== '');
  return {
    servers: urls.map(({ host }) => host),
    demandsTls: urls.some(({ protocol }) => protocol === 'tls:'),
    user: decoded(known?.username ?? ''),
    password: decoded(known?.password ?? ''),
  };
}

const refuse = (url: string): never => raise('ERR_NATS_URL', { value: url.replace(/^(\w*:?\/\/)?.*@/, '$1…@') });

/** A per cent sign that begins no code stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Transport = Awaited<ReturnType<typeof natsPackages.transport>>;
type Environment = Readonly<Record<string, string | undefined>>;
type Identity = Pick<ConnectionOptions, 'authenticator' | 'user' | 'pass' | 'token'>;

function identityOf(transport: Transport, { user, password }: Place, creds: string | undefined, environment: Environment): Identity {
  const fromFile = (file: string): Identity => ({ authenticator: checked(file, transport.credsAuthenticator(read(file))) });
  if (creds !== undefined) return fromFile(creds);
  if (password !== '') return { user, pass: password };
  if (user !== '') return { token: user };
  const { NATS_CREDS, NATS_NKEY, NATS_USER, NATS_PASSWORD, NATS_TOKEN } = environment;
  if (NATS_CREDS) return fromFile(NATS_CREDS);
  if (NATS_NKEY) {
    const seed = Buffer.from(read(NATS_NKEY)).toString().trim();
    return { authenticator: checked(NATS_NKEY, transport.nkeyAuthenticator(Buffer.from(seed))) };
  }
  if (NATS_USER) return { user: NATS_USER, pass: NATS_PASSWORD ?? '' };
  return NATS_TOKEN ? { token: NATS_TOKEN } : {};
}

/** Makes one signature now: a file that holds no key is told by its name, not as a server that refuses. */
function checked(file: string, authenticator: ReturnType<Transport['credsAuthenticator']>): typeof authenticator {
  try {
    authenticator('nonce');
  } catch (cause) {
    raise('ERR_NATS_FILE', { path: file, reason: `it holds no credentials: ${reasonOf(cause)}` }, cause);
  }
  return authenticator;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    return raise('ERR_NATS_FILE', { path: file, reason: reasonOf(cause) }, cause);
  }
}

function tlsOf({ demandsTls }: Place, { NATS_CA, NATS_CERT, NATS_KEY }: Environment): Pick<ConnectionOptions, 'tls'> {
  const files = [
    ['ca', NATS_CA],
    ['cert', NATS_CERT],
    ['key', NATS_KEY],
  ].flatMap(([name, file]) => (file ? [[name, Buffer.from(read(file)).toString()]] : []));
  return demandsTls || files.length > 0 ? { tls: Object.fromEntries(files) } : {};
}

/** The coded error of what a NATS package has thrown. */
export function natsError(cause: unknown, server: string): ControllerError {
  if (cause instanceof ControllerError) return cause;
  const reason = reasonOf(cause);
  const { name = '', code = '' } = (cause ?? {}) as { name?: string; code?: unknown };
  if (/Authorization|AuthenticationExpired/.test(name)) return controllerError('ERR_NATS_CREDENTIALS', { server, reason }, cause);
  if (/PermissionViolation/.test(name) || /^permissions violation/i.test(reason))
    return controllerError('ERR_NATS_PERMISSION', { server, reason }, cause);
  if (name === 'JetStreamNotEnabled' || /jetstream (is )?not enabled/i.test(reason))
    return controllerError('ERR_NATS_JETSTREAM', { server }, cause);
  if (/^JetStream.*Error$|^(Stream|Consumer)NotFoundError$/.test(name))
    return controllerError('ERR_NATS_REQUEST', { server, reason }, cause);
  if (/ClosedConnection|DrainingConnection/.test(name)) return controllerError('ERR_NATS_LOST', { server }, cause);
  if (/TLS|CERT|SSL|EPROTO|SELF_SIGNED|LEAF_SIGNATURE/.test(String(code)) || /'tls'|\btls\b|certificate/i.test(reason))
    return controllerError('ERR_NATS_TLS', { server, reason }, cause);
  return controllerError('ERR_NATS_UNREACHABLE', { server, reason: /^timeout/i.test(reason) ? 'it does not answer' : reason }, cause);
}
