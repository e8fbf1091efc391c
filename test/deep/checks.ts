import assert from 'node:assert/strict';

/** One claim: returns what it measured, throws where it does not hold. */
export interface Check {
  readonly claim: string;
  run(): Promise<string>;
}

/** Runs checks one after another, prints each with its figures, and `N passed, N failed` last. */
export async function runChecks(checks: readonly Check[]): Promise<boolean> {
  let failed = 0;
  for (const { claim, run } of checks) {
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
    try {
      console.log(`✓ ${claim}: ${await run()} (${seconds()} s)`);
    } catch (error) {
      failed++;
      console.log(`✗ ${claim}: ${error instanceof Error ? error.message : String(error)} (${seconds()} s)`);
    }
  }
  console.log(`${checks.length - failed} passed, ${failed} failed`);
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
