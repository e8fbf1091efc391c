import { ControllerError } from '../../runtime/index.ts';
import { runHere } from '../controller/here.ts';
import { runController } from '../controller/host.ts';
import type { Finished, Job } from '../controller/job.ts';
import type { Given } from '../flags.ts';
import type { LogReport } from '../observe/job.ts';
import { appNamed, apps } from './apps.ts';
import { chooseBackend } from './backend.ts';
import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import type { RunFlags } from './run-flags.ts';
import { parseScheduling } from './scheduling.ts';
import { type ProgressLine, progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export function parseSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= 0xffffffff))
    throw new UsageError(`--seed needs a whole number from 0 to 4294967295, got '${text}'`, 'for example --seed 1');
  return seed;
}

/** When the actuators of a loop in real time are safe because of its rate. */
function parsePacing({ leastRate = '0.8', rearm = '1' }: RunFlags): Job['pacing'] {
  const leastShare = number('least-rate', leastRate, 0, 1, false);
  return { leastShare, rearmMs: rearm === 'never' ? Number.POSITIVE_INFINITY : number('rearm', rearm, 0, 3600, false) * 1000 };
}

/** How time passes: as fast as it can, or with the world, or a multiple of it. */
function parsePace(
  { fast, realtime, speed, dashboard, foxglove }: RunFlags,
  watchedSpeed: number,
): { readonly clock: 'fast' | 'realtime'; readonly speed: number } {
  const given = Object.entries({ '--fast': fast, '--realtime': realtime, '--speed': speed }).filter(([, value]) => value !== undefined);
  if (given.length > 1) throw new UsageError(`${given.map(([flag]) => flag).join(' and ')} exclude each other`, 'give one of them');
  if (speed !== undefined) return { clock: 'realtime', speed: number('speed', speed, 0.01, 10_000, false) };
  if (realtime === true) return { clock: 'realtime', speed: 1 };
  return fast === true || (dashboard ?? foxglove) === undefined ? { clock: 'fast', speed: 1 } : { clock: 'realtime', speed: watchedSpeed };
}

/** Flags as data that crosses to another thread. */
const plain = (flags: RunFlags & Given): Given =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => typeof value === 'string' || typeof value === 'boolean'));

const granted = (what: string, why: string): string => `${what} ${why === '' ? 'granted' : `not granted (${why})`}`;

/** The app's report, and what the thread had of the system where something was asked for. */
function render({ text, thread: { scheduling, gc } }: Finished, clock: Job['clock']): string {
  const garbage = `${gc.pauses} pauses for garbage, the longest ${gc.longestMs.toFixed(1)} ms; ${gc.missesInPause} of ${gc.misses} misses fell into one`;
  if (scheduling === undefined) return clock === 'realtime' ? `${text}\nthread: ${garbage}` : text;
  const { priority, cpu, lock } = scheduling;
  return `${text}\nthread: what was asked for: ${granted('priority', priority)}, ${granted('core', cpu)}, ${granted('memory lock', lock)}; ${garbage}`;
}

/** What became of a log that is not whole. */
const logged = (log: LogReport | undefined): string[] => [
  ...(log !== undefined && log.dropped > 0 ? [`log: ${log.dropped} events are missing in it, ${log.lines} lines`] : []),
  ...(log !== undefined && log.fault !== null ? [`log: it ended early: ${log.fault}`] : []),
];

/** What is said of an error, and what is to be done. */
function told(error: unknown): { readonly message: string; readonly remedy: string; readonly code: string | undefined } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ControllerError) return { message, remedy: error.remedy, code: error.code };
  return { message, remedy: error instanceof UsageError ? error.remedy : '', code: undefined };
}

const silent: ProgressLine = { show: () => undefined, picture: () => undefined, clear: () => undefined };

/** Progress below pictures of the world, on a terminal; elsewhere the progress alone. */
async function pictures(): Promise<ProgressLine> {
  const { terminalRenderer } = await import('../robots/render.ts');
  const renderer = terminalRenderer(process.stderr);
  if (renderer === undefined) {
    process.stderr.write('--render shows nothing: stderr is no terminal, or a dumb one, or NO_COLOR is set\n');
    return progressLine(process.stderr, () => performance.now());
  }
  let caption = '';
  return {
    show: ({ text }) => {
      caption = text;
    },
    picture: (scene) => renderer.show(scene, caption),
    clear: renderer.close,
  };
}

