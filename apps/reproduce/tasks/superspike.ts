import { exact, type Lif, lif, type Network, type Optimizer, type Projection, source, superSpike } from '../../../runtime/index.ts';
import { feedbackFor } from '../description.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

const INPUTS = 100;
const HIDDEN = 32;
const OUTPUTS = 4;
const TICKS = 500;
const TRIALS = 1000;
const POINT = 10;
/** Target spikes of each output, at least this many ticks apart. */
const [SPIKES, APART] = [5, 40];
/** Ticks of the double exponential with which spike trains are compared: that of the rule. */
const [RISE, DECAY] = [Math.exp(-1 / 5), Math.exp(-1 / 10)];

interface SpikesArm extends ArmSheet {
  readonly hidden: 'none' | 'frozen' | 'transpose' | 'random';
  readonly rate: number;
}

const distance: Figure = { name: 'van Rossum distance', digits: 3 };
const zenke = {
  value: '→ 0 (fig. 2)',
  source: 'Zenke & Ganguli 2018, fig. 2: one unit learns five spike times from 100 inputs; printed as curves only',
};

const designs: readonly SpikesArm[] = [
  {
    name: 'SuperSpike, outputs alone',
    kind: 'rule',
    figures: [{ ...distance, asked: { of: 'median', atMost: 0.1 }, published: zenke }],
    hidden: 'none',
    rate: 0.02,
  },
  {
    name: 'SuperSpike, hidden layer, symmetric feedback',
    kind: 'rule',
    figures: [{ ...distance, asked: { of: 'median', atMost: 0.1 } }],
    hidden: 'transpose',
    rate: 0.01,
  },
  { name: 'SuperSpike, hidden layer, random feedback', kind: 'rule', figures: [distance], hidden: 'random', rate: 0.003 },
  { name: 'hidden layer that does not learn', kind: 'control', figures: [distance], hidden: 'frozen', rate: 0.01 },
  {
    name: 'no learning',
    kind: 'control',
    figures: [{ ...distance, asked: { of: 'median', atLeast: 0.7 } }],
    hidden: 'none',
    rate: 0,
  },
];

/** The published unit: 10 ms membrane behind a synaptic current of 5 ms, felt a tick late, threshold 1, σ′ = 1/(1 + 10|u − 1|)². */
const unit = lif({
  tauMem: 10,
  synapse: { tau: 5, order: 'tickBefore', inputScale: 'unitPeak' },
  surrogate: { shape: 'fastSigmoid', height: 1, width: 0.1 },
});
const output: Lif = { ...unit, loss: 'squared' };

/** 100 frozen Poisson inputs → (32 hidden units →) 4 outputs. */
function network({ hidden, rate }: SpikesArm, seed: number): Network {
  const optimizer: Optimizer = { kind: 'rmaxprop', rate, keep: 0.999 };
  const own = rate === 0 ? {} : { plasticity: superSpike({ from: 'out', optimizer }) };
  const dense = { kind: 'dense' } as const;
  const below = hidden === 'none' ? 'in' : 'hidden';
  const projections: Record<string, Projection> = {};
  if (hidden !== 'none') {
    const through = hidden === 'random' ? ({ feedback: 'broadcast' } as const) : 'transpose';
    projections['input'] = {
      pre: 'in',
      post: 'hidden',
      connectivity: dense,
      weight: { kind: 'normal', gain: 2 },
      delay: 0,
      ...(hidden !== 'frozen' && { plasticity: superSpike({ from: 'out', optimizer, through }) }),
    };
  }
  projections['output'] = {
    pre: below,
    post: 'out',
    connectivity: dense,
    weight: { kind: 'normal', gain: hidden === 'none' ? 2 : 1 },
    delay: 0,
    ...own,
  };
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: INPUTS, neuron: source() },
      ...(hidden !== 'none' && { hidden: { size: HIDDEN, neuron: unit } }),
      out: { size: OUTPUTS, neuron: output },
    },
    projections,
    ...feedbackFor(projections['input']?.plasticity, { kind: 'normal', std: 0.3 }),
    ...(rate !== 0 && { learning: { update: 'episode', episode: 'reset' } }),
  };
}

/** Σ (α ∗ (z − z*))² of one train, with the kernel that has a peak of 1; divided by that of the targets, 1 is no spike at all. */
function vanRossum(trains: (t: number) => number): number {
  let [rise, decay, sum] = [0, 0, 0];
  for (let t = 0; t < TICKS; t++) {
    const x = trains(t);
    rise = RISE * rise + x;
    decay = DECAY * decay + x;
    sum += (4 * (decay - rise)) ** 2;
  }
  return sum;
}

/** Spike times drawn one after the other, those too near to another or to an end drawn anew. */
function targets(random: exact.RandomStream, first: number): Set<number> {
  const times: number[] = [];
  for (let draw = first; times.length < SPIKES; draw++) {
    const t = 60 + Math.floor(random.uniform(draw) * (TICKS - 80));
    if (times.every((other) => Math.abs(other - t) >= APART)) times.push(t);
  }
  return new Set(times);
}

function run(arm: SpikesArm, { backend, seed, progress }: Setting): Outcome {
  const learner = player(backend, network(arm, seed), TICKS);
  const random = exact.randomStream(seed, 'superspike');
  const wanted = Array.from({ length: OUTPUTS }, (_, k) => targets(random, 1000 * k));
  const row = new Float32Array(INPUTS);
  for (let t = 0; t < TICKS; t++) {
    for (let i = 0; i < INPUTS; i++) row[i] = random.uniform(100_000 + t * INPUTS + i) < 0.01 ? 1 : 0;
    learner.write('in.input', t, row);
    if (arm.rate === 0) continue;
    learner.write(
      'out.target',
      t,
      wanted.map((times) => (times.has(t) ? 1 : 0)),
    );
    learner.write('out.importance', t, [1]);
  }
  const silence = wanted.reduce((sum, times) => sum + vanRossum((t) => (times.has(t) ? 1 : 0)), 0);
  const [x, y]: [number[], number[]] = [[], []];
  for (let trial = 1; trial <= TRIALS; trial++) {
    const fine = learner.play(TICKS, true);
    if (trial % POINT > 0) continue;
    const apart = wanted.reduce((sum, times, k) => sum + vanRossum((t) => learner.read('out.output', t, k) - (times.has(t) ? 1 : 0)), 0);
    x.push(trial);
    y.push(fine ? apart / silence : Number.NaN);
    progress(trial / TRIALS);
  }
  learner.dispose();
  // With a constant rate a single spike comes and goes: the median of the last tenth.
  const last = y.slice(-TRIALS / POINT / 10).sort((a, b) => a - b);
  return { figures: { [distance.name]: last[last.length >> 1]! }, curve: { x, y } };
}

/** Spikes at given times (Zenke & Ganguli 2018, fig. 2; sheet T12): four outputs, five spikes each, out of frozen noise. */
export const superspike: Task = {
  name: 'superspike',
  summary: 'five spikes at given times, out of frozen noise',
  curve: { x: 'trials', y: 'van Rossum distance', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
