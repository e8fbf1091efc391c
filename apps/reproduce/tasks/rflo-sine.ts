import {
  bptt,
  deltaRule,
  integrator,
  type LearningRule,
  type Network,
  type Optimizer,
  type Projection,
  rate,
  rflo,
  source,
} from '../../../runtime/index.ts';
import { episodes, feedbackFor } from '../description.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

const UNITS = 50;
const PERIOD = 100;
/** The first tick starts the units off and has no target. */
const TICKS = PERIOD + 1;
const TRIALS = 10_000;
/** Trials between two points of the curve. */
const POINT = 100;

interface SineArm extends ArmSheet {
  readonly plastic: 'all' | 'readout' | 'nothing';
  readonly rule: (optimizer: Optimizer) => LearningRule;
}

const mse: Figure = { name: 'MSE/2', digits: 5 };
const notebook = (value: string) => ({ value, source: "the printed run of Murray's notebook (2019), one network" });
const murray = (optimizer: Optimizer): LearningRule => rflo({ from: 'out', optimizer, through: { feedback: 'broadcast' } });

const designs: readonly SineArm[] = [
  {
    name: 'RFLO',
    kind: 'rule',
    // The largest of three float64 runs of an independent program; their median is 5.6e-4.
    figures: [{ ...mse, asked: { of: 'median', atMost: 0.0022 }, published: notebook('0.00015') }],
    plastic: 'all',
    rule: murray,
  },
  {
    name: 'RFLO, symmetric feedback',
    kind: 'rule',
    figures: [mse],
    plastic: 'all',
    rule: (optimizer) => rflo({ from: 'out', optimizer, through: 'transpose' }),
  },
  {
    name: 'BPTT',
    kind: 'rule',
    figures: [{ ...mse, asked: { of: 'median', atMost: 0.0022 }, published: notebook('0.00023') }],
    plastic: 'all',
    rule: (optimizer) => bptt({ from: 'out', optimizer }),
  },
  { name: 'readout alone learns', kind: 'control', figures: [mse], plastic: 'readout', rule: murray },
  {
    name: 'no learning',
    kind: 'control',
    figures: [{ ...mse, asked: { of: 'median', atLeast: 0.1 } }],
    plastic: 'nothing',
    rule: murray,
  },
];

/** y*(t) = sin(2πt/100) + ½ sin(4πt/100) + ¼ sin(8πt/100) */
const target = (t: number): number =>
  [1, 2, 4].reduce((sum, harmonic) => sum + Math.sin((2 * Math.PI * harmonic * t) / PERIOD) / harmonic, 0);

/** 50 rate units, τ = 10 ticks, recurrent with gain 1.5 → 1; no input but a push that puts every unit at 0.1 (= tanh(10)/τ) in the first tick. */
function network({ plastic, rule }: SineArm, seed: number): Network {
  const optimizer: Optimizer = { kind: 'sgd', rate: 0.03 };
  const learned = plastic === 'all' ? rule(optimizer) : undefined;
  const hidden = learned === undefined ? {} : { plasticity: learned };
  const output = plastic === 'nothing' ? {} : { plasticity: deltaRule({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  const projections: Record<string, Projection> = {
    push: { pre: 'go', post: 'hidden', connectivity: dense, weight: { kind: 'constant', value: 10 }, delay: 0 },
    recurrent: { pre: 'hidden', post: 'hidden', connectivity: dense, weight: { kind: 'normal', gain: 1.5 }, delay: 1, ...hidden },
    output: { pre: 'hidden', post: 'out', connectivity: dense, weight: { kind: 'uniform', gain: 0.1 }, delay: 0, ...output },
  };
  return {
    dt: 1,
    seed,
    populations: {
      go: { size: 1, neuron: source() },
      hidden: { size: UNITS, neuron: rate({ tau: 10, activation: 'tanh' }) },
      out: { size: 1, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections,
    ...feedbackFor(learned, { kind: 'normal', std: 1 }),
    ...(plastic !== 'nothing' && { learning: episodes(learned, TICKS) }),
  };
}

function run(arm: SineArm, { backend, seed, progress }: Setting): Outcome {
  const learner = player(backend, network(arm, seed), TICKS);
  learner.write('go.input', 0, [1]);
  for (let t = 1; t < TICKS && arm.plastic !== 'nothing'; t++) {
    learner.write('out.target', t, [target(t - 1)]);
    learner.write('out.importance', t, [1 / PERIOD]);
  }
  const [x, y]: [number[], number[]] = [[], []];
  for (let trial = 1; trial <= TRIALS; trial++) {
    const fine = learner.play(TICKS, true);
    if (trial % POINT > 0) continue;
    let sum = 0;
    for (let t = 1; t < TICKS; t++) sum += (learner.read('out.output', t, 0) - target(t - 1)) ** 2;
    x.push(trial);
    y.push(fine ? sum / PERIOD / 2 : Number.NaN);
    progress(trial / TRIALS);
  }
  learner.dispose();
  return { figures: { [mse.name]: y.at(-1)! }, curve: { x, y } };
}

/** Periodic output of a rate network (Murray 2019, fig. 2; sheet T8): three harmonics, learned with random feedback. */
export const rfloSine: Task = {
  name: 'rflo-sine',
  summary: 'three harmonics out of 50 rate units',
  curve: { x: 'trials', y: 'MSE/2', scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