/** `ganglion run APP`: the app runs on a thread of its own, but for a serial port, which works on the main one alone; progress on stderr, the report on stdout. SIGINT and SIGTERM end the run with its report. */
export async function run(name: string, given: RunFlags & Given, explicit: readonly string[] = []): Promise<void> {
  const app = appNamed(name);
  if (app === undefined) throw new UsageError(`there is no app '${name}'`, `apps are ${Object.keys(apps).join(', ')}`);
  if (typeof app.saves === 'string' && (given.checkpoint ?? given.resume) !== undefined)
    throw new UsageError(`${name} cannot be saved: ${app.saves}`, 'leave --checkpoint and --resume out');
  const resumed = given.resume === undefined ? undefined : (await import('./checkpoints.ts')).resume(name, given.resume, given, explicit);
  const flags: RunFlags & Given = resumed === undefined ? given : resumed.flags;
  const { clock, speed } = parsePace(flags, app.watched ?? 1);
  const seed = parseSeed(flags.seed);
  const scheduling = parseScheduling(flags);
  app.prepare(flags);
  const backend = chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`)).name === 'native' ? 'native' : 'reference';
  const job = {
    apps: new URL('./apps.js', import.meta.url).href,
    app: name,
    given: plain(flags),
    backend,
    clock,
    speed,
    seed,
    scheduling,
    pacing: parsePacing(flags),
    saving: resumed === undefined && flags.checkpoint === undefined ? undefined : { resumed },
    text: flags.json !== true || (flags.dashboard ?? flags.foxglove) !== undefined,
  } as const;

  // Lines of a log and a line that moves do not go together.
  const line =
    flags['render'] === true ? await pictures() : flags.log === '-' ? silent : progressLine(process.stderr, () => performance.now());
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const observation = await (await import('../observe/index.ts')).startObservation(name, flags, say);
  try {
    let ok = true;
    const interrupted = await interruptible(async (interrupt) => {
      const controller = flags['port'] === undefined ? runController : runHere;
      const asked = new AbortController();
      const signal = AbortSignal.any([interrupt, asked.signal]);
      const telemetry = await (await import('../fleet/telemetry/index.ts')).startTelemetry(name, flags, {
        ...{ observed: observation?.shared, recorded: flags['record'] !== undefined, stop: () => asked.abort(), say },
      });
      const dashboard =
        (flags.dashboard ?? flags.foxglove) === undefined
          ? undefined
          : await (await import('../dashboard/index.ts')).startDashboard(name, flags, () => asked.abort());
      if (dashboard?.page !== undefined) say(`dashboard: ${dashboard.page}`);
      if (dashboard?.live !== undefined) say(`foxglove: ${dashboard.live}`);
      if (observation?.url !== undefined) say(`metrics: ${observation.url}`);
      try {
        const result = await controller(
          { ...job, watched: dashboard?.port, steered: telemetry?.controls, observed: telemetry?.observed ?? observation?.shared },
          { signal, progress: line.show, show: line.picture, safe: app.safe },
        );
        line.clear();
        await dashboard?.end({ text: result.text, ok: true });
        const { fingerprint, ticks } = result.report;
        const log = await observation?.end({
          ...{ event: 'run.ended', level: 'info', message: signal.aborted ? 'the run was ended early' : 'the run has ended' },
          fields: { ok: result.ok, interrupted: signal.aborted, ticks, fingerprint },
        });
        const sent = await telemetry?.end({ state: 'ended', tick: typeof ticks === 'number' ? ticks : null });
        const report = { ...result.report, thread: result.thread, ...(log && { log }), ...(sent && { telemetry: sent }) };
        process.stdout.write(
          flags.json === true ? `${JSON.stringify(report)}\n` : `${[render(result, job.clock), ...logged(log)].join('\n')}\n`,
        );
        ok = result.ok;
      } catch (error) {
        line.clear();
        const { message, remedy, code } = told(error);
        await dashboard?.end({ text: remedy === '' ? message : `${message}\n${remedy}`, ok: false });
        await telemetry?.end({ state: 'failed', tick: null });
        await observation?.end({
          event: 'run.failed',
          level: 'error',
          message: 'the run has failed',
          fields: { error: message, remedy, code },
        });
        throw error;
      }
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
  }
}
