import {
  bptt,
  constant,
  exact,
  integrator,
  type LearningRule,
  type Network,
  type Optimizer,
  type Projection,
  rate,
  rtrl,
  setLearning,
  source,
  type Transform,
} from '../../../runtime/index.ts';
import { episodes } from '../description.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';
import { phaseError } from './sines.ts';

/** Two of them are the outputs. */
const UNITS = 12;
/** τ of the units, ticks, and how far learning may take it. */
const TAU = { initial: 10, least: 4, most: 40 } as const;
const PERIOD = 64;
/** Ticks from the push to the cycle: they are not taught. */
const SETTLE = 32;
const TAUGHT = 2 * PERIOD;
/** What must go on after the ticks that are taught. */
const PERSIST = 3 * PERIOD;
const TRIALS = 4000;
/** Trials between two points of the curve. */
const POINT = 100;
/** Values of a target are at most this, where tanh is not yet flat. */
const RADIUS = 0.6;
/** Ticks of the push that starts a trial, the same for a unit in all trials but for noise of this deviation: they start off the cycle, each elsewhere. */
const PUSH = 10;
const OFF = 0.3;

const shapes = {
  circle: (phase: number) => [RADIUS * Math.cos(phase), RADIUS * Math.sin(phase)],
  'figure eight': (phase: number) => [RADIUS * Math.sin(phase), (RADIUS / 2) * Math.sin(2 * phase)],
} as const;

interface CycleArm extends ArmSheet {
  readonly shape: keyof typeof shapes;
  /** undefined: nothing is learned */
  readonly rule: typeof bptt | typeof rtrl | undefined;
  /** whether time constants are learned beside the weights */
  readonly timed: boolean;
  /** delays of the recurrent synapses, ticks */
  readonly delays: readonly number[];
}

const persists: Figure = { name: 'nMSE of the three periods after', digits: 3 };
const drawn = {
  value: 'goes on',
  source: 'Pearlmutter 1989, Neural Computation 1:263, fig. 3–5: drawings of the circle and of the figure eight',
};
const asked: Figure = { ...persists, asked: { of: 'median', atMost: 0.1 }, published: drawn };

const designs: readonly CycleArm[] = [
  { name: 'circle, weights', kind: 'rule', figures: [asked], shape: 'circle', rule: bptt, timed: false, delays: [1] },
  { name: 'circle, weights and time constants', kind: 'rule', figures: [asked], shape: 'circle', rule: bptt, timed: true, delays: [1] },
  { name: 'figure eight, weights', kind: 'rule', figures: [persists], shape: 'figure eight', rule: bptt, timed: false, delays: [1] },
  {
    name: 'figure eight, weights and time constants',
    kind: 'rule',
    figures: [asked],
    shape: 'figure eight',
    rule: bptt,
    timed: true,
    delays: [1],
  },
  {
    name: 'figure eight, weights over delays',
    kind: 'rule',
    figures: [asked],
    shape: 'figure eight',
    rule: bptt,
    timed: false,
    delays: [1, 8, 16],
  },
  {
    name: 'figure eight, forward in time (RTRL)',
    kind: 'rule',
    figures: [persists],
    shape: 'figure eight',
    rule: rtrl,
    timed: true,
    delays: [1],
  },
  ...(['circle', 'figure eight'] as const).map(
    (shape): CycleArm => ({
      name: `${shape}, no learning`,
      kind: 'control',
      figures: [{ ...persists, asked: { of: 'median', atLeast: 0.5 } }],
      shape,
      rule: undefined,
      timed: false,
      delays: [1],
    }),
  ),
];

