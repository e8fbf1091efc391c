import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** One claim: returns what it measured, throws where it does not hold. */
export interface Check {
  readonly claim: string;
  run(): Promise<string>;
}

/** What a check takes at most on a machine that is busy too, minutes. */
const LONGEST = 20;

/** Runs checks one after another, prints each with its figures, and `N passed, N failed` last. One that does not end in time has failed, and the next one is run. */
export async function runChecks(checks: readonly Check[], longest = LONGEST): Promise<boolean> {
  let failed = 0;
  let unended = false;
  for (const { claim, run } of checks) {
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    const deadline = new AbortController();
    const over = sleep(longest * 60_000, undefined, { signal: deadline.signal }).then((): never => {
      unended = true;
      throw new Error(`not ended after ${longest} minutes`);
    });
    over.catch(() => undefined);
    try {
      console.log(`✓ ${claim}: ${await Promise.race([run(), over])} (${seconds()} s)`);
    } catch (error) {
      failed++;
      console.log(`✗ ${claim}: ${error instanceof Error ? error.message : String(error)} (${seconds()} s)`);
    } finally {
      deadline.abort();
    }
  }
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  // What it left behind would keep the process from ending.
  if (unended) process.exit(1);
  return failed === 0 && checks.length > 0;
}

/** `value` must be at least (or at most) `bound`. */
export function atLeast(what: string, value: number, bound: number): string {
  assert.ok(value >= bound, `${what} ≥ ${bound} required, measured ${value.toFixed(4)}`);
  return `${what} ${value.toFixed(3)} ≥ ${bound}`;
}

export function atMost(what: string, value: number, bound: number): string {
  assert.ok(value <= bound, `${what} ≤ ${bound} required, measured ${value.toFixed(4)}`);
  return `${what} ${value.toFixed(3)} ≤ ${bound}`;
}

/** Times that a check in real time is tried. */
const ATTEMPTS = 4;

/**
 * A machine that stands still for longer than a device waits has no real time: the run is done again where its failure says so by one of these signs. What is wrong for
 * another reason, and what always stands still, fails.
 */
export async function undisturbed<T>(signs: RegExp, run: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await run();
    } catch (error) {
      if (left === 1 || !signs.test(String(error))) throw error;
      console.log(`  the machine stood still, again: ${String(error).split('\n')[0]}`);
    }
  }
}
