import {
  constant,
  copyWeights,
  deltaRule,
  exact,
  integrator,
  type Network,
  type Optimizer,
  type Projection,
  rate,
  rflo,
  snu,
  source,
} from '../../../runtime/index.ts';
import { feedbackFor } from '../description.ts';
import { type Player, player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';
import { normalizedError, sines } from './sines.ts';

const UNITS = 100;
/** τ of the units, ticks. */
const TAU = 5;
/** Movements, and the coordinates of each. */
const MOVEMENTS = 3;
const COORDINATES = 2;
/** Ticks of a movement, and of the cue before it, which is within the last ones of the movement before. */
const LENGTH = 40;
const CUE = 10;
/** Movements of an episode of training, each after its own cue, and of a test. */
const TAUGHT = 3;
const TESTED = 2 * MOVEMENTS;
const EPISODES = 3000;
/** Episodes between two points of the curve. */
const POINT = 100;

interface ChainArm extends ArmSheet {
  readonly learns: boolean;
  /** whether what the readout says of the next cue reaches the network */
  readonly loop: boolean;
}

const chained: Figure = { name: 'nMSE of six movements from one cue', digits: 3 };
const cued: Figure = { name: 'nMSE, each after its own cue', digits: 3 };
const drawn = { value: 'goes on', source: 'Murray 2019, eLife 8:e43299: trajectories that are learned one by one run in a row; drawings' };

const designs: readonly ChainArm[] = [
  {
    name: 'RFLO, loop through the readout',
    kind: 'rule',
    figures: [
      { ...chained, asked: { of: 'median', atMost: 0.1 }, published: drawn },
      { ...cued, asked: { of: 'median', atMost: 0.1 } },
    ],
    learns: true,
    loop: true,
  },
  {
    name: 'RFLO, loop cut',
    kind: 'control',
    figures: [
      { ...chained, asked: { of: 'median', atLeast: 0.5 } },
      { ...cued, asked: { of: 'median', atMost: 0.1 } },
    ],
    learns: true,
    loop: false,
  },
  {
    name: 'no learning',
    kind: 'control',
    figures: [
      { ...chained, asked: { of: 'median', atLeast: 0.5 } },
      { ...cued, asked: { of: 'median', atLeast: 0.5 } },
    ],
    learns: false,
    loop: true,
  },
];

/**
 * Rate units that a cue starts on a movement. The readout has the coordinates, and a unit for each cue, which announces what comes next; the loop is a relay, a
 * pulse where that unit exceeds a half, onto the synapses of the cue itself.
 */
function network(learns: boolean, loop: boolean, seed: number): Network {
  const optimizer: Optimizer = { kind: 'adam', rate: { kind: 'linear', initial: 0.003, final: 0.0003, updates: EPISODES } };
  const learned = learns ? rflo({ from: 'out', optimizer, through: { feedback: 'broadcast' } }) : undefined;
  const dense = { kind: 'dense' } as const;
  const cues = Array.from({ length: MOVEMENTS }, (_, k) => k);
  const random = exact.randomStream(seed, 'cue');
  const cueWeights = { kind: 'inline', values: Array.from({ length: MOVEMENTS * UNITS }, (_, k) => random.normal(k)) } as const;
  const projections: Record<string, Projection> = {
    cued: { pre: 'cue', post: 'hidden', connectivity: dense, weight: cueWeights, delay: 0 },
    recurrent: {
      pre: 'hidden',
      post: 'hidden',
      connectivity: dense,
      weight: { kind: 'normal', gain: 1.5 },
      delay: 1,
      ...(learned && { plasticity: learned }),
    },
    output: {
      pre: 'hidden',
      post: 'out',
      connectivity: dense,
      weight: { kind: 'normal', gain: 0.1 },
      delay: 0,
      ...(learns && { plasticity: deltaRule({ from: 'out', optimizer }) }),
    },
    announced: {
      pre: 'out',
      post: 'relay',
      connectivity: { kind: 'list', pre: cues.map((k) => COORDINATES + k), post: cues },
      weight: { kind: 'constant', value: 1 },
      delay: 0,
    },
    half: { pre: 'one', post: 'relay', gate: 'output', connectivity: dense, weight: { kind: 'constant', value: -0.5 }, delay: 0 },
    ...(loop && { loop: { pre: 'relay', post: 'hidden', connectivity: dense, weight: cueWeights, delay: 1 } }),
  };
  return {
    dt: 1,
    seed,
    populations: {
      cue: { size: MOVEMENTS, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: { size: UNITS, neuron: rate({ tau: TAU, activation: 'tanh' }) },
      out: { size: COORDINATES + MOVEMENTS, neuron: integrator({ tau: 0, loss: 'squared' }) },
      relay: { size: MOVEMENTS, neuron: snu({ decay: 0, output: 'step' }) },
    },
    projections,
    ...feedbackFor(learned, { kind: 'normal', std: 1 }),
    ...(learns && { learning: { update: 'episode', episode: 'reset' } }),
  };
}

function run(arm: ChainArm, { backend, seed, progress }: Setting): Outcome {
  const random = exact.randomStream(seed, 'movements');
  const movements = Array.from({ length: MOVEMENTS }, (_, k) => {
    const parts = Array.from({ length: COORDINATES }, (_, c) =>
      sines([1, 2], LENGTH, { ...random, uniform: (index) => random.uniform(100 * k + 10 * c + index) }),
    );
    return Array.from({ length: LENGTH }, (_, t) => parts.map((part) => 0.7 * part[t]!));
  });
  /** What the readout should say `t` ticks after the first cue, of which movement `first` is: coordinates, and the cue in whose place the loop stands a tick later. */
  const wanted = (first: number, t: number): number[] => {
    const at = first + Math.floor(t / LENGTH);
    const cue = Array.from({ length: MOVEMENTS }, (_, k) =>
      k === (at + 1) % MOVEMENTS && t % LENGTH >= LENGTH - 1 - CUE && t % LENGTH < LENGTH - 1 ? 1 : 0,
    );
    return [...movements[at % MOVEMENTS]![t % LENGTH]!, ...cue];
  };
  const ticks = (count: number): number => CUE + count * LENGTH;
  /** A cue in the ticks before each of the first `count` of so many movements. */
  const cue = ({ write }: Player, first: number, count: number, all: number): void => {
    for (let t = 0; t < ticks(all); t++) {
      const at = Math.floor(t / LENGTH);
      const on = t % LENGTH < CUE && at < count;
      write(
        'cue.input',
        t,
        Array.from({ length: MOVEMENTS }, (_, k) => Number(on && k === (first + at) % MOVEMENTS)),
      );
    }
  };
  const learner = player(backend, network(arm.learns, false, seed), ticks(TAUGHT));
  const teach = (first: number): void => {
    cue(learner, first, TAUGHT, TAUGHT);
    for (let t = 0; t < TAUGHT * LENGTH; t++) {
      learner.write('out.target', CUE + t, wanted(first, t));
      learner.write('out.importance', CUE + t, [1 / (TAUGHT * LENGTH)]);
    }
    learner.play(ticks(TAUGHT), true);
  };
  const [open, tested] = [false, arm.loop].map((loop) => player(backend, network(false, loop, seed), ticks(TESTED))) as [Player, Player];
  /** Over all movements, of which the first `count` have cues. */
  const test = (actor: Player, count: number): number => {
    if (arm.learns) copyWeights(learner.executable, actor.executable, 'learning');
    cue(actor, 0, count, TESTED);
    const fine = actor.play(ticks(TESTED), true);
    const [outputs, targets]: [number[], number[]] = [[], []];
    for (let t = 0; t < TESTED * LENGTH; t++)
      for (let c = 0; c < COORDINATES; c++) {
        outputs.push(actor.read('out.output', CUE + t, c));
        targets.push(wanted(0, t)[c]!);
      }
    return fine ? normalizedError(outputs, targets) : Number.NaN;
  };
  const [x, y]: [number[], number[]] = [[], []];
  for (let episode = 1; episode <= EPISODES; episode++) {
    if (arm.learns) teach(episode % MOVEMENTS);
    if (episode % POINT > 0) continue;
    x.push(episode);
    y.push(test(tested, 1));
    progress(episode / EPISODES);
  }
  const figures = { [chained.name]: y.at(-1)!, [cued.name]: test(open, TESTED) };
  for (const one of [learner, open, tested]) one.dispose();
  return { figures, curve: { x, y } };
}

/** Movements that were learned after cues run in a row from the first cue alone, by a loop that was open while they were learned (Murray 2019; sheet 6.12). */
export const sequenceConcatenation: Task = {
  name: 'sequence-concatenation',
  summary: 'movements in a row, by a loop through the readout',
  curve: { x: 'episodes', y: chained.name, scale: 'log' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
