import assert from 'node:assert/strict';
import { learnedWithoutReadings, onCrossbar, perturbed, taught } from '../drivers/chips/in-the-loop.ts';
import { atLeast, atMost, type Check } from './checks.ts';

const TRIALS = 2000;
const STUCK = 0.04;
const SEEDS = [2, 3, 4];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
const show = (values: readonly number[]): string => values.map((value) => value.toFixed(3)).join(', ');

export const chipChecks: readonly Check[] = [
  {
    claim:
      'OSTTP learns an exclusive-or with a crossbar in the loop, 4 % of whose devices are stuck; without learning, or without its readings, it does not',
    async run() {
      const untaught = SEEDS.map((seed) => onCrossbar({ seed }, STUCK).accuracy());
      const looped = SEEDS.map((seed) => taught(seed, STUCK, TRIALS).accuracy());
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
];
