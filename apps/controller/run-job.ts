import { nativeRealtime, type RealtimeOptions } from '../../native/index.ts';
import type { Scene } from '../../runtime/index.ts';
import type { Progress, Watched } from '../app.ts';
import type { appNamed as AppNamed } from '../cli/apps.ts';
import { chooseBackend } from '../cli/backend.ts';
import type { RunCheckpoints } from '../cli/checkpoints.ts';
import { textOf } from '../flags.ts';
import { loopTime } from '../time.ts';
import type { Finished, Job, ThreadReport } from './job.ts';
import { watchPauses } from './pauses.ts';

function ask(wishes: RealtimeOptions): ThreadReport['scheduling'] {
  const native = nativeRealtime();
  if ('realtime' in native) return native.realtime.schedule(wishes);
  const why = (wish: unknown): string => (wish === undefined || wish === false ? '' : native.reason);
  return { priority: why(wishes.priority), cpu: why(wishes.cpu), lock: why(wishes.lock) };
}

/** Who may act on the run: people at a dashboard, commands from elsewhere, or both by the same controls. */
async function watchedBy({ app, given, watched, steered }: Job): Promise<Watched | undefined> {
  if (watched !== undefined)
    return (await import('../dashboard/feed.ts')).createFeed(app, watched, textOf(given, 'record') !== undefined, steered);
  return steered === undefined ? undefined : (await import('../fleet/telemetry/steered.ts')).steeredBy(steered);
}

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  readonly show: (scene: Scene) => void;
  /** the app has left its pipes: nothing acts any more */
  readonly left: () => void;
}

/** Runs an app on this thread, to its report. */
export async function runJob(job: Job, { signal, progress, show, left }: JobOptions): Promise<Finished> {
  const pauses = watchPauses(loopTime().now);
  let checkpoints: RunCheckpoints | undefined;
  try {
    const { appNamed } = (await import(job.apps)) as { readonly appNamed: typeof AppNamed };
    const start = appNamed(job.app)!.prepare(job.given);
    const backend = chooseBackend(job.backend, () => undefined);
    const scheduling = job.scheduling === undefined ? undefined : ask(job.scheduling);
    if (job.saving !== undefined) checkpoints = (await import('../cli/checkpoints.ts')).begin(job.app, job.given, job.saving.resumed);
    const pacing = { ...job.pacing, onMiss: pauses.miss };
    const watched = await watchedBy(job);
    const observed = job.observed === undefined ? undefined : (await import('../observe/feed.ts')).createObserver(job.observed, pauses);
    const result = await start({
      backend,
      clock: job.clock,
      seed: job.seed,
      speed: job.speed,
      signal,
      progress,
      show,
      pacing,
      checkpoints,
      watched,
      observed,
    });
    left();
    const report = { ...result.report, ...checkpoints?.report() };
    // What the observer has not been told yet comes with the next turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { report, text: job.text ? result.render() : '', ok: result.ok, thread: { scheduling, gc: pauses.report() } };
  } finally {
    await checkpoints?.close();
    job.watched?.close();
    pauses.end();
  }
}
