/** Tasks for a board that learns: a network, episodes of inputs with a label, and the time when it is asked for. */
import { loadTakes, type Take, TEST_TAKES } from '../../apps/reproduce/tasks/fsdd/takes.ts';
import { IntegerLearning, type IntegerLearningOptions, IntegerNetwork, type LearningTarget } from '../../drivers/index.ts';
import type { ImagePopulation, NetworkImage } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';
import type { FirmwareBench } from './firmware-bench.ts';

export interface Episode {
  /** values of the inputs, tick after tick */
  readonly ticks: readonly Uint16Array[];
  readonly label: number;
  /** the tick from which on the readout is asked */
  readonly asked: number;
}

export interface LearningTask {
  readonly image: NetworkImage;
  readonly weights: () => Int8Array[];
  readonly options: IntegerLearningOptions;
  /** episodes between two rewards */
  readonly batch: number;
  readonly train: readonly Episode[];
  readonly test: readonly Episode[];
}

const THRESHOLD = 1_000_000;
const none: Omit<ImagePopulation, 'kind' | 'size'> = {
  reset: 'subtract',
  report: false,
  refractory: 0,
  threshold: 0,
  leak: 0,
  leakSynapse: 0,
  leakAdapt: 0,
  beta: 0,
};
const decay = (ticks: number): number => Math.round(65536 * Math.exp(-1 / ticks));
/** γ = 0.3 */
export const DAMPENING = Math.round((0.3 * 4096) / (THRESHOLD / 2 ** 20) ** 2);

export interface Recipe {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly tauMem: number;
  readonly tauAdapt: number;
  /** what a spike adds to the threshold of the second half of the neurons, in thresholds */
  readonly beta: number;
  readonly tauOut: number;
  /** standard deviations of the weights at the start, in counts */
  readonly spread: { readonly input: number; readonly recurrent: number; readonly output: number };
  readonly shift: { readonly input: number; readonly recurrent: number; readonly output: number };
  readonly seed: number;
}

/** Half LIF, half ALIF, dense and recurrent, as the e-prop paper has it. */
export function recurrentNetwork(recipe: Recipe): { image: NetworkImage; weights: () => Int8Array[] } {
  const { inputs, neurons, outputs, tauMem, tauAdapt, beta, tauOut, spread, shift, seed } = recipe;
  const strength = Math.round(beta * THRESHOLD);
  const image: NetworkImage = {
    tickUs: 1000,
    populations: [
      { ...none, kind: 'source', size: inputs },
      {
        ...none,
        kind: 'alif',
        size: neurons,
        report: true,
        refractory: 2,
        threshold: THRESHOLD,
        leak: decay(tauMem),
        leakAdapt: decay(tauAdapt),
        beta: Array.from({ length: neurons }, (_, j) => (j < neurons / 2 ? 0 : strength)),
      },
      { ...none, kind: 'integrator', size: outputs, leak: decay(tauOut) },
    ],
    projections: [
      { pre: 0, post: 1, region: 1, delay: 0, shift: shift.input },
      { pre: 1, post: 1, region: 2, delay: 1, shift: shift.recurrent },
      { pre: 1, post: 2, region: 3, delay: 0, shift: shift.output },
    ],
  };
  const weights = (): Int8Array[] => {
    const draw = random(seed);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    const some = (count: number, sd: number): Int8Array =>
      Int8Array.from({ length: count }, () => Math.max(-127, Math.min(127, Math.round(sd * normal()))));
    return [some(inputs * neurons, spread.input), some(neurons * neurons, spread.recurrent), some(neurons * outputs, spread.output)];
  };
  return { image, weights };
}

/** Cues from the left or the right, a pause, and the question which side had more: input groups left, right, question, noise, 6 lines each. */
export function cueEpisode(draw: () => number): Episode {
  const GROUP = 6;
  const CUES = 3;
  const CUE = 15;
  const GAP = 10;
  const PAUSE = 50;
  const QUESTION = 25;
  const cues = Array.from({ length: CUES }, () => (draw() < 0.5 ? 0 : 1));
  const label = cues.reduce((sum: number, cue) => sum + cue, 0) > CUES / 2 ? 1 : 0;
  const asked = CUES * (CUE + GAP) + PAUSE;
  const ticks = Array.from({ length: asked + QUESTION }, (_, tick) => {
    const cue = tick % (CUE + GAP) < CUE ? cues[Math.floor(tick / (CUE + GAP))] : undefined;
    const rate = [cue === 0 ? 0.3 : 0, cue === 1 ? 0.3 : 0, tick >= asked ? 0.3 : 0, 0.02];
    return Uint16Array.from({ length: 4 * GROUP }, (_, i) => (draw() < rate[Math.floor(i / GROUP)]! ? 1 : 0));
  });
  return { ticks, label, asked };
}

/** What learns: the integer learner, one in floats, or a board. */
export interface Learner {
  tick(target?: LearningTarget): void;
  reward(reward: number): void;
  rest(): void;
}

