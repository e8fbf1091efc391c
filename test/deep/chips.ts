import assert from 'node:assert/strict';
import type { CrossbarFault } from '../../drivers/index.ts';
import { learnedWithoutReadings, onCrossbar, type Placed, perturbed, teach } from '../drivers/chips/in-the-loop.ts';
import { atLeast, atMost, type Check } from './checks.ts';

const TRIALS = 2000;
const STUCK = 0.04;
const SEEDS = [2, 3, 4];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
const show = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(', ');

/** Taught once, and used by the checks of faults; each gets a chip of its own with the same history. */
function taught(seed: number, stuck: number): Placed {
  const placed = onCrossbar({ seed }, stuck);
  teach(placed.executable, TRIALS);
  return placed;
}

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
  const { crossbar, accuracy } = taught(seed, 0);
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

export const chipChecks: readonly Check[] = [
  {
    claim:
      'OSTTP learns an exclusive-or with a crossbar in the loop, 4 % of whose devices are stuck; without learning, or without its readings, it does not',
    async run() {
      const untaught = SEEDS.map((seed) => onCrossbar({ seed }, STUCK).accuracy());
      const looped = SEEDS.map((seed) => taught(seed, STUCK).accuracy());
      const alone = SEEDS.map((seed) => learnedWithoutReadings({ seed }, STUCK, TRIALS));
      const chips = alone.map(({ chip }) => chip);
      assert.ok(mean(alone.map(({ host }) => host)) > 0.9, 'the host alone learns it on its own sums');
      const figures = `seeds ${show(looped)}; not taught ${show(untaught)}; readings ignored ${show(chips)}`;
      return [
        atLeast('in the loop', mean(looped), 0.82),
        atMost('not taught', mean(untaught), 0.6),
        atLeast('in the loop less readings ignored', mean(looped) - mean(chips), 0.25),
        figures,
      ].join('; ');
    },
  },
  {
    claim: 'weight perturbation learns three patterns over the port of boards, and nothing where its answers are not heard',
    async run() {
      const heard = await perturbed({ steps: 800, heard: true });
      const deaf = await perturbed({ steps: 800, heard: false });
      return [atLeast('told right', heard.after, 0.97), atMost('not heard', deaf.after, 0.6)].join('; ');
    },
  },
  {
    claim: 'fault 35: read noise ×4, 30 days of drift, 1 % stuck devices: inference in its bound or degraded; compensation run and logged',
    async run() {
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
          .map(
            ({ before, aged: old, compensated, state }) =>
              `${before.toFixed(3)} → ${old.toFixed(3)} → ${compensated.toFixed(3)} (${state})`,
          )
          .join(', ');
      return `before → aged → compensated: ${told(found)}; drift alone ${told(drifted)}; 40 % stuck ${told([ruined])}`;
    },
  },
];
