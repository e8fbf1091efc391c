import { randomBytes } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { UsageError } from '../cli/usage.ts';
import type { DashboardJob, Heard } from './job.ts';

export { createFeed } from './feed.ts';

export interface Dashboard {
  /** what to open */
  readonly url: string;
  /** for the controller's thread */
  readonly port: MessagePort;
  /** tells the pages how the run has ended, and leaves */
  end(end: { readonly text: string; readonly ok: boolean }): Promise<void>;
}

const DEFAULT_PORT = 8787;
const local = ['127.0.0.1', 'localhost', '::1'];

/** HOST:PORT, PORT, or nothing; anything but this machine gets a token. */
export function parsePlace(text: string | true): { readonly host: string; readonly port: number } {
  const match = /^(?:(\[[\da-f:]+\]|[\w.-]+):)?(\d+)$/i.exec(text === true ? String(DEFAULT_PORT) : text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new UsageError(`--dashboard needs a port or HOST:PORT, got '${String(text)}'`, 'for example --dashboard 8787');
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

/** Starts the dashboard on a thread of its own; `stop` is called when a person asks for the end of the run. */
export async function startDashboard(app: string, place: string | true, stop: () => void): Promise<Dashboard> {
  const { host, port } = parsePlace(place);
  const token = local.includes(host) ? undefined : randomBytes(16).toString('hex');
  const { port1, port2 } = new MessageChannel();
  const job: DashboardJob = { app, host, port, token };
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: { job, controller: port1 }, transferList: [port1] });
  // The run decides when the command ends.
  worker.unref();
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const listening = await new Promise<number>((resolve, reject) => {
    worker.on('message', (heard: Heard) => {
      if (heard.kind === 'listening') resolve(heard.port);
      else if (heard.kind === 'stop') stop();
      else
        reject(
          new UsageError(
            `the dashboard cannot listen at ${host}:${port}: ${heard.code === 'EADDRINUSE' ? 'another program does' : heard.message}`,
            'give --dashboard another port; 0 takes any that is free',
          ),
        );
    });
    worker.on('error', reject);
  });
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${listening}/${token === undefined ? '' : `?token=${token}`}`,
    port: port2,
    async end({ text, ok }) {
      worker.ref();
      worker.postMessage({ kind: 'ended', ok, text: stripVTControlCharacters(text) });
      await gone;
    },
  };
}
