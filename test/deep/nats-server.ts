import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real nats-server of this machine, at a port of its own. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** as a power cut would */
  kill(): Promise<void>;
  /** again at its port, with what it has on disk */
  start(): Promise<void>;
  /** ends it, and removes what it has on disk */
  close(): Promise<void>;
}

/** Whether somebody listens there. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

/** Starts one; rejects where the program is not installed, for a suite that needs it must not pass without. `arguments_` beside those for port and place. */
export async function natsServer(options: readonly string[] = ['-js']): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-nats-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-sd', folder, ...options], { stdio: 'ignore' });
    child = started;
    let fault: Error | undefined;
    started.on('error', (error) => {
      fault = error;
    });
    started.on('exit', (code) => {
      fault ??= new Error(`nats-server ended with ${code}`);
    });
    for (let k = 0; k < 500 && !(await answers(port)); k++) {
      if (fault !== undefined) throw fault;
      await sleep(20);
    }
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    kill,
    start,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What is done with a server that is there meanwhile. */
export async function withServer<T>(options: readonly string[], act: (server: NatsServer) => Promise<T>): Promise<T> {
  const server = await natsServer(options);
  try {
    return await act(server);
  } finally {
    await server.close();
  }
}
