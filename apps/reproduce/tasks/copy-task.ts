import {
  bptt,
  constant,
  deltaRule,
  exact,
  gatesOf,
  gru,
  integrator,
  type LearningRule,
  type Network,
  type Optimizer,
  type Projection,
  snap,
  source,
} from '../../../runtime/index.ts';
import { episodes } from '../description.ts';
import { type Player, player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

const UNITS = 32;
/** Share of the synapses onto units that exist: 75 % sparse, the least sparse of the published settings. */
const DENSITY = 0.25;
/** Channels: a 0, a 1, and the command to repeat. */
const CHANNELS = 3;
const SEQUENCES = 20_000;
const POINT = 200;
/** A length is solved when the loss of the last sequences is below this, bits a character; then the next one comes. (Menick et al. 2021, section 5.2) */
const SOLVED = 0.15;
/** Sequences that the running mean of the loss remembers. */
const MEMORY = 50;
const LONGEST = 40;

interface CopyArm extends ArmSheet {
  readonly rule: ((optimizer: Optimizer) => LearningRule) | undefined;
}

const length: Figure = { name: 'longest length solved', digits: 0 };
const paper = (value: string) => ({ value, source: 'Menick et al. 2021, fig. 3: order of the rules (SnAp-2 ≥ SnAp-1; curves only)' });

const designs: readonly CopyArm[] = [
  {
    name: 'SnAp-1, sparse GRU',
    kind: 'rule',
    figures: [{ ...length, asked: { of: 'median', atLeast: 4 } }],
    rule: (optimizer) => snap(1, { from: 'out', optimizer, filter: 'none' }),
  },
  {
    name: 'SnAp-2, sparse GRU',
    kind: 'rule',
    figures: [{ ...length, asked: { of: 'median', atLeast: 4 }, published: paper('longer than SnAp-1') }],
    rule: (optimizer) => snap(2, { from: 'out', optimizer, filter: 'none' }),
  },
  {
    name: 'BPTT, sparse GRU',
    kind: 'rule',
    figures: [{ ...length, published: paper('about SnAp-2, offline') }],
    rule: (optimizer) => bptt({ from: 'out', optimizer }),
  },
  { name: 'readout alone learns', kind: 'control', figures: [{ ...length, asked: { of: 'median', atMost: 3 } }], rule: undefined },
];

/** 3 channels → 32 GRU units, sparsely recurrent → 1 bit. Adam after every sequence. */
function network({ rule }: CopyArm, seed: number): Network {
  const optimizer: Optimizer = { kind: 'adam', rate: 3e-3 };
  const learned = rule?.(optimizer);
  const hidden = learned === undefined ? {} : { plasticity: learned };
  const output = { plasticity: deltaRule({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  const projections: Record<string, Projection> = {};
  for (const gate of gatesOf(gru())) {
    projections[`bias_${gate}`] = {
      pre: 'one',
      post: 'hidden',
      gate,
      connectivity: dense,
      weight: { kind: 'constant', value: 0 },
      delay: 0,
      ...hidden,
    };
    if (gate !== 'memory') {
      projections[`input_${gate}`] = {
        pre: 'in',
        post: 'hidden',
        gate,
        connectivity: dense,
        weight: { kind: 'normal', gain: 1 },
        delay: 0,
        ...hidden,
      };
    }
    if (gate !== 'candidate') {
      projections[`recurrent_${gate}`] = {
        pre: 'hidden',
        post: 'hidden',
        gate,
        connectivity: { kind: 'random', density: DENSITY, autapses: true },
        weight: { kind: 'normal', gain: 1 },
        delay: 1,
        ...hidden,
      };
    }
  }
  projections['output'] = { pre: 'hidden', post: 'out', connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0, ...output };
  projections['bias'] = { pre: 'one', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0, ...output };
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: CHANNELS, neuron: source() },
      one: { size: 1, neuron: constant() },
      hidden: { size: UNITS, neuron: gru() },
      out: { size: 1, neuron: integrator({ tau: 0, loss: 'bernoulli' }) },
    },
    projections,
    learning: episodes(learned, 2 * LONGEST + 1),
  };
}

/** Writes `bits`, the command, and silence in which they are to be said again. Returns the ticks. */
function write(to: Player, bits: readonly number[]): number {
  const ticks = 2 * bits.length + 1;
  for (let t = 0; t < ticks; t++) {
    const at = t - bits.length - 1;
    to.write('in.input', t, [
      t < bits.length && bits[t] === 0 ? 1 : 0,
      t < bits.length && bits[t] === 1 ? 1 : 0,
      t === bits.length ? 1 : 0,
    ]);
    to.write('out.target', t, [at >= 0 ? bits[at]! : 0]);
    to.write('out.importance', t, [at >= 0 ? 1 / bits.length : 0]);
  }
  return ticks;
}

function run(arm: CopyArm, { backend, seed, progress }: Setting): Outcome {
  const learner = player(backend, network(arm, seed), 2 * LONGEST + 1);
  const random = exact.randomStream(seed, 'copy task');
  const [x, y]: [number[], number[]] = [[], []];
  let [current, mean, draw] = [1, 1, 0];
  for (let sequence = 1; sequence <= SEQUENCES; sequence++) {
    const bits = Array.from({ length: current }, () => (random.uniform(draw++) < 0.5 ? 0 : 1));
    const fine = learner.play(write(learner, bits), true);
    let loss = 0;
    for (const [k, bit] of bits.entries()) {
      const p = learner.read('out.output', bits.length + 1 + k, 0);
      loss -= Math.log2(Math.max(2 ** -24, bit === 1 ? p : 1 - p)) / bits.length;
    }
    mean += ((fine ? loss : 24) - mean) / MEMORY;
    if (mean < SOLVED && current < LONGEST) {
      current++;
      mean = 1;
    }
    if (sequence % POINT > 0) continue;
    x.push(sequence);
    y.push(current - 1);
    progress(sequence / SEQUENCES);
  }
  learner.dispose();
  return { figures: { [length.name]: current - 1 }, curve: { x, y } };
}

/** Copy task with a curriculum (Graves et al. 2014; Menick et al. 2021, section 5.2): say a string of bits again; every solved length is followed by the next. */
export const copyTask: Task = {
  name: 'copy-task',
  summary: 'say a string of bits again, longer and longer ones',
  curve: { x: 'sequences', y: 'length solved', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
