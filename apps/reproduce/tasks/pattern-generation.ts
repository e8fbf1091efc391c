import {
  type EpropOptions,
  eprop,
  exact,
  frozen,
  type Initial,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type Optimizer,
} from '../../../runtime/index.ts';
import * as oracle from '../../../runtime/oracle/index.ts';
import { recurrentNetwork } from '../description.ts';
import { player } from '../player.ts';
import { median } from '../results.ts';
import { type ArmSheet, armsFrom, type Outcome, type Setting, type Task } from '../task.ts';
import { normalizedError, sines } from './sines.ts';

const TICKS = 1000;
const [INPUTS, NEURONS] = [100, 100];
const sgd: Optimizer = { kind: 'sgd', rate: 1e-4 };
const adam: Optimizer = { kind: 'adam', rate: 3e-3 };
const CYCLES = [1, 2, 3, 5];
/** Last iterations whose median is the score of the online protocol: with a constant rate a single one moves by a factor of two. */
const LAST = 20;

type Plastic = 'all' | 'readout' | 'nothing';

type Through = 'transpose' | 'random';

/** One trial, played again and again, and the network that it is played to. */
interface Experiment {
  readonly network: Network;
  /** (ticks, inputs) */
  readonly inputs: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

interface Protocol {
  readonly iterations: number;
  /** importance of every tick */
  readonly importance: number;
  readonly draw: (seed: number, through: Through, learns: 'all' | 'readout') => Experiment;
}

/** The rule of a protocol, by either feedback. */
const taught = (through: Through, options: Omit<EpropOptions, 'from' | 'through'>): LearningRule =>
  eprop({ from: 'out', ...options, ...(through === 'random' && { through: { feedback: 'broadcast' } }) });

/** The published one: SGD, spikes regularized towards 10 Hz, a readout with unit gain, everything drawn as in NEST's test. */
const offline: Protocol = {
  iterations: 2000,
  importance: 1,
  draw(seed, through, learns) {
    const { model } = oracle.patternGenerationDraws(seed);
    // One target and one noise for all: the error is divided by the variance of the target, which differs up to 2.6 times from draw to draw.
    const { trial } = oracle.patternGenerationDraws(1);
    const inline = (values: ArrayLike<number>): Initial => ({ kind: 'inline', values: Array.from(values) });
    const { wIn, wRec, wOut } = model.weights;
    return {
      inputs: trial.inputs,
      target: trial.targets,
      network: recurrentNetwork({
        seed,
        inputs: INPUTS,
        size: NEURONS,
        neuron: lif({
          tauMem: 30,
          threshold: 0.03,
          inputScale: 'oneMinusDecay',
          surrogate: { shape: 'triangle', height: 10, width: 0.03 },
        }),
        out: { size: 1, neuron: integrator({ tau: 30, inputScale: 'oneMinusDecay', loss: 'squared' }) },
        rule: learns === 'all' ? taught(through, { optimizer: sgd, rate: { target: 0.01, strength: 300, average: 'episode' } }) : undefined,
        optimizer: sgd,
        weights: { input: inline(wIn), recurrent: inline(wRec), output: inline(wOut) },
        feedback: inline(model.feedback),
        bias: false,
        ticks: TICKS,
      }),
    };
  },
};

/** Ours: Adam, refractory neurons with threshold 1, no regularization, a quarter of the iterations. */
const online: Protocol = {
  iterations: 500,
  importance: 1 / TICKS,
  draw(seed, through, learns) {
    const random = exact.randomStream(seed, 'pattern generation');
    // 50 Hz; nothing arrives with the first tick.
    const spike = (_: unknown, k: number): number => (k >= INPUTS && random.uniform(1000 + k) < 0.05 ? 1 : 0);
    return {
      inputs: Float32Array.from({ length: TICKS * INPUTS }, spike),
      target: sines(CYCLES, TICKS, random),
      network: recurrentNetwork({
        seed,
        inputs: INPUTS,
        size: NEURONS,
        neuron: lif({ tauMem: 30, refractory: 5 }),
        out: { size: 1, neuron: integrator({ tau: 30, loss: 'squared' }) },
        rule: learns === 'all' ? taught(through, { optimizer: adam }) : undefined,
        optimizer: adam,
        weights: { input: { kind: 'normal', gain: 1 }, recurrent: { kind: 'normal', gain: 0.6 }, output: { kind: 'normal', gain: 0.3 } },
        ticks: TICKS,
      }),
    };
  },
};

const ledger = (value: string) => ({
  value,
  source: 'NumPy, 5 seeds, checked against the losses that NEST 3 prints; Bellec et al. 2020, fig. 2 has the task',
});
const prototype = (value: string) => ({ value, source: 'a C++ prototype with these settings, 3 seeds' });
const nmse = { name: 'nMSE', digits: 4 };

interface PatternArm extends ArmSheet {
  readonly protocol: Protocol;
  readonly through: Through;
  readonly plastic: Plastic;
}

const designs: readonly PatternArm[] = [
  {
    name: 'e-prop, random feedback, 2000 iterations of SGD',
    kind: 'rule',
    figures: [{ ...nmse, asked: { of: 'mean', atMost: 0.055 }, published: ledger('0.045') }],
    protocol: offline,
    through: 'random',
    plastic: 'all',
  },
  {
    name: 'e-prop, symmetric feedback, 2000 iterations of SGD',
    kind: 'rule',
    figures: [{ ...nmse, asked: { of: 'mean', atMost: 0.03 }, published: ledger('0.0205') }],
    protocol: offline,
    through: 'transpose',
    plastic: 'all',
  },
  {
    name: 'e-prop, symmetric feedback, 500 iterations of Adam',
    kind: 'rule',
    figures: [{ ...nmse, asked: { of: 'median', atMost: 0.015 }, published: prototype('0.0044') }],
    protocol: online,
    through: 'transpose',
    plastic: 'all',
  },
  {
    name: 'e-prop, random feedback, 500 iterations of Adam',
    kind: 'rule',
    figures: [{ ...nmse, published: prototype('0.004–0.008') }],
    protocol: online,
    through: 'random',
    plastic: 'all',
  },
  {
    name: 'frozen hidden layer, 500 iterations of Adam',
    kind: 'control',
    figures: [{ ...nmse, asked: { of: 'median', atLeast: 0.03 }, published: prototype('0.055–0.076') }],
    protocol: online,
    through: 'transpose',
    plastic: 'readout',
  },
  {
    name: 'no learning, 500 iterations',
    kind: 'control',
    figures: [{ ...nmse, asked: { of: 'median', atLeast: 0.9 } }],
    protocol: online,
    through: 'transpose',
    plastic: 'nothing',
  },
];

/** The same second of frozen noise, again and again, one update after each. */
function run({ protocol, through, plastic }: PatternArm, { backend, seed, progress }: Setting): Outcome {
  const { iterations, importance, draw } = protocol;
  const { network, inputs, target } = draw(seed, through, plastic === 'all' ? 'all' : 'readout');
  const learner = player(backend, plastic === 'nothing' ? frozen(network) : network, TICKS);
  for (let t = 0; t < TICKS; t++) {
    learner.write(
      'in.input',
      t,
      Array.from({ length: INPUTS }, (_, i) => inputs[t * INPUTS + i]!),
    );
    if (plastic === 'nothing') continue;
    learner.write('out.target', t, [target[t]!]);
    learner.write('out.importance', t, [importance]);
  }
  const outputs = new Float64Array(TICKS);
  const [x, y]: [number[], number[]] = [[], []];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const fine = learner.play(TICKS, true);
    for (let t = 0; t < TICKS; t++) outputs[t] = learner.read('out.output', t, 0);
    x.push(iteration);
    y.push(fine ? normalizedError(outputs, target) : Number.NaN);
    progress(iteration / iterations);
  }
  learner.dispose();
  return { figures: { nMSE: median(y.slice(-LAST)) }, curve: { x, y } };
}

/** Pattern generation (Bellec et al. 2020, fig. 2; sheet T1): one second of a sum of four sines, out of frozen noise. */
export const patternGeneration: Task = {
  name: 'pattern-generation',
  summary: 'one second of four sines out of frozen noise',
  curve: { x: 'iterations', y: 'nMSE', scale: 'log' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
