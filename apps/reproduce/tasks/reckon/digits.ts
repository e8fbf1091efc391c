import { exact } from '../../../../runtime/index.ts';
import type { Task } from '../../task.ts';
import { BANDS } from '../fsdd/front-end.ts';
import { loadTakes, type Take, TEST_TAKES } from '../fsdd/takes.ts';
import { armsOf } from './experiment.ts';
import type { OnChip } from './on-chip.ts';
import type { SpikeTrain } from './sample.ts';

/** The two digits that are told apart. */
const DIGITS = [3, 7] as const;
/** Passes over the takes that are learned from. */
const PASSES = 3;
/** Ticks of a frame of 10 ms, and the probability that the loudest band spikes in one. */
const TICKS_A_FRAME = 2;
const LOUDEST = 0.4;
const MAX_TICKS = 255 * TICKS_A_FRAME;

const setting = (seed: number): OnChip => ({
  seed,
  inputs: BANDS,
  neurons: 100,
  outputs: DIGITS.length,
  // 480 ticks, 2.4 s: a take is in memory to its end.
  alpha: 32700,
  kappa: 121,
  weights: { input: 15, recurrent: 15, output: 20 },
  shifts: { hidden: 8, output: 13 },
  learns: 7,
});

let kept: { readonly train: readonly Take[]; readonly test: readonly Take[] } | undefined;
function takes() {
  if (kept === undefined) {
    const all = loadTakes().filter(({ digit }) => (DIGITS as readonly number[]).includes(digit));
    kept = { train: all.filter(({ number }) => number >= TEST_TAKES), test: all.filter(({ number }) => number < TEST_TAKES) };
  }
  return kept;
}

const TRAINED = 450;
const TESTED = 50;

/** Takes in an order of their own for each pass, then the test takes; bands spike at the rate of their level. The second half of a take is taught and counted. */
function draw(seed: number): (index: number, into: SpikeTrain) => number {
  const { train, test } = takes();
  const order = exact.randomStream(seed, 'order of the takes');
  const noise = exact.randomStream(seed, 'spikes of the takes');
  const orders = Array.from({ length: PASSES }, (_, pass) =>
    train.map((take, k) => ({ take, at: order.uniform(pass * TRAINED + k) })).sort((a, b) => a.at - b.at),
  ).flat();
  return (index, into) => {
    const { frames, levels, digit } = index < orders.length ? orders[index]!.take : test[(index - orders.length) % TESTED]!;
    const ticks = frames * TICKS_A_FRAME;
    into.clear();
    into.from = Math.floor(ticks / 2);
    for (let t = 0; t < ticks; t++) {
      const frame = Math.floor(t / TICKS_A_FRAME) * BANDS;
      for (let band = 0; band < BANDS; band++) {
        const rate = (levels[frame + band]! / 255) * LOUDEST;
        if (noise.uniform((index * MAX_TICKS + t) * BANDS + band) < rate) into.add(band);
      }
      into.endTick();
    }
    return (DIGITS as readonly number[]).indexOf(digit);
  };
}

/** Two spoken digits by five speakers (Free Spoken Digit Dataset), told apart by a network that learned on the chip, 32-100-2. */
export const reckonDigits: Task = {
  name: 'reckon-digits',
  summary: 'a spoken three or seven, learned on the emulated chip',
  curve: { x: 'takes', y: 'accuracy on the test takes', scale: 'linear' },
  seeds: 3,
  arms: armsOf({
    setting,
    draw,
    examples: PASSES * TRAINED,
    fresh: TESTED,
    point: TESTED,
    every: 225,
    maxTicks: MAX_TICKS,
    figure: 'accuracy on 50 test takes',
    chance: 0.7,
  }),
};
