import type { Progress } from '../app.ts';
import type { Result } from './job.ts';
import { resultFrom } from './job.ts';
import type { Plan } from './plan.ts';
import type { Crew, Queue } from './queue.ts';
import { type Perform, serve } from './serve.ts';
import type { Store } from './store.ts';

export interface SweepOptions {
  readonly queue: Queue;
  /** of this process; there may be others */
  readonly performers: readonly Perform[];
  /** undefined: results are not kept */
  readonly store: Store | undefined;
  /** whether results that are kept are made anew */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

function othersOf(crew: Crew | 'away' | undefined): string {
  if (crew === undefined) return '';
  if (crew === 'away') return ', the server is away';
  return crew.running + crew.idle === 0 ? ', nobody works' : `, ${crew.running} running`;
}

/** How often it is looked who else works. */
const CREW_MS = 1000;

/** Results by the names of their jobs; what an interrupted sweep has not done is missing. */
export async function sweep(plan: Plan, { queue, performers, store, again, signal, progress }: SweepOptions): Promise<Map<string, Result>> {
  const results = again ? new Map<string, Result>() : (store?.kept(plan.jobs) ?? new Map<string, Result>());
  const wanted = new Map([...plan.jobs].filter(([id]) => !results.has(id)));
  const kept = results.size;
  let failed = 0;
  let crew: Crew | 'away' | undefined;
  const show = (): void => {
    const done = results.size - kept;
    progress({
      fraction: wanted.size === 0 ? 1 : done / wanted.size,
      text: `${results.size} of ${plan.jobs.size} jobs${failed === 0 ? '' : `, ${failed} failed`}${othersOf(crew)}`,
    });
  };
  const heard = (text: string): void => {
    const result = resultFrom(text, 'result');
    store?.keep(result.id, text);
    results.set(result.id, result);
    if (!result.ok) failed++;
    show();
  };
  show();
  if (wanted.size === 0) return results;

  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const look = setInterval(async () => {
    crew = await queue.crew();
    show();
  }, CREW_MS);
  const parts = [queue.collect(wanted, heard, stop), ...(performers.length === 0 ? [] : [serve(queue, { performers, signal: stop })])];
  try {
    // Whichever fails ends the other; when all is heard, nobody needs to work on.
    const ended = parts.map((part, k) =>
      part.then(
        () => k === 0 && over.abort(),
        (error: unknown) => {
          over.abort();
          throw error;
        },
      ),
    );
    await Promise.allSettled(ended);
    await Promise.all(ended);
  } finally {
    clearInterval(look);
  }
  return results;
}

/** The number at a path of a report; null where there is none. */
export function measured({ report }: Result & { readonly ok: true }, path: string): number | null {
  const value = path
    .split('.')
    .reduce<unknown>(
      (at, key) => (at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined),
      report,
    );
  return typeof value === 'number' ? value : null;
}

/** What a configuration is worth, over its seeds. */
export interface Row {
  readonly label: string;
  /** in the order of the seeds; null: not done, failed, or without a number there */
  readonly values: readonly (number | null)[];
  readonly failed: number;
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
}

export const rowsOf = (plan: Plan, results: ReadonlyMap<string, Result>): Row[] =>
  plan.configurations.map(({ label, jobs }) => {
    const found = jobs.map((id) => results.get(id));
    const values = found.map((result) => (result?.ok === true ? measured(result, plan.measure) : null));
    const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    const median = sorted.length === 0 ? null : (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
    return {
      label,
      values,
      failed: found.filter((result) => result?.ok === false).length,
      median,
      least: sorted[0] ?? null,
      most: sorted.at(-1) ?? null,
    };
  });

/** The JSON object of a sweep: no time and no machine is in it, so that the same sweep has the same bytes. */
export const sweepJson = (plan: Plan, results: ReadonlyMap<string, Result>) => ({
  app: plan.app,
  measure: plan.measure,
  goal: plan.goal,
  seeds: plan.seeds,
  jobs: plan.jobs.size,
  done: results.size,
  failed: [...results.values()].filter(({ ok }) => !ok).length,
  configurations: rowsOf(plan, results),
  results: [...plan.jobs.keys()].flatMap((id) => results.get(id) ?? []),
});
