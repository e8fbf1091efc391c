import type { DeviceFactory } from './device.ts';
import { Rig, type RigOptions } from './rig.ts';

/** One case: a device of its own on the bench, and what is done with it. Throws what does not hold. */
export interface Case {
  readonly name: string;
  run(seed?: number): Promise<{ readonly log: readonly string[]; readonly digest: string }>;
}

/** Cases about one kind of device: plain data, so that any runner can run it. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

export type Body = (rig: Rig) => void | Promise<void>;

/** Longest time of a case on this machine: a device in its own time may never answer. */
const PATIENCE_MS = 60_000;

/** Carries the log of the case that failed, for reports. */
export const logs = new WeakMap<object, readonly string[]>();

async function patiently(body: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`a case must end within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    await Promise.race([body, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A suite of cases by name; each gets a new device, and the line to it has the faults of `options`. */
export function suite(name: string, makeDevice: DeviceFactory, cases: Readonly<Record<string, Body>>, options: RigOptions = {}): Suite {
  const entries = Object.entries(cases).map(
    ([title, body]): Case => ({
      name: title,
      async run(seed = options.seed ?? 1) {
        const rig = new Rig(await makeDevice(seed), { ...options, seed });
        try {
          await patiently(body(rig));
        } catch (error) {
          if (typeof error === 'object' && error !== null) logs.set(error, [...rig.log.lines]);
          throw error;
        } finally {
          await rig.close();
        }
        return { log: rig.log.lines, digest: rig.log.digest };
      },
    }),
  );
  return { name, cases: entries };
}

/** What ava's and node:test's `test` have in common. */
export type TestFunction = (name: string, body: (context: { pass?: () => unknown }) => Promise<void>) => unknown;

/** Makes every case a test of ava or of node:test: `register(suite, test)`. */
export function register({ name, cases }: Suite, test: TestFunction): void {
  for (const one of cases) {
    test(`${name}: ${one.name}`, async (context) => {
      await one.run();
      context.pass?.();
    });
  }
}

export interface CaseResult {
  readonly name: string;
  readonly ms: number;
  /** what did not hold; undefined where all did */
  readonly error?: Error;
  readonly log: readonly string[];
}

export interface SuiteResult {
  readonly name: string;
  readonly startedAt: Date;
  readonly results: readonly CaseResult[];
}

export interface RunSuiteOptions {
  readonly seed?: number;
  /** cases whose name contains this */
  readonly only?: string;
  /** hears of each case when it has ended; `index` counts from 1 */
  readonly done?: (result: CaseResult, index: number) => void;
}

/** Runs the cases one after the other. */
export async function runSuite({ name, cases }: Suite, { seed, only = '', done }: RunSuiteOptions = {}): Promise<SuiteResult> {
  const startedAt = new Date();
  const results: CaseResult[] = [];
  for (const one of cases.filter((each) => each.name.includes(only))) {
    const begin = performance.now();
    let result: CaseResult;
    try {
      const { log } = await one.run(seed);
      result = { name: one.name, ms: performance.now() - begin, log };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      result = { name: one.name, ms: performance.now() - begin, error, log: logs.get(error) ?? [] };
    }
    results.push(result);
    done?.(result, results.length);
  }
  return { name, startedAt, results };
}
