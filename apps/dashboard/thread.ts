/** The dashboard's thread: pages, and what they ask for, as far from the controller as a process allows. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type DashboardJob, type Ended, type Heard, isLocal, type Point, type Told } from './job.ts';
import type { LiveServer } from './live.ts';
import type { Settings } from './parameters.ts';
import type { FromPage, ToPage } from './protocol.ts';
import { createSampler, type Sampler } from './sampler.ts';
import { type DashboardServer, type Page, serve } from './server.ts';

/** Pictures a second. */
const FRAME_MS = 1000 / 30;
/** Frames from one picture of weights to the next. */
const WEIGHTS_EVERY = 10;
/** Points of all series that a page which comes late is told. */
const MOST_POINTS = 20_000;

const { job, controller } = workerData as { readonly job: DashboardJob; readonly controller: MessagePort };
const command = parentPort!;
const say = (heard: Heard): void => command.postMessage(heard);

let sampler: Sampler | undefined;
let facts: Readonly<Record<string, string>> = {};
const points: Point[] = [];
let ended: ToPage | undefined;

const greet = (): readonly ToPage[] => [
  sampler === undefined ? { kind: 'waiting', app: job.app } : sampler.hello(),
  { kind: 'points', points },
  { kind: 'facts', facts },
  ...(ended === undefined ? [] : [ended]),
];

function act(message: FromPage, page: Page): void {
  if (message.kind === 'stop') say({ kind: 'stop' });
  if (sampler === undefined) return;
  const { controls, hello } = sampler;
  const { labels, rewards, saves, recorded } = hello();
  if (message.kind === 'pause') controls.pause(message.on);
  else if (message.kind === 'learn') controls.learn(message.on);
  else if (message.kind === 'rate' && !recorded) controls.rate(message.factor);
  else if (message.kind === 'label' && message.index < labels) controls.label(message.index);
  else if (message.kind === 'reward' && rewards) controls.reward(message.value);
  else if (message.kind === 'checkpoint' && saves) controls.checkpoint();
  else if (message.kind === 'choose') sampler.choose(message.neurons);
  else if (message.kind === 'weights') page.projection = message.projection;
}

/** A viewer's wish; learning at another rate would not be in a recording. */
function set<K extends keyof Settings>(name: K, value: Settings[K]): boolean {
  if (sampler === undefined) return false;
  const { controls, hello } = sampler;
  if (name === 'factor') {
    if (hello().recorded) return false;
    controls.rate(value as number);
  } else if (name === 'learning') controls.learn(value as boolean);
  else controls.pause(value as boolean);
  return true;
}

let what: 'page' | 'live' = 'page';
let server: DashboardServer | undefined;
let live: LiveServer | undefined;
try {
  const { app, page, live: place, token } = job;
  if (page !== undefined) server = await serve({ ...page, token: isLocal(page) ? undefined : token, greet, onMessage: act });
  what = 'live';
  if (place !== undefined)
    live = await (await import('./live.ts')).serveLive({
      ...place,
      app,
      token,
      always: !isLocal(place),
      settings: () => sampler?.settings(),
      set,
    });
  let beat = 0;
  const picture = (): void => {
    if (sampler === undefined) return;
    // Drained with nobody there too: what is shown first is of now.
    const frame = sampler.frame(live?.frame);
    live?.beat();
    server?.send(frame);
    if (beat++ % WEIGHTS_EVERY !== 0) return;
    for (const page of server?.pages() ?? []) {
      const weights = sampler.weights(page.projection);
      if (weights !== undefined) server?.send(weights, page);
    }
  };
  const timer = setInterval(picture, FRAME_MS);
  const hear = (told: Told): void => {
    if (told.kind === 'shown') {
      sampler = createSampler(told.shown);
      server?.say(sampler.hello());
      live?.begin(told.shown.layout, told.shown.network.dt);
    } else if (told.kind === 'points') {
      points.push(...told.points);
      if (points.length > MOST_POINTS) points.splice(0, points.length - MOST_POINTS);
      server?.say(told);
      live?.points(told.points);
    } else if (told.kind === 'scene') server?.say(told);
    else {
      const counts = [server?.counts(), live?.counts()].filter((one) => one !== undefined);
      const sum = (of: (one: (typeof counts)[number]) => number): string => String(counts.reduce((total, one) => total + of(one), 0));
      facts = {
        ...told.facts,
        'refused requests': sum(({ refused, malformed }) => refused + malformed),
        'pictures left out': sum(({ skipped }) => skipped),
      };
      server?.say({ kind: 'facts', facts });
    }
  };
  controller.on('message', hear);
  command.on('message', async ({ text, ok }: Ended) => {
    picture();
    ended = { kind: 'ended', ok, text };
    server?.say(ended);
    clearInterval(timer);
    controller.close();
    await Promise.all([server?.close(), live?.end(ok, text)]);
    command.close();
  });
  say({ kind: 'listening', page: server?.port, live: live?.port });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  say({ kind: 'failed', what, code, message });
  await server?.close();
  controller.close();
  command.close();
}
