import { exact } from '../../../../runtime/index.ts';
import type { Task } from '../../task.ts';
import { armsOf } from './experiment.ts';
import type { OnChip } from './on-chip.ts';
import type { SpikeTrain } from './sample.ts';

const [CUES, CUE, GAP, DELAY, RECALL] = [5, 30, 20, 150, 100];
const TICKS = CUES * (CUE + GAP) + DELAY + RECALL;
/** Ten channels each: left, right, recall, noise. */
const CHANNELS = 40;
const NEURONS = 100;
/** Probability of a spike in a tick, of a channel that says something and of one that does not. */
const [SIGNAL, NOISE] = [0.2, 0.01];

const setting = (seed: number): OnChip => ({
  seed,
  inputs: CHANNELS,
  neurons: NEURONS,
  outputs: 2,
  // 1170 ticks: the membranes remember, there is nothing else that could.
  alpha: 32740,
  kappa: 121,
  weights: { input: 10, recurrent: 15, output: 20 },
  shifts: { hidden: 8, output: 15 },
  learns: 7,
});

/** Trials by number: cues left or right, silence, a recall signal; the label is the side of most cues. */
function draw(seed: number): (index: number, into: SpikeTrain) => 0 | 1 {
  const random = exact.randomStream(seed, 'cues of the chip');
  const noise = exact.randomStream(seed, 'cues of the chip, spikes');
  return (index, into) => {
    const right = random.uniform(index * 16) < 0.5 ? 0.3 : 0.7;
    const cues = Array.from({ length: CUES }, (_, k) => (random.uniform(index * 16 + 1 + k) < right ? 1 : 0));
    into.clear();
    into.from = TICKS - RECALL;
    for (let t = 0; t < TICKS; t++) {
      const cue = Math.floor(t / (CUE + GAP));
      const side = cue < CUES && t % (CUE + GAP) < CUE ? cues[cue] : undefined;
      for (let i = 0; i < CHANNELS; i++) {
        const group = Math.floor(i / 10);
        const rate = group === 3 ? NOISE : group === 2 ? (t >= TICKS - RECALL ? SIGNAL : 0) : group === side ? SIGNAL : 0;
        if (rate > 0 && noise.uniform((index * TICKS + t) * CHANNELS + i) < rate) into.add(i);
      }
      into.endTick();
    }
    return cues.reduce<number>((sum, side) => sum + side, 0) > CUES / 2 ? 1 : 0;
  };
}

/** Which side had more cues, asked a moment later: a task of our own for learning on the chip, 40-100-2, one pass over 500 trials. */
export const reckonCues: Task = {
  name: 'reckon-cues',
  summary: 'which side had more cues, learned on the emulated chip',
  curve: { x: 'trials', y: 'accuracy of 50 fresh trials', scale: 'linear' },
  seeds: 3,
  arms: armsOf(
    {
      setting,
      draw,
      examples: 500,
      fresh: 200,
      point: 50,
      every: 100,
      maxTicks: TICKS,
      figure: 'accuracy on 200 fresh trials',
      chance: 0.6,
    },
    {
      value: '0.90–1.00',
      source: 'a model of the chip on the longer task of its author (delayed supervision, Frenkel & Indiveri 2022), 50 test trials',
    },
  ),
};
