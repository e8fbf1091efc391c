import { z } from 'zod';
import { exact, raise } from '../../runtime/index.ts';
import { packageVersion } from '../cli/version.ts';
import { raiseFault } from './faults.ts';
import { appOf, type FlagValue, givenOf, jobFlags } from './flags.ts';
import { idOf, type Job } from './job.ts';

/** Flags that vary, and the jobs that have them, one a seed. */
export interface Configuration {
  /** `learn=on records=100` */
  readonly label: string;
  /** names of jobs, in the order of the seeds */
  readonly jobs: readonly string[];
}

export interface Plan {
  readonly app: string;
  /** path of a number in the report: `meanF1`, `records.0.f1` */
  readonly measure: string;
  readonly goal: 'max' | 'min';
  readonly seeds: readonly number[];
  readonly configurations: readonly Configuration[];
  /** by name, each once */
  readonly jobs: ReadonlyMap<string, Job>;
}

const MOST_JOBS = 100_000;
const seed = z.int().min(0).max(0xffffffff);
const flagName = z.string().regex(/^[a-z][a-z\d-]{0,63}$/, 'the name of a flag, without --');
const flagValue = z.union([z.string().max(4096), z.number(), z.boolean()]);
const settings = z.record(flagName, flagValue);
const range = z.strictObject({
  from: z.number(),
  to: z.number(),
  scale: z.enum(['linear', 'log']).default('linear'),
  whole: z.boolean().default(false),
});
const choices = z.array(flagValue).min(1).max(10_000);

const planSchema = z.strictObject({
  app: z.string(),
  measure: z.string().min(1),
  goal: z.enum(['max', 'min']).default('max'),
  flags: settings.default({}),
  seeds: z.union([z.int().min(1).max(MOST_JOBS), z.array(seed).min(1).max(MOST_JOBS)]).default(1),
  grid: z.record(flagName, choices).optional(),
  random: z
    .strictObject({ count: z.int().min(1).max(MOST_JOBS), seed: seed.default(1), draw: z.record(flagName, z.union([choices, range])) })
    .optional(),
  list: z.array(settings).min(1).max(MOST_JOBS).optional(),
});

type PlanData = z.infer<typeof planSchema>;
type Settings = Readonly<Record<string, FlagValue>>;

/** What a sweep file asks for: every configuration of `grid`, `random` or `list`, with every seed. Throws a DescriptionError with the path of the first fault. */
export function planOf(file: unknown): Plan {
  const parsed = planSchema.safeParse(file);
  if (!parsed.success) return raiseFault(parsed.error, file, 'sweep');
  const plan = parsed.data;
  const app = appOf(plan.app, 'sweep.app');
  const seeds = typeof plan.seeds === 'number' ? Array.from({ length: plan.seeds }, (_, k) => k + 1) : [...new Set(plan.seeds)];
  const jobs = new Map<string, Job>();
  const configurations = new Map<string, Configuration>();
  // Of what is wrong in both, the field that it stands in is named.
  jobFlags(app, plan.flags, 'sweep.flags');
  for (const [path, varied] of variations(plan, seeds.length)) {
    const flags = jobFlags(app, { ...plan.flags, ...varied }, path);
    const named = seeds.map((one): [string, Job] => {
      const job: Job = { version: packageVersion(), app: plan.app, seed: one, flags };
      return [idOf(job), job];
    });
    givenOf(named[0]![1], undefined, path);
    for (const [id, job] of named) jobs.set(id, job);
    // Two draws may be the same configuration.
    configurations.set(named[0]![0], { label: labelOf(varied), jobs: named.map(([id]) => id) });
  }
  return { app: plan.app, measure: plan.measure, goal: plan.goal, seeds, configurations: [...configurations.values()], jobs };
}

const labelOf = (varied: Settings): string =>
  Object.entries(varied)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'as it is';

/** The flags that vary, each with its path in the file. */
function variations(plan: PlanData, seeds: number): [path: string, varied: Settings][] {
  const { grid, random, list } = plan;
  const given = Object.entries({ grid, random, list }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    raise('ERR_WRONG_TYPE', { path: 'sweep', expected: 'one of grid, random and list', value: given.map(([name]) => name).join(' and ') });
  const count =
    (grid === undefined ? (random?.count ?? list?.length ?? 1) : Object.values(grid).reduce((n, { length }) => n * length, 1)) * seeds;
  if (count > MOST_JOBS)
    raise('ERR_OUT_OF_RANGE', { path: 'sweep', bound: `≤ ${MOST_JOBS} jobs`, value: count, remedy: 'draw at random, or cut it in parts' });
  if (list !== undefined) return list.map((varied, k) => [`sweep.list.${k}`, varied]);
  if (random !== undefined) return Array.from({ length: random.count }, (_, k) => ['sweep.random.draw', drawn(random, k)]);
  return crossed(Object.entries(grid ?? {})).map((varied) => ['sweep.grid', varied]);
}

const crossed = (axes: readonly (readonly [string, readonly FlagValue[]])[]): Settings[] =>
  axes.reduce<Settings[]>((all, [name, values]) => all.flatMap((varied) => values.map((value) => ({ ...varied, [name]: value }))), [{}]);

/** The configuration of one draw: its numbers depend on the seed, the name of the flag and how many were drawn before. */
function drawn({ seed, draw }: NonNullable<PlanData['random']>, index: number): Settings {
  return Object.fromEntries(
    Object.entries(draw).map(([name, from]) => {
      const uniform = exact.randomStream(seed, `sweep.${name}`).uniform(index);
      return [name, Array.isArray(from) ? from[Math.floor(uniform * from.length)]! : numberIn(from, uniform, `sweep.random.draw.${name}`)];
    }),
  );
}

function numberIn({ from, to, scale, whole }: z.infer<typeof range>, uniform: number, path: string): number {
  if (!(from < to) || (scale === 'log' && from <= 0))
    raise('ERR_OUT_OF_RANGE', {
      path,
      bound: scale === 'log' ? '0 < from < to' : 'from < to',
      value: `from ${from} to ${to}`,
      remedy: 'correct the range',
    });
  if (whole) return Math.min(Math.floor(to), Math.ceil(from) + Math.floor(uniform * (Math.floor(to) - Math.ceil(from) + 1)));
  const value = scale === 'log' ? from * (to / from) ** uniform : from + (to - from) * uniform;
  // Four digits are drawn as well as sixteen, and can be read.
  return Number(value.toPrecision(4));
}
