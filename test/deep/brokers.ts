/** Real brokers on this machine, for checks: started at a free port, killed, and started there again. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface Broker {
  readonly port: number;
  readonly folder: string;
  /** by SIGKILL: it says nothing to anybody */
  kill(): Promise<void>;
  /** at the same port, with what it had on disk */
  start(): Promise<void>;
  end(): Promise<void>;
}

/** Waits until somebody listens there, for ten seconds at most. */
async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let k = 0; k < 200; k++) {
    assert.equal(child.exitCode, null, `the broker ended: ${said()}`);
    const socket = connect(port, '127.0.0.1');
    const there = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (there) return;
    await sleep(50);
  }
  assert.fail(`nobody listens at port ${port}: ${said()}`);
}

const programOf = (places: readonly string[]): string => {
  const found = places.find((file) => existsSync(file));
  assert.ok(found !== undefined, `${places[0]} must be installed`);
  return found;
};

async function started(places: readonly string[], argsOf: (port: number, folder: string) => readonly string[]): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-broker-'));
  const program = programOf(places);
  const port = await freePort();
  const args = argsOf(port, folder);
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    let text = '';
    // What only feeds the loop under test must not take its core.
    child = spawn('nice', ['-n', '10', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (some: Buffer) => {
        text = `${text}${some}`.slice(-2000);
      });
    await listening(port, child, () => text);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    port,
    folder,
    kill,
    start,
    async end() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface MosquittoOptions {
  /** name and password of the only user; default anybody may */
  readonly user?: readonly [name: string, password: string];
  /** with a certificate of an authority of its own, {@link authorityOf} */
  readonly tls?: boolean;
  /** who had subscribed is known after a kill */
  readonly lasting?: boolean;
}

export const authorityOf = ({ folder }: Broker): string => join(folder, 'ca.pem');

/** A certificate of 127.0.0.1, and that of who signed it. */
function certify(folder: string): void {
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority', '-days', '2');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(...'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names'.split(' '));
}

export const mosquitto = ({ user, tls = false, lasting = false }: MosquittoOptions = {}): Promise<Broker> =>
  started(['/usr/sbin/mosquitto'], (port, folder) => {
    const lines = [
      `listener ${port} 127.0.0.1`,
      `allow_anonymous ${user === undefined}`,
      'max_queued_messages 0',
      'user root',
      'log_type error',
    ];
    if (lasting) lines.push('persistence true', `persistence_location ${folder}/`, 'autosave_on_changes true', 'autosave_interval 1');
    if (user !== undefined) {
      execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'users'), ...user], { stdio: 'pipe' });
      lines.push(`password_file ${join(folder, 'users')}`);
    }
    if (tls) {
      certify(folder);
      lines.push(`certfile ${join(folder, 'server.pem')}`, `keyfile ${join(folder, 'server.key')}`);
    }
    const file = join(folder, 'mosquitto.conf');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return ['-c', file];
  });

/** A NATS server with JetStream; `mqtt`: its gateway listens at the port, and NATS itself elsewhere. */
export async function nats({
  mqtt = false,
  jetstream = true,
}: {
  readonly mqtt?: boolean;
  readonly jetstream?: boolean;
} = {}): Promise<Broker> {
  const other = await freePort();
  return started(['/usr/sbin/nats-server', '/usr/bin/nats-server'], (port, folder) => {
    const file = join(folder, 'nats.conf');
    writeFileSync(
      file,
      [
        'server_name: one',
        `listen: "127.0.0.1:${mqtt ? other : port}"`,
        ...(mqtt ? [`mqtt { listen: "127.0.0.1:${port}" }`] : []),
        ...(jetstream ? [`jetstream { store_dir: "${join(folder, 'store')}" }`] : []),
        '',
      ].join('\n'),
    );
    return ['-c', file];
  });
}
