/** A device as its fleet sees it: messages of telemetry through the spool, its status retained, and commands. On a thread of its own, far from the loop. */
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControllerError, type Controls, type Ms } from '../../../runtime/index.ts';
import { watchClock } from './clock-watch.ts';
import { type Answer, createCommands } from './commands.ts';
import type { TelemetryReport } from './job.ts';
import type { Connect, Link } from './link.ts';
import type { Ack, Offline, Status, Telemetry } from './messages.ts';
import { sample } from './sample.ts';
import type { Spool } from './spool.ts';

export interface DeviceOptions {
  readonly app: string;
  readonly device: string;
  readonly connect: Connect;
  readonly spool: Spool;
  readonly controls: Controls;
  readonly measures: Float64Array;
  readonly recorded: boolean;
  /** between two messages of telemetry */
  readonly intervalMs: Ms;
  /** asks for the end of the run */
  readonly stop: () => void;
  /** hears once of every reason for which there is no connection */
  readonly warn: (text: string) => void;
}

export interface Device {
  /** says how the run has ended, sends what waits, for `patienceMs` at most, and leaves */
  end(state: 'ended' | 'failed', tick: number | null, patienceMs: Ms): Promise<TelemetryReport>;
  /** of now */
  report(): TelemetryReport;
}

/** Messages on their way at a time. */
const WINDOW = 64;
/** Answers that wait for a connection, at most. */
const MOST_ANSWERS = 64;
/** The n-th wait for a broker is min(most, first·2ⁿ), and up to half of it less, so that a fleet does not come back at once. */
const RETRY = { firstMs: 250, mostMs: 10_000 } as const;
/** A status is told anew when one of its counts has changed, not more often than this. */
const STATUS_MS = 1000;
const POLL_MS = 5;

const encoded = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));