/** 12 rate units, all connected; the first two are watched and taught, and a push starts them. */
function network({ rule, timed, delays }: CycleArm, seed: number): Network {
  const optimizer = (transforms: readonly Transform[] = []): Optimizer => ({
    kind: 'adam',
    rate: { kind: 'linear', initial: 5e-3, final: 2e-4, updates: TRIALS },
    transforms,
  });
  const taught = (transforms?: readonly Transform[]): { plasticity?: LearningRule } =>
    rule === undefined ? {} : { plasticity: rule({ from: 'out', optimizer: optimizer(transforms) }) };
  const dense = { kind: 'dense' } as const;
  const into = { post: 'units', connectivity: dense } as const;
  const each = Array.from({ length: UNITS }, (_, j) => j);
  const fromBase = { kind: 'bounds', min: TAU.least - TAU.initial, max: TAU.most - TAU.initial } as const;
  const projections: Record<string, Projection> = {
    push: {
      pre: 'go',
      post: 'units',
      connectivity: { kind: 'list', pre: each, post: each },
      weight: { kind: 'constant', value: 1 },
      delay: 0,
    },
    bias: { pre: 'one', ...into, weight: { kind: 'constant', value: 0 }, delay: 0, ...taught() },
    ...(timed && { timing: { pre: 'one', ...into, gate: 'tau', weight: { kind: 'constant', value: 0 }, delay: 0, ...taught([fromBase]) } }),
    watch: {
      pre: 'units',
      post: 'out',
      connectivity: { kind: 'list', pre: [0, 1], post: [0, 1] },
      weight: { kind: 'constant', value: 1 },
      delay: 0,
    },
  };
  for (const delay of delays)
    projections[`recurrent${delay}`] = {
      pre: 'units',
      ...into,
      weight: { kind: 'normal', gain: 1.2 / Math.sqrt(delays.length) },
      delay,
      ...taught(),
    };
  return {
    dt: 1,
    seed,
    populations: {
      go: { size: UNITS, neuron: source() },
      one: { size: 1, neuron: constant() },
      units: { size: UNITS, neuron: rate({ tau: TAU.initial, activation: 'tanh' }) },
      out: { size: 2, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections,
    ...(rule !== undefined && { learning: episodes(rule({ from: 'out', optimizer: optimizer() }), SETTLE + TAUGHT) }),
  };
}

function run(arm: CycleArm, { backend, seed, progress }: Setting): Outcome {
  const whole = SETTLE + TAUGHT + PERSIST;
  const learner = player(backend, network(arm, seed), whole);
  const random = exact.randomStream(seed, 'limit cycle');
  const targets = Array.from({ length: PERIOD }, (_, t) => shapes[arm.shape]((2 * Math.PI * t) / PERIOD));
  const learns = arm.rule !== undefined;
  for (let t = SETTLE; t < SETTLE + TAUGHT && learns; t++) {
    learner.write('out.target', t, targets[(t - SETTLE) % PERIOD]!);
    learner.write('out.importance', t, [1 / TAUGHT]);
  }
  let draws = UNITS;
  const push = (): void => {
    const values = Array.from({ length: UNITS }, (_, j) => 2 * random.normal(j) + OFF * random.normal(draws++));
    for (let t = 0; t < PUSH; t++) learner.write('go.input', t, values);
  };
  /** The worst of the three periods after those that are taught, nothing being learned. */
  const test = (): number => {
    push();
    setLearning(learner.executable, false);
    const fine = learner.play(whole, true);
    if (learns) setLearning(learner.executable, true);
    const error = [0, 1, 2].map((period) => {
      const first = SETTLE + TAUGHT + period * PERIOD;
      const outputs = targets.map((_, t) => [0, 1].map((k) => learner.read('out.output', first + t, k)));
      return phaseError(outputs, targets);
    });
    return fine ? Math.max(...error) : Number.NaN;
  };
  const [x, y]: [number[], number[]] = [[], []];
  for (let trial = 1; trial <= TRIALS; trial++) {
    push();
    if (learns) learner.play(SETTLE + TAUGHT, true);
    if (trial % POINT > 0) continue;
    x.push(trial);
    y.push(test());
    progress(trial / TRIALS);
  }
  learner.dispose();
  return { figures: { [persists.name]: y.at(-1)! }, curve: { x, y } };
}

/** Trajectories of a continuous-time network, and whether they are limit cycles (Pearlmutter 1989; sheet 6.24, T18). */
export const limitCycle: Task = {
  name: 'limit-cycle',
  summary: 'a circle and a figure eight that go on by themselves',
  curve: { x: 'trials', y: persists.name, scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
