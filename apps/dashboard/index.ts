import { randomBytes } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { UsageError } from '../cli/usage.ts';
import { type DashboardJob, type Heard, isLocal, type Place } from './job.ts';

export { createFeed } from './feed.ts';

export interface Dashboard {
  /** what to open in a browser, and in Foxglove or Lichtblick; undefined: it was not asked for */
  readonly page: string | undefined;
  readonly live: string | undefined;
  /** for the controller's thread */
  readonly port: MessagePort;
  /** tells who watches how the run has ended, and leaves */
  end(end: { readonly text: string; readonly ok: boolean }): Promise<void>;
}

/** HOST:PORT, PORT, or nothing for the port that is usual; anything but this machine gets a token. */
export function parsePlace(flag: 'dashboard' | 'foxglove', text: string | true): Place {
  const usual = { dashboard: 8787, foxglove: 8765 }[flag];
  const match = /^(?:(\[[\da-f:]+\]|[\w.-]+):)?(\d+)$/i.exec(text === true ? String(usual) : text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new UsageError(`--${flag} needs a port or HOST:PORT, got '${String(text)}'`, `for example --${flag} ${usual}`);
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

/** Where a run is shown. */
export interface Places {
  readonly dashboard?: string | true | undefined;
  readonly foxglove?: string | true | undefined;
}

/** Starts the dashboard, the live view or both on one thread of their own; `stop` is called when a person asks for the end of the run. */
export async function startDashboard(app: string, places: Places, stop: () => void): Promise<Dashboard> {
  const { dashboard, foxglove } = places;
  const token = randomBytes(16).toString('hex');
  const page = dashboard === undefined ? undefined : parsePlace('dashboard', dashboard);
  const live = foxglove === undefined ? undefined : parsePlace('foxglove', foxglove);
  const { port1, port2 } = new MessageChannel();
  const job: DashboardJob = { app, page, live, token };
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: { job, controller: port1 }, transferList: [port1] });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const listening = await new Promise<Extract<Heard, { kind: 'listening' }>>((resolve, reject) => {
    worker.on('message', (heard: Heard) => {
      if (heard.kind === 'listening') resolve(heard);
      else if (heard.kind === 'stop') stop();
      else {
        const [flag, { host, port }] = heard.what === 'page' ? ['dashboard', page!] : ['foxglove', live!];
        const why = heard.code === 'EADDRINUSE' ? 'another program does' : heard.message;
        reject(
          new UsageError(`--${flag} cannot listen at ${host}:${port}: ${why}`, `give --${flag} another port; 0 takes any that is free`),
        );
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread of the dashboard has ended before it listened')));
  });
  // From here on the run decides when the command ends.
  worker.unref();
  const at = (scheme: string, { host }: Place, port: number | undefined, query: string): string =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/${query}`;
  return {
    page: page && at('http', page, listening.page, isLocal(page) ? '' : `?token=${token}`),
    live: live && at('ws', live, listening.live, `?token=${token}`),
    port: port2,
    async end({ text, ok }) {
      worker.ref();
      worker.postMessage({ kind: 'ended', ok, text: stripVTControlCharacters(text) });
      await gone;
    },
  };
}