/** Runs an episode in TypeScript; with a learner, it is told the label while it is asked. Whether the readout's mean was right. */
export function runEpisode(network: IntegerNetwork, { ticks, label, asked }: Episode, learner?: Learner): boolean {
  const readout = network.populations.findIndex(({ image }) => image.kind === 'integrator');
  const states = network.states(readout);
  const mean = new Float64Array(states.length);
  for (const [tick, values] of ticks.entries()) {
    network.step(values, 0);
    learner?.tick(tick >= asked ? { label } : undefined);
    if (tick >= asked) for (let o = 0; o < mean.length; o++) mean[o] = mean[o]! + states[o]!;
  }
  network.rest();
  learner?.rest();
  return mean.indexOf(Math.max(...mean)) === label;
}

export const ready = (image: NetworkImage, weights: readonly Int8Array[]): IntegerNetwork => {
  const network = new IntegerNetwork(image);
  for (const [k, { region }] of image.projections.entries()) network.setWeights(region, weights[k]!);
  return network;
};

export const accuracy = (network: IntegerNetwork, episodes: readonly Episode[]): number =>
  episodes.filter((episode) => runEpisode(network, episode)).length / episodes.length;

const learns = (shifts: readonly number[], targetRate: number, regularization: number): IntegerLearningOptions => ({
  seed: 12345,
  rates: new Map(shifts.map((shift, k) => [k + 1, { rate: 65535, shift }])),
  dampening: new Map([[1, DAMPENING]]),
  ...{ targetRate, regularization },
});

/** Accumulation of three cues: the last one alone is right in 75 %. */
export function cueTask(episodes: number): LearningTask {
  const network = recurrentNetwork({
    ...{ inputs: 24, neurons: 40, outputs: 2, tauMem: 20, tauAdapt: 250, beta: 0.25, tauOut: 20, seed: 7 },
    spread: { input: 30, recurrent: 14, output: 20 },
    shift: { input: 12, recurrent: 12, output: 13 },
  });
  const [first, second] = [random(31337), random(99)];
  return {
    ...network,
    options: learns([35, 33, 30], 1300, 4000),
    batch: 32,
    train: Array.from({ length: episodes }, () => cueEpisode(first)),
    test: Array.from({ length: 200 }, () => cueEpisode(second)),
  };
}

/** A spoken digit: the levels of 32 bands, 0 to 3, a tick for every 10 ms; asked in its last two fifths. */
const spoken = ({ levels, frames, digit }: Take): Episode => ({
  ticks: Array.from({ length: frames }, (_, frame) =>
    Uint16Array.from(levels.subarray(frame * 32, frame * 32 + 32), (level) => level >> 6),
  ),
  label: digit,
  asked: Math.floor(frames * 0.6),
});

/** Ten digits by five speakers (Free Spoken Digit Dataset): 2,250 takes to learn from, in another order each time, and 250 test takes. */
export function digitTask(epochs: number): LearningTask {
  const network = recurrentNetwork({
    ...{ inputs: 32, neurons: 64, outputs: 10, tauMem: 10, tauAdapt: 60, beta: 0.1, tauOut: 20, seed: 3 },
    spread: { input: 6, recurrent: 10, output: 20 },
    shift: { input: 12, recurrent: 12, output: 13 },
  });
  const takes = loadTakes();
  const train = takes.filter(({ number }) => number >= TEST_TAKES).map(spoken);
  const draw = random(4);
  const shuffled = (): Episode[] =>
    train
      .map((episode) => ({ episode, at: draw() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ episode }) => episode);
  return {
    ...network,
    options: learns([40, 36, 34], 3000, 3000),
    batch: 32,
    train: Array.from({ length: epochs }, shuffled).flat(),
    test: takes.filter(({ number }) => number < TEST_TAKES).map(spoken),
  };
}

/** What a step is worth: full for three fifths of the training, then half and a quarter. */
const rewardAt = (share: number): number => (share < 0.6 ? 65536 : share < 0.85 ? 32768 : 16384);

/** Trains a network by a learner; right answers on the test episodes before and after. */
export function trained(task: LearningTask, make: (network: IntegerNetwork, options: IntegerLearningOptions) => Learner) {
  const { image, weights, options, batch, train, test } = task;
  const network = ready(image, weights());
  const before = accuracy(network, test);
  const learner = make(network, options);
  for (const [k, episode] of train.entries()) {
    runEpisode(network, episode, learner);
    if ((k + 1) % batch === 0) learner.reward(rewardAt((k + 1) / train.length));
  }
  return { before, after: accuracy(network, test) };
}

/** Learns the first episodes of a task on a board, a reward behind each; all its weights after that. */
export function learnOnBoard(bench: FirmwareBench, { image, weights, options, train }: LearningTask, episodes: number): Int8Array[] {
  const start = weights();
  bench.load(image, start);
  bench.learn(options);
  let tick = 0;
  for (const { ticks, label, asked } of train.slice(0, episodes)) {
    bench.target({ tick: tick + asked, ticks: ticks.length - asked, label });
    for (const values of ticks) bench.tick(tick++, [...values]);
    bench.rest(tick - 1);
    bench.reward(tick - 1, 65536);
  }
  return image.projections.map(({ region }, k) => bench.weights(region, start[k]!.length));
}

/** The same in TypeScript. */
export function learnHere({ image, weights, options, train }: LearningTask, episodes: number): Int8Array[] {
  const mine = weights();
  const network = ready(image, mine);
  const learner = new IntegerLearning(network, options);
  for (const episode of train.slice(0, episodes)) {
    runEpisode(network, episode, learner);
    learner.reward(65536);
  }
  return mine;
}
