import assert from 'node:assert/strict';
import type { CrossbarFault } from '../../../drivers/index.ts';
import { taught } from './in-the-loop.ts';

const TRIALS = 2000;
const SEEDS = [2, 3, 4];
const MONTH = 30 * 86_400;
/** What inference must still reach after fault 35, or the chip must say 'degraded'. */
const BOUND = 0.75;

interface Aged {
  readonly before: number;
  readonly aged: number;
  readonly compensated: number;
  readonly state: 'ok' | 'degraded';
}

/** A taught chip after 30 days of drift and its faults, and after its compensation. */
function aged(seed: number, faults: CrossbarFault): Aged {
  const { crossbar, accuracy } = taught(seed, 0, TRIALS);
  const before = accuracy();
  crossbar.elapse(MONTH);
  crossbar.fault(faults);
  const found = accuracy();
  crossbar.compensate();
  const compensated = accuracy();
  const state = crossbar.check();
  const runs = crossbar.log.filter(({ kind }) => kind === 'compensated');
  assert.equal(runs.length, 2, 'a compensation of each projection is logged');
  assert.ok(runs.every((event) => event.kind === 'compensated' && event.factor > 1.2 && event.seconds > MONTH));
  return { before, aged: found, compensated, state };
}

/** Fault 35: read noise ×4, 30 days of drift, 1 % stuck devices. Throws where inference is neither in its bound nor 'degraded'; returns what was seen. */
export async function agedCrossbar(): Promise<string> {
  const found = SEEDS.map((seed) => aged(seed, { readNoise: 4, stuck: 0.01 }));
  for (const { compensated, state } of found) assert.ok(compensated >= BOUND || state === 'degraded', `${compensated} and '${state}'`);
  // Where hardly anything is left of it, it must not say that all is well.
  const ruined = aged(SEEDS[0]!, { readNoise: 4, stuck: 0.4 });
  assert.equal(ruined.state, 'degraded');
  // And where it only drifted, compensation is enough.
  const drifted = SEEDS.map((seed) => aged(seed, {}));
  for (const { compensated, state } of drifted)
    assert.ok(compensated >= BOUND && state === 'ok', `drift alone: ${compensated} and '${state}'`);
  const told = (of: readonly Aged[]): string =>
    of
      .map(({ before, aged: old, compensated, state }) => `${before.toFixed(3)} → ${old.toFixed(3)} → ${compensated.toFixed(3)} (${state})`)
      .join(', ');
  return `before → aged → compensated: ${told(found)}; drift alone ${told(drifted)}; 40 % stuck ${told([ruined])}`;
}
