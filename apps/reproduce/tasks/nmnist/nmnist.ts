import type { Network } from '../../../../runtime/index.ts';
import { chance } from '../../chance.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { convolutionalNetwork, decolleNetwork } from './decolle.ts';
import { leakyCounts, spikingNetwork } from './network.ts';
import { loadRecordings } from './recordings.ts';
import { watcher } from './watcher.ts';

/** Recordings of a point of the curve, and of the figure at the end of the first pass. */
const [POINT, LAST] = [100, 200];

const names = { test: '50 test recordings', last: `last ${LAST} of the first pass` };

interface NmnistArm extends ArmSheet {
  readonly passes: number;
  readonly network: (seed: number) => Network;
}

/** The recordings once in the order of the file, then in an order of its own each time; one update after each. */
function run({ network, passes }: NmnistArm, { backend, seed, progress }: Setting): Outcome {
  const train = loadRecordings('train');
  const learner = watcher(backend, network(seed));
  const draw = chance(seed, 'nmnist');
  const right: boolean[] = [];
  for (let pass = 0; pass < passes; pass++)
    for (const recording of pass === 0 ? train : draw.shuffled(train)) {
      right.push(learner.teach(recording) === recording.label);
      progress(right.length / (passes * train.length));
    }
  const share = (from: number, to: number): number => right.slice(from, to).filter(Boolean).length / (to - from);
  const figures = { [names.test]: learner.accuracy(loadRecordings('test')), [names.last]: share(train.length - LAST, train.length) };
  learner.dispose();
  const x = Array.from({ length: Math.floor(right.length / POINT) }, (_, point) => (point + 1) * POINT);
  return { figures, curve: { x, y: x.map((end) => share(end - POINT, end)) } };
}

type More = Omit<Figure, 'name' | 'digits'>;
const figures = (test: More = {}): Figure[] => [
  { name: names.test, digits: 2, ...test },
  { name: names.last, digits: 3 },
];
const measured = (value: string) => ({ value, source: 'softmax regression on log event counts, NumPy, these recordings' });
const slayer = {
  value: '0.992',
  source: 'Shrestha & Orchard 2018 (SLAYER): offline, 60,000 training recordings, of which 500 are here',
};

const kaiser = {
  value: '≈ 0.990',
  source: 'Kaiser, Mostafa & Neftci 2020: three convolutional layers, 60,000 training recordings',
};

const RATE = 2e-3;
/** Of weights that positions share, which are fewer and larger. */
const SHARED = 8e-3;
/** Of the readout alone; rates from 2e-3 to 4e-2 differ by a recording or two, as rates from 2e-4 to 5e-3 do for the softmax. */
const READOUT = 1e-2;

const designs: readonly NmnistArm[] = [
  {
    name: 'e-prop, symmetric feedback, five passes',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.88 }, published: slayer }),
    passes: 5,
    network: (seed) => spikingNetwork(seed, { rate: RATE }),
  },
  {
    name: 'e-prop, symmetric feedback, one pass',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.82 } }),
    passes: 1,
    network: (seed) => spikingNetwork(seed, { rate: RATE }),
  },
  {
    name: 'e-prop, random feedback, five passes',
    kind: 'rule',
    figures: figures(),
    passes: 5,
    network: (seed) => spikingNetwork(seed, { rate: RATE, through: 'random' }),
  },
  {
    name: 'DECOLLE, two layers, five passes',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.86 }, published: kaiser }),
    passes: 5,
    network: (seed) => decolleNetwork(seed, RATE),
  },
  {
    name: 'DECOLLE, two convolutions, five passes',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.88 }, published: kaiser }),
    passes: 5,
    network: (seed) => convolutionalNetwork(seed, SHARED),
  },
  {
    name: 'readout alone learns, five passes',
    kind: 'control',
    figures: figures(),
    passes: 5,
    network: (seed) => spikingNetwork(seed, { rate: READOUT, plastic: 'readout' }),
  },
  {
    name: 'softmax on leaky event counts, five passes',
    kind: 'control',
    figures: figures({ published: measured('0.86') }),
    passes: 5,
    network: (seed) => leakyCounts(seed, RATE),
  },
  {
    name: 'softmax on leaky event counts, one pass',
    kind: 'control',
    figures: figures({ published: measured('0.82') }),
    passes: 1,
    network: (seed) => leakyCounts(seed, RATE),
  },
];

/** N-MNIST (Orchard et al. 2015), 550 of its recordings: which digit an event camera sees within 300 ms. */
export const nmnist: Task = {
  name: 'nmnist',
  summary: 'digits before an event camera, 500 to learn from',
  curve: { x: 'recordings', y: 'accuracy of the last 100', scale: 'linear' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
