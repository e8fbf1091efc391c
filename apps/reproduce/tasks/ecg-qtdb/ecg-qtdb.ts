import { bptt, eprop, type Network, ostl, rtrl, snap } from '../../../../runtime/index.ts';
import { chance } from '../../chance.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { labeller } from './labeller.ts';
import { type Design, leakyTraces, spikingNetwork, UPDATE } from './network.ts';
import { loadSequences, score, WAVES } from './sequences.ts';
import { srnnNetwork } from './srnn.ts';

/** Sequences of a point of the curve. */
const POINT = 103;

interface EcgArm extends ArmSheet {
  readonly passes: number;
  readonly network?: (seed: number) => Network;
}

const names = { all: 'steps, unlabelled as P', labelled: 'labelled steps' };

/** Every sequence is played `passes` times, in an order of its own each time, with an update every 32 steps; then the test sequences with the averaged weights. */
function run({ network, passes }: EcgArm, { backend, seed, progress }: Setting): Outcome {
  const test = loadSequences('test');
  const found = score();
  const [x, y]: [number[], number[]] = [[], []];
  if (network === undefined) {
    for (const sequence of test) found.add(sequence, () => WAVES.indexOf('TP'));
  } else {
    const train = loadSequences('train');
    const learner = labeller(backend, network(seed));
    const draw = chance(seed, 'ecg');
    let recent = score();
    let played = 0;
    for (let pass = 0; pass < passes; pass++)
      for (const sequence of draw.shuffled(train)) {
        learner.teach(sequence, recent);
        if (++played % POINT === 0) {
          x.push(played);
          y.push(recent.all());
          recent = score();
        }
        progress(played / (passes * train.length));
      }
    learner.test(test, found);
    learner.dispose();
  }
  return { figures: { [names.all]: found.all(), [names.labelled]: found.labelled() }, curve: { x, y } };
}

const falling = (initial: number, halfAt: number) => ({ kind: 'inverse', initial, halfAt }) as const;
const onePass = falling(3e-3, 5000);
/** Best of 3e-4, 1e-3, 3e-3, 1e-2, 3e-2 and 1e-1 for both controls. */
const onePassOfReadouts = falling(3e-2, 5000);

const three: Design['scales'] = [
  { size: 33, tauMem: 5, tauAdapt: 50 },
  { size: 33, tauMem: 20, tauAdapt: 200 },
  { size: 33, tauMem: 80, tauAdapt: 700 },
];
const one = (size: number): Design['scales'] => [{ size, tauMem: 20, tauAdapt: 200 }];

const srnn = (value: string) => ({
  value,
  source:
    'Yin et al. 2020, 2021 (SRNN, time constants learned too, offline BPTT over many passes): all 141 test sequences, of which 94 are here',
});
const measured = (value: string) => ({ value, source: 'measured with NumPy on these sequences' });

const figures = (more: Omit<Figure, 'name' | 'digits'> = {}): Figure[] => [
  { name: names.all, digits: 3, ...more },
  { name: names.labelled, digits: 3 },
];

const spiking = (design: Design) => (seed: number) => spikingNetwork(seed, design);

/** A rule on neurons of one time scale, each sequence once. */
const small = (rule: string, size: number, design: Pick<Design, 'rule' | 'block'>, more: Omit<Figure, 'name' | 'digits'> = {}): EcgArm => ({
  name: `${rule}, ${size} ALIF, one pass`,
  kind: 'rule',
  figures: figures(more),
  passes: 1,
  network: spiking({ scales: one(size), rate: onePass, ...design }),
});

const designs: readonly EcgArm[] = [
  {
    name: 'e-prop, 99 ALIF of three time scales, four passes',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.85 }, published: srnn('0.859') }),
    passes: 4,
    network: spiking({ scales: three, rule: eprop, block: 32, rate: falling(3e-3, 15_000) }),
  },
  {
    name: 'e-prop, 99 ALIF of three time scales, one pass',
    kind: 'rule',
    figures: figures({ asked: { of: 'median', atLeast: 0.835 } }),
    passes: 1,
    network: spiking({ scales: three, rule: eprop, block: 32, rate: onePass }),
  },
  {
    name: 'BPTT over 128 steps, SRNN of 36 neurons, time constants learned, four passes',
    kind: 'rule',
    figures: figures({ published: srnn('0.844') }),
    passes: 4,
    network: (seed) =>
      srnnNetwork(seed, { rule: bptt, rate: falling(1e-2, 5000), learning: { update: { ticks: 128 }, episode: 'reset', window: 128 } }),
  },
  {
    name: 'OSTL without H, SRNN of 36 neurons, time constants learned, one pass',
    kind: 'rule',
    figures: figures(),
    passes: 1,
    network: (seed) =>
      srnnNetwork(seed, {
        rule: ({ from, optimizer }) => ostl({ readout: from }, { optimizer, recurrence: 'none' }),
        rate: onePass,
        learning: { update: { ticks: UPDATE }, episode: 'reset' },
      }),
  },
  small('e-prop', 36, { rule: eprop, block: 32 }, { asked: { of: 'median', atLeast: 0.81 }, published: srnn('0.844') }),
  small('SnAp-1', 36, { rule: (options) => snap(1, options), block: 1 }),
  small('e-prop', 24, { rule: eprop, block: 32 }, { published: srnn('0.818') }),
  small('e-prop', 16, { rule: eprop, block: 32 }),
  small('SnAp-1', 16, { rule: (options) => snap(1, options), block: 1 }),
  small('OSTL', 16, { rule: ({ from, optimizer }) => ostl({ readout: from }, { optimizer }), block: 1 }),
  small('RTRL', 16, { rule: rtrl, block: 1 }),
  {
    name: 'readout alone learns, 99 ALIF, one pass',
    kind: 'control',
    figures: figures({ asked: { of: 'median', atMost: 0.75 } }),
    passes: 1,
    network: spiking({ scales: three, block: 32, rate: onePassOfReadouts }),
  },
  {
    name: 'softmax on leaky traces of the inputs, one pass',
    kind: 'control',
    figures: figures({ published: measured('0.789') }),
    passes: 1,
    network: (seed) => leakyTraces(seed, onePassOfReadouts),
  },
  {
    name: 'always TP',
    kind: 'control',
    figures: figures({ asked: { of: 'median', atMost: 0.33 }, published: measured('0.309, with the first 10 steps') }),
    passes: 0,
  },
];

/** ECG of the QT database (Yin et al. 2020): which wave of the heartbeat is it, at every step of two leads' level crossings. */
export const ecgQtdb: Task = {
  name: 'ecg-qtdb',
  summary: 'the wave of the heartbeat at every step',
  curve: { x: 'sequences', y: 'accuracy of the last 103', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
