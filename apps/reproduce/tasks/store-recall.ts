import {
  alif,
  bptt,
  copyWeights,
  eprop,
  exact,
  frozen,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type NeuronModel,
  type Optimizer,
} from '../../../runtime/index.ts';
import { everyOther, recurrentNetwork } from '../description.ts';
import { type Player, player } from '../player.ts';
import { type ArmSheet, armsFrom, type Outcome, type Setting, type Task } from '../task.ts';

const [SYMBOLS, SYMBOL] = [12, 200];
const TICKS = SYMBOLS * SYMBOL;
const CHANNELS = 100;
const NEURONS = 40;
const TRIALS = 1500;
const FRESH = 200;
/** Sequences over which the weights that are tested are averaged. */
const AVERAGE = 200;
/** Sequences of a point of the curve. */
const POINT = 50;
/** Probability of a command in a symbol, of store and of recall each. */
const COMMAND = 1 / 7;
/** Symbols after which a recall is given if none was drawn. */
const LONGEST_DELAY = 10;

interface RecallArm extends ArmSheet {
  readonly neuron: NeuronModel;
  readonly rule: ((optimizer: Optimizer) => LearningRule) | undefined;
}

const spiking = { tauMem: 20, refractory: 3 };
const adaptive = alif({ ...spiking, tauAdapt: 1200, beta: everyOther(NEURONS, 0.08) });
const error = { name: 'wrong recalls of 200 fresh sequences', digits: 3 };
const paper = (value: string) => ({
  value,
  source: 'Bellec et al. 2019 (arXiv:1901.09049): error below 0.05 after 50 (e-prop 1) and 28 (BPTT) batches of 128',
});

const designs: readonly RecallArm[] = [
  {
    name: 'e-prop, LIF and ALIF',
    kind: 'rule',
    figures: [{ ...error, asked: { of: 'median', atMost: 0.05 }, published: paper('< 0.05') }],
    neuron: adaptive,
    rule: (optimizer) => eprop({ from: 'out', optimizer }),
  },
  {
    name: 'e-prop, random feedback, LIF and ALIF',
    kind: 'rule',
    figures: [error],
    neuron: adaptive,
    rule: (optimizer) => eprop({ from: 'out', optimizer, through: { feedback: 'broadcast' } }),
  },
  {
    name: 'BPTT, LIF and ALIF',
    kind: 'rule',
    figures: [{ ...error, published: paper('< 0.05') }],
    neuron: adaptive,
    rule: (optimizer) => bptt({ from: 'out', optimizer }),
  },
  {
    name: 'e-prop, LIF alone',
    kind: 'control',
    figures: [{ ...error, asked: { of: 'median', atLeast: 0.25 } }],
    neuron: lif(spiking),
    rule: (optimizer) => eprop({ from: 'out', optimizer }),
  },
  {
    name: 'readout alone learns',
    kind: 'control',
    figures: [{ ...error, asked: { of: 'median', atLeast: 0.1 } }],
    neuron: adaptive,
    rule: undefined,
  },
];

/** 100 spiking inputs → 20 LIF and 20 ALIF, recurrent → 2 classes. Adam after every sequence, 4e-3/(1 + n/500). */
function network({ neuron, rule }: RecallArm, seed: number): Network {
  const optimizer: Optimizer = {
    kind: 'adam',
    // At 8e-3 one network of three stays at a quarter of wrong recalls.
    rate: { kind: 'inverse', initial: 4e-3, halfAt: 500 },
    transforms: [{ kind: 'average', window: AVERAGE }],
  };
  return recurrentNetwork({
    seed,
    inputs: CHANNELS,
    size: NEURONS,
    neuron,
    out: { size: 2, neuron: integrator({ tau: 20, loss: 'crossEntropy' }) },
    rule: rule?.(optimizer),
    optimizer,
    weights: { input: { kind: 'normal', gain: 1 }, recurrent: { kind: 'normal', gain: 1 }, output: { kind: 'normal', gain: 1 } },
    ticks: TICKS,
  });
}

/** A recall: its symbol, and the value that was last stored before it. */
interface Recall {
  readonly symbol: number;
  readonly value: 0 | 1;
}

