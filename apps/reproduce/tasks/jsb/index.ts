import {
  bptt,
  copyWeights,
  eprop,
  frozen,
  gru,
  type LearningRule,
  lstm,
  type NeuronModel,
  type Optimizer,
  ostl,
  osttp,
  rate,
  rflo,
  snu,
} from '../../../../runtime/index.ts';
import { chance } from '../../chance.ts';
import { player } from '../../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { compareGradients, WITH_H, WITHOUT_H } from './gradient.ts';
import { type Composer, composer } from './network.ts';
import { LONGEST, loadChorales, loss, write } from './pieces.ts';

/** Updates over which the acting weights are averaged where every step moves them: about forty pieces. */
const AVERAGE = 2400;

interface JsbArm extends ArmSheet, Composer {
  /** over the training pieces; 0: gradients are compared, nothing learns */
  readonly passes: number;
}

const here = (passes: number): string => `NLL of 51 pieces, ${passes === 1 ? '1 pass' : `${passes} passes`}`;
const nll = (passes: number, rest: Partial<Figure> = {}): Figure => ({ name: here(passes), digits: 2, ...rest });
const authors = (value: string) => ({ value, source: 'Bohnstingl et al. 2022, the curve stored with the code, on 77 pieces' });
const prototype = (value: string) => ({ value, source: 'a C++ prototype with these settings, on the 51 pieces' });
const tcn = (value: string) => ({ value, source: 'Bai et al. 2018, table 1, on 77 pieces, offline' });

const soft: NeuronModel = snu({ decay: 0.4, output: 'sigmoid' });
const without = (optimizer: Optimizer): LearningRule => ostl({ readout: 'out' }, { optimizer, recurrence: 'none' });
const sgd: Optimizer = { kind: 'sgd', rate: 5e-4 };
const adam: Optimizer = { kind: 'adam', rate: 1e-3, transforms: [{ kind: 'average', window: AVERAGE }] };
const steps = { optimizer: adam, update: { ticks: 1 }, passes: 10 } as const;

const designs: readonly JsbArm[] = [
  {
    // The authors' list of training pieces is lost; with those for validation their curve is met best.
    name: 'BPTT, sSNU, a step a piece, 305 pieces',
    kind: 'rule',
    figures: [nll(1), nll(10), nll(100, { asked: { of: 'median', atMost: 8.7 }, published: authors('8.60') })],
    neuron: soft,
    rule: (optimizer) => bptt({ from: 'out', optimizer }),
    optimizer: sgd,
    update: 'episode',
    passes: 100,
  },
  {
    name: 'OSTL with H against BPTT, sSNU, gradients of a whole piece',
    kind: 'rule',
    figures: [
      { name: WITH_H, digits: 8, asked: { of: 'median', atMost: 1e-6 }, published: { value: '2.2e-7', source: authors('').source } },
      { name: WITHOUT_H, digits: 8, asked: { of: 'median', atLeast: 1e-2 } },
    ],
    neuron: soft,
    rule: undefined,
    optimizer: sgd,
    update: 'episode',
    passes: 0,
  },
  {
    name: 'OSTL without H, sSNU, a step a tick',
    kind: 'rule',
    figures: [
      nll(1, { asked: { of: 'median', atMost: 9.2 }, published: prototype('9.00') }),
      nll(10, { asked: { of: 'median', atMost: 8.4 }, published: prototype('8.27') }),
    ],
    neuron: soft,
    rule: without,
    ...steps,
  },
  {
    name: 'e-prop, sSNU, a step a tick',
    kind: 'rule',
    figures: [nll(1), nll(10)],
    neuron: soft,
    rule: (optimizer) => eprop({ from: 'out', optimizer, filter: 'none' }),
    ...steps,
  },
  {
    name: 'OSTTP, sSNU, a step a tick',
    kind: 'rule',
    figures: [nll(1), nll(10)],
    neuron: soft,
    rule: (optimizer) => osttp({ from: 'out', feedback: 'broadcast', optimizer, recurrence: 'none' }),
    ...steps,
  },
  {
    name: 'RFLO, rate units, a step a tick',
    kind: 'rule',
    figures: [nll(1), nll(10)],
    neuron: rate({ tau: 2, activation: 'tanh' }),
    rule: (optimizer) => rflo({ from: 'out', optimizer, through: { feedback: 'broadcast' } }),
    ...steps,
  },
  {
    name: 'OSTL without H, LSTM, a step a tick',
    kind: 'rule',
    figures: [nll(1), nll(10, { published: tcn('8.45') })],
    neuron: lstm(),
    rule: without,
    ...steps,
  },
  {
    name: 'OSTL without H, GRU, a step a tick',
    kind: 'rule',
    figures: [nll(1), nll(10, { published: tcn('8.43') })],
    neuron: gru(),
    rule: without,
    ...steps,
  },
  {
    name: 'readout alone learns, sSNU, a step a tick',
    kind: 'control',
    figures: [nll(1), nll(10)],
    neuron: soft,
    rule: undefined,
    ...steps,
  },
];

function run(arm: JsbArm, { backend, seed, progress }: Setting): Outcome {
  const { train, valid, test } = loadChorales();
  const description = composer(arm, seed);
  const learner = player(backend, description, LONGEST);
  const acting = player(backend, frozen(description), LONGEST);
  const draw = chance(seed, 'order of the pieces');
  const known = arm.update === 'episode' ? [...train, ...valid] : train;
  const [figures, x, y]: [Record<string, number>, number[], number[]] = [{}, [], []];
  for (let pass = 1; pass <= arm.passes; pass++) {
    for (const piece of draw.shuffled(known)) learner.play(write(learner, piece, true), true);
    copyWeights(learner.executable, acting.executable, 'average');
    let [sum, count] = [0, 0];
    for (const piece of test) {
      const fine = acting.play(write(acting, piece, false), true);
      sum += fine ? loss(acting, piece) : Number.NaN;
      count += piece.length - 1;
    }
    x.push(pass);
    y.push(sum / count);
    figures[here(pass)] = sum / count;
    progress(pass / arm.passes);
  }
  learner.dispose();
  acting.dispose();
  return { figures, curve: { x, y } };
}

/** JSB chorales (Boulanger-Lewandowski et al. 2012; sheet T9): the next chord of a chorale. */
export const jsb: Task = {
  name: 'jsb',
  summary: 'the next chord of a chorale by Bach',
  curve: { x: 'passes', y: 'NLL of the test pieces, nats a step', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, (design, setting) => (design.passes === 0 ? compareGradients(design.neuron, setting) : run(design, setting))),
};
