/** Tasks for a board that learns: a network, episodes of inputs with a label, and the time when it is asked for. */
import { type IntegerLearningOptions, IntegerNetwork, type LearningTarget } from '../../drivers/index.ts';
import type { ImagePopulation, NetworkImage } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';

export interface Episode {
  /** values of the inputs, tick after tick */
  readonly ticks: readonly Uint16Array[];
  readonly label: number;
  /** the tick from which on the readout is asked */
  readonly asked: number;
}

export interface LearningTask {
  readonly name: string;
  readonly image: NetworkImage;
  readonly weights: () => Int8Array[];
  readonly options: IntegerLearningOptions;
  readonly classes: number;
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

/** Five cues from the left or the right, a pause, and the question which side had more: input groups left, right, question, noise, 6 lines each. */
export function cueEpisode(draw: () => number, CUES = 5): Episode {
  const GROUP = 6;
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