/**
 * Sequences by number. In every symbol a value is shown (25 channels for 0, 25 for 1, 50 Hz); with a store command (25 channels) the value shown is to be kept;
 * with a recall command (25 channels) no value is shown, and the stored one is asked for.
 */
function sequences(seed: number) {
  const random = exact.randomStream(seed, 'store and recall');
  const noise = exact.randomStream(seed, 'store and recall, spikes');
  const row = new Float32Array(CHANNELS);
  return {
    write(to: Player, index: number): Recall[] {
      const recalls: Recall[] = [];
      let stored: { readonly value: 0 | 1; readonly symbol: number } | undefined;
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const draw = (index * SYMBOLS + symbol) * 2;
        const value = random.uniform(draw) < 0.5 ? 0 : 1;
        const chance = random.uniform(draw + 1);
        const overdue = stored !== undefined && symbol - stored.symbol >= LONGEST_DELAY;
        const recall = stored !== undefined && (chance < COMMAND || overdue || (symbol === SYMBOLS - 1 && recalls.length === 0));
        // Every sequence stores at once, so that it can be asked for something.
        const store = !recall && (symbol === 0 || chance > 1 - COMMAND);
        if (recall) recalls.push({ symbol, value: stored!.value });
        if (store) stored = { value, symbol };
        for (let t = symbol * SYMBOL; t < (symbol + 1) * SYMBOL; t++) {
          for (let i = 0; i < CHANNELS; i++) {
            const group = Math.floor(i / 25);
            const on = group === 3 ? recall : group === 2 ? store : !recall && group === value;
            row[i] = on && noise.uniform((index * TICKS + t) * CHANNELS + i) < 0.05 ? 1 : 0;
          }
          to.write('in.input', t, row);
        }
      }
      return recalls;
    },
  };
}

/** Recalls that were answered wrong: the class with the larger mean output while the command was on. */
function wrong(of: Player, recalls: readonly Recall[]): number {
  return recalls.filter(({ symbol, value }) => {
    let difference = 0;
    for (let t = symbol * SYMBOL; t < (symbol + 1) * SYMBOL; t++) difference += of.read('out.output', t, 1) - of.read('out.output', t, 0);
    return difference > 0 !== (value === 1);
  }).length;
}

function run(arm: RecallArm, { backend, seed, progress }: Setting): Outcome {
  const description = network(arm, seed);
  const learner = player(backend, description, TICKS);
  const acting = player(backend, frozen(description), TICKS);
  const drawn = sequences(seed);
  const [x, y]: [number[], number[]] = [[], []];
  const total = TRIALS + FRESH / 2;
  let [errors, asked] = [0, 0];
  for (let trial = 0; trial < TRIALS; trial++) {
    const recalls = drawn.write(learner, trial);
    for (let t = 0; t < TICKS; t++) learner.write('out.importance', t, [0]);
    for (const { symbol, value } of recalls) {
      for (let t = symbol * SYMBOL; t < (symbol + 1) * SYMBOL; t++) {
        learner.write('out.target', t, value === 0 ? [1, 0] : [0, 1]);
        learner.write('out.importance', t, [1 / SYMBOL / recalls.length]);
      }
    }
    const fine = learner.play(TICKS, true);
    errors += fine ? wrong(learner, recalls) : recalls.length;
    asked += recalls.length;
    if ((trial + 1) % POINT === 0) {
      x.push(trial + 1);
      y.push(errors / asked);
      [errors, asked] = [0, 0];
    }
    progress((trial + 1) / total);
  }
  copyWeights(learner.executable, acting.executable, 'average');
  for (let trial = TRIALS; trial < TRIALS + FRESH; trial++) {
    const recalls = drawn.write(acting, trial);
    errors += acting.play(TICKS, true) ? wrong(acting, recalls) : recalls.length;
    asked += recalls.length;
    progress((TRIALS + (trial - TRIALS) / 2) / total);
  }
  learner.dispose();
  acting.dispose();
  return { figures: { [error.name]: errors / asked }, curve: { x, y } };
}

/** Store and recall (Bellec et al. 2018 and 2019; sheet T4): keep a bit for up to two seconds. One update a sequence. */
export const storeRecall: Task = {
  name: 'store-recall',
  summary: 'keep a bit for up to two seconds, and say it when asked',
  curve: { x: 'sequences', y: 'wrong recalls', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
