import { PerformanceObserver } from 'node:perf_hooks';
import { nativeRealtime, type RealtimeOptions } from '../../native/index.ts';
import type { Scene } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import type { appNamed as AppNamed } from '../cli/apps.ts';
import { chooseBackend } from '../cli/backend.ts';
import type { RunCheckpoints } from '../cli/checkpoints.ts';
import { textOf } from '../flags.ts';
import type { Finished, Job, ThreadReport } from './job.ts';

function ask(wishes: RealtimeOptions): ThreadReport['scheduling'] {
  const native = nativeRealtime();
  if ('realtime' in native) return native.realtime.schedule(wishes);
  const why = (wish: unknown): string => (wish === undefined || wish === false ? '' : native.reason);
  return { priority: why(wishes.priority), cpu: why(wishes.cpu), lock: why(wishes.lock) };
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
  const pauses = { pauses: 0, totalMs: 0, longestMs: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses.pauses++;
      pauses.totalMs += duration;
      pauses.longestMs = Math.max(pauses.longestMs, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  let checkpoints: RunCheckpoints | undefined;
  try {
    const { appNamed } = (await import(job.apps)) as { readonly appNamed: typeof AppNamed };
    const start = appNamed(job.app)!.prepare(job.given);
    const backend = chooseBackend(job.backend, () => undefined);
    const scheduling = job.scheduling === undefined ? undefined : ask(job.scheduling);
    if (job.saving !== undefined) checkpoints = (await import('../cli/checkpoints.ts')).begin(job.app, job.given, job.saving.resumed);
    const watched =
      job.watched === undefined
        ? undefined
        : (await import('../dashboard/feed.ts')).createFeed(job.app, job.watched, textOf(job.given, 'record') !== undefined);
    const result = await start({
      backend,
      clock: job.clock,
      seed: job.seed,
      speed: job.speed,
      signal,
      progress,
      show,
      checkpoints,
      watched,
    });
    left();
    const report = { ...result.report, ...checkpoints?.report() };
    // What the observer has not been told yet comes with the next turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { report, text: job.text ? result.render() : '', ok: result.ok, thread: { scheduling, gc: { ...pauses } } };
  } finally {
    await checkpoints?.close();
    job.watched?.close();
    observer.disconnect();
  }
}