export function startDevice(options: DeviceOptions): Device {
  const { app, device, connect, spool, controls, measures, recorded, stop, warn } = options;
  const head = { v: 1, device, session: randomBytes(8).toString('hex') } as const;
  const began = performance.now();
  const clock = watchClock();
  const ending = new AbortController();
  const answers: Ack[] = [];
  const warned = new Set<string>();
  let intervalMs = options.intervalMs;
  let [sequence, statuses, connections, refusals, sent, answersDropped] = [0, 0, 0, 0, 0, 0];
  let state: Status['state'] = 'online';
  let link: Link | undefined;
  let fault: string | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  let told = '';
  let endTick: number | null | undefined;

  const moment = () => {
    const tick = endTick === undefined ? controls.tick : (endTick ?? Number.NaN);
    const now = performance.now();
    return { tick: Number.isNaN(tick) ? null : tick, uptime_ms: Math.round(now - began), time: Date.now() };
  };

  // Status: of a connection that breaks meanwhile the next one tells it anew.
  const counted = () => ({
    state,
    interval_ms: intervalMs,
    connections,
    refusals,
    commands: commands.counts(),
    clock: { jumps: clock.jumps, last_ms: clock.lastMs },
  });
  const tellStatus = async (): Promise<void> => {
    if (link === undefined) return;
    const counts = counted();
    toldAt = performance.now();
    told = JSON.stringify([counts, spool.counts().dropped]);
    const status: Status = { ...head, app, ...counts, sequence: statuses++, ...moment(), spool: spool.counts() };
    await link.publish('status', encoded(status)).catch(() => undefined);
  };

  // Telemetry: what the broker has acknowledged leaves the spool, in order.
  let flying: { index: number; done: boolean }[] = [];
  const pump = (): void => {
    const over = link;
    if (over === undefined) return;
    while (flying.length < WINDOW) {
      const message = spool.next();
      if (message === undefined) return;
      const flight = { index: message.index, done: false };
      flying.push(flight);
      over.publish('telemetry', message.payload).then(
        () => {
          if (link !== over) return;
          flight.done = true;
          for (; flying[0]?.done === true; sent++) spool.acknowledge(flying.shift()!.index);
          pump();
        },
        () => undefined,
      );
    }
  };
  const measure = (): void => {
    clock.look(performance.now(), Date.now());
    const message: Telemetry = {
      ...head,
      sequence: sequence++,
      ...moment(),
      learning: controls.learning,
      paused: controls.paused,
      ...sample(measures),
    };
    spool.append(encoded(message));
    pump();
    if (JSON.stringify([counted(), spool.counts().dropped]) !== told && performance.now() - toldAt >= STATUS_MS) void tellStatus();
  };

  // Answers: kept until the broker has them, sent one after the other.
  let flushing = false;
  const flush = async (): Promise<void> => {
    if (flushing) return;
    flushing = true;
    try {
      while (link !== undefined && answers.length > 0) {
        await link.publish('ack', encoded(answers[0]!));
        answers.shift();
      }
    } catch {
      // The next connection begins with it.
    }
    flushing = false;
  };
  const commands = createCommands({
    controls,
    recorded,
    stop,
    interval(ms) {
      intervalMs = ms;
      timer.refresh(ms);
    },
    answer(answer: Answer) {
      answers.push({ ...head, ...answer });
      if (answers.length > MOST_ANSWERS) {
        // The first may be on its way.
        answers.splice(1, 1);
        answersDropped++;
      }
      void flush();
    },
  });
  let polling = false;
  const poll = async (): Promise<void> => {
    if (polling) return;
    for (polling = true; commands.poll() && !ending.signal.aborted; ) await sleep(POLL_MS);
    polling = false;
  };

  const timer = repeat(intervalMs, measure);

  const will: Offline = { ...head, app, state: 'offline' };
  const run = async (): Promise<void> => {
    for (let failures = 0; !ending.signal.aborted; ) {
      let since = Number.POSITIVE_INFINITY;
      try {
        const opened = await connect({
          device,
          will: encoded(will),
          onCommand(payload, old) {
            commands.hear(payload, old);
            void poll();
          },
        });
        since = performance.now();
        connections++;
        fault = null;
        warned.clear();
        link = opened;
        if (ending.signal.aborted) void opened.close();
        void tellStatus();
        void flush();
        pump();
        fault = await opened.lost;
      } catch (error) {
        fault = error instanceof Error ? error.message : String(error);
        if (error instanceof ControllerError && error.code.endsWith('_CREDENTIALS')) refusals++;
        const text = error instanceof ControllerError ? `${fault}; ${error.remedy}` : fault;
        if (!warned.has(fault) && !ending.signal.aborted) warn(text);
        warned.add(fault);
      }
      link = undefined;
      flying = [];
      spool.rewind();
      // One that is taken from us again and again is not asked for at once.
      if (performance.now() - since >= RETRY.mostMs) failures = 0;
      const wait = Math.min(RETRY.mostMs, RETRY.firstMs * 2 ** failures++);
      await sleep(wait - randomInt(Math.ceil(wait / 2)), undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();

  const report = (): TelemetryReport => ({
    device,
    ...{ session: head.session, messages: sequence, sent, answersDropped, connections, refusals },
    spool: spool.counts(),
    commands: commands.counts(),
    clockJumps: clock.jumps,
    fault: fault ?? spool.fault,
  });

  return {
    report,
    async end(how, tick, patienceMs) {
      timer.clear();
      endTick = tick;
      commands.end(tick);
      measure();
      const until = performance.now() + patienceMs;
      while (link !== undefined && (spool.counts().waiting > 0 || answers.length > 0) && performance.now() < until) await sleep(POLL_MS);
      const last = link;
      state = how;
      await Promise.race([tellStatus(), sleep(Math.max(POLL_MS, until - performance.now()))]);
      ending.abort();
      await last?.close();
      await Promise.race([running, sleep(patienceMs)]);
      const final = { ...report(), fault: last === undefined ? (fault ?? spool.fault) : spool.fault };
      spool.close();
      return final;
    },
  };
}

/** A timer whose interval can be changed. */
function repeat(ms: Ms, act: () => void): { refresh(ms: Ms): void; clear(): void } {
  let timer = setInterval(act, ms);
  return {
    refresh(next) {
      clearInterval(timer);
      timer = setInterval(act, next);
    },
    clear: () => clearInterval(timer),
  };
}
