import {
  bptt,
  constant,
  delayLine,
  deltaRule,
  eprop,
  exact,
  integrator,
  type LearningRule,
  type Network,
  type Projection,
  setLearning,
  source,
} from '../../../runtime/index.ts';
import { chance } from '../chance.ts';
import { episodes } from '../description.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

/** Ticks from the first sound to the second; by how much this is off in a trial; and the standard deviation of a sound in time. */
const [LAG, OFF, WIDTH] = [8, 1, 2.5] as const;
/** Every delay before anything is learned, and the longest. */
const [START, LONGEST] = [6, 24] as const;
/** Ticks of a trial, the first tick of the first sound, and what is added by chance. */
const [TICKS, FIRST, LATER] = [48, 8, 6] as const;
/** What is wanted: 1 for this long around the tick at which both sounds would arrive. */
const WANTED = 3;
const TRIALS = 600;
/** Trials between two points of the curve, and of a test. */
const [POINT, TESTS] = [50, 100] as const;
/** A unit alone is pushed to p = σ(−3), by both of its lines at once to σ(3). */
const [WEIGHT, BIAS] = [6, -9] as const;
/** One unit for each order, two lines for each unit: left and right. */
const [UNITS, SIDES] = [2, 2] as const;
const LINES = UNITS * SIDES;

interface OrderArm extends ArmSheet {
  readonly delays: typeof eprop | typeof bptt | undefined;
  readonly weights: boolean;
}

const right: Figure = { name: 'orders told right', digits: 2, asked: { of: 'mean', atLeast: 0.95 } };
const apart: Figure = { name: 'ticks between the delays of a unit, off by', digits: 2, asked: { of: 'mean', atMost: 1 } };

const designs: readonly OrderArm[] = [
  { name: 'delays by e-prop', kind: 'rule', figures: [right, apart], delays: eprop, weights: false },
  { name: 'delays by BPTT', kind: 'rule', figures: [right, apart], delays: bptt, weights: false },
  { name: 'delays and weights by e-prop', kind: 'rule', figures: [right, apart], delays: eprop, weights: true },
  {
    name: 'weights alone',
    kind: 'control',
    figures: [
      { ...right, asked: { of: 'mean', atMost: 0.6 } },
      { name: apart.name, digits: apart.digits },
    ],
    delays: undefined,
    weights: true,
  },
];

/** Two ears → a delay line for each ear and unit → two units that remember nothing: they tell an order if the sounds of both lines arrive at once, and only then. */
function network({ delays, weights }: OrderArm, seed: number): Network {
  const lines = Array.from({ length: LINES }, (_, k) => k);
  const optimizer = (rate: number) =>
    ({ kind: 'adam', rate: { kind: 'linear', initial: rate, final: rate / 10, updates: TRIALS } }) as const;
  const bounds = { kind: 'bounds', min: -START, max: LONGEST - START } as const;
  const ofDelays: LearningRule | undefined = delays?.({ from: 'out', optimizer: { ...optimizer(0.1), transforms: [bounds] } });
  const ofWeights = weights ? { plasticity: deltaRule({ from: 'out', optimizer: optimizer(0.05) }) } : {};
  const projections: Record<string, Projection> = {
    heard: {
      ...{ pre: 'ears', post: 'lines', delay: 0, weight: { kind: 'constant', value: 1 } },
      connectivity: { kind: 'list', pre: lines.map((k) => k % SIDES), post: lines },
    },
    lags: {
      ...{ pre: 'one', post: 'lines', gate: 'delay', delay: 0, connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0 } },
      ...(ofDelays && { plasticity: ofDelays }),
    },
    met: {
      ...{ pre: 'lines', post: 'out', delay: 0, weight: { kind: 'constant', value: WEIGHT } },
      connectivity: { kind: 'list', pre: lines, post: lines.map((k) => Math.floor(k / SIDES)) },
      ...ofWeights,
    },
    bias: {
      ...{ pre: 'one', post: 'out', delay: 0, connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: BIAS } },
      ...ofWeights,
    },
  };
  return {
    dt: 1,
    seed,
    populations: {
      ears: { size: SIDES, neuron: source() },
      one: { size: 1, neuron: constant() },
      lines: { size: LINES, neuron: delayLine({ delay: START, longest: LONGEST }) },
      out: { size: UNITS, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections,
    learning: episodes(ofDelays, TICKS),
  };
}

function run(arm: OrderArm, { backend, seed, progress }: Setting): Outcome {
  const learner = player(backend, network(arm, seed), TICKS);
  const { arena } = learner.executable;
  const { below } = chance(seed, 'when two sounds come');
  /** Two sounds, the first from `side`, and what the units are to say of it. */
  const present = (side: number): void => {
    const first = FIRST + below(LATER);
    const second = first + LAG - OFF + below(2 * OFF + 1);
    const meeting = first + LAG + START;
    for (let t = 0; t < TICKS; t++) {
      const bump = (centre: number): number => exact.exp(-(((t - centre) / WIDTH) ** 2) / 2);
      const [early, late] = [bump(first), bump(second)];
      learner.write('ears.input', t, side === 0 ? [early, late] : [late, early]);
      const now = 2 * Math.abs(t - meeting) < WANTED ? 1 : 0;
      learner.write('out.target', t, side === 0 ? [now, 0] : [0, now]);
      learner.write('out.importance', t, [1 / TICKS]);
    }
  };
  /** The share of both orders, as many of each, in which the unit with the higher peak is the right one; as high is wrong half of the time. */
  const test = (): number => {
    setLearning(learner.executable, false);
    let told = 0;
    for (let trial = 0; trial < TESTS; trial++) {
      const side = trial % 2;
      present(side);
      if (!learner.play(TICKS, true)) return Number.NaN;
      const peak = (k: number): number => Math.max(...Array.from({ length: TICKS }, (_, t) => learner.read('out.output', t, k)));
      told += (1 + Math.sign(peak(side) - peak(1 - side))) / 2;
    }
    setLearning(learner.executable, true);
    return told / TESTS;
  };
  /** How far the line of the ear that hears first is from being LAG ticks longer than the other one, mean of both units. */
  const off = (): number => {
    const lags = arena.copy('lags.weights');
    const between = (unit: number): number => lags[unit * SIDES + unit]! - lags[unit * SIDES + 1 - unit]!;
    return (Math.abs(between(0) - LAG) + Math.abs(between(1) - LAG)) / UNITS;
  };
  const [x, y] = [[0], [test()]];
  for (let trial = 1; trial <= TRIALS; trial++) {
    present(below(2));
    learner.play(TICKS, true);
    if (trial % POINT > 0) continue;
    x.push(trial);
    y.push(test());
    progress(trial / TRIALS);
  }
  const figures = { [right.name]: y.at(-1)!, [apart.name]: off() };
  learner.dispose();
  return { figures, curve: { x, y } };
}

/** Which of two sounds came first, by delays that are learned until both arrive at once (after Jeffress 1948; a task of our own). */
export const delayCoincidence: Task = {
  name: 'delay-coincidence',
  summary: 'which of two sounds came first, by delays that are learned',
  curve: { x: 'trials', y: right.name, scale: 'linear' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
