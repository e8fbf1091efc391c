import {
  compile,
  events,
  exact,
  hybridPerturbation,
  integrator,
  type Network,
  nodePerturbation,
  source,
  weightPerturbation,
} from '../../../runtime/index.ts';
import { chance } from '../chance.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

/** Sizes of the published experiment: M outputs, N inputs, of which a task uses some and a trial some of those. */
const [OUTPUTS, INPUTS, OF_TASK, OF_TRIAL, TICKS] = [10, 100, 50, 10, 100] as const;
/** α²: every input of a trial is so strong that all N together have the variance 1. */
const STRENGTH = INPUTS / OF_TRIAL;
const SIGMA = 1e-3;
const TRIALS = 6000;
/** Trials between two points of the curve. */
const POINT = 50;
/** Trials at the end over which the final error is averaged. */
const FINAL = 2000;
/** Error of a target that no weight can meet, in shares of the error at the start. */
const UNREALIZABLE = 1;
/** Periods in a trial of what no weight can meet; inputs have 1 to OF_TRIAL / 2. */
const BEYOND = 20;

const rules = { WP: weightPerturbation, NP: nodePerturbation, hybrid: hybridPerturbation } as const;

interface LinearArm extends ArmSheet {
  readonly rule: keyof typeof rules;
  readonly noise: 'normal' | 'signs';
  readonly unrealizable: boolean;
  /** whether the scores of the two passes of a trial are told in their order, or by chance the other way round */
  readonly heard: boolean;
}

/** Dimensions that the noise of a trial has in the space of weights that matter: of all weights of the task, or of those with input. */
const dimensions = (rule: LinearArm['rule']): number => OUTPUTS * (rule === 'WP' ? OF_TASK : OF_TRIAL);

/** What chance costs beside the dimensions: ⟨ξ⁴⟩ − 1 of the noise that acts on a weight; sums over time and inputs are normal whatever they are sums of. */
const excess = ({ rule, noise }: Pick<LinearArm, 'rule' | 'noise'>): number => (noise === 'signs' && rule !== 'NP' ? 0 : 2);

/** η that contracts the error most, for a gradient of the mean over time. */
const bestRate = (arm: Pick<LinearArm, 'rule' | 'noise'>): number => 1 / ((dimensions(arm.rule) + excess(arm)) * STRENGTH);

/** ⟨E′⟩/⟨E⟩ of a trial at that rate. */
const predicted = (arm: Pick<LinearArm, 'rule' | 'noise'>): number => 1 - OF_TRIAL / OF_TASK / (dimensions(arm.rule) + excess(arm));

/**
 * E at the end over the error that no weight can remove: noise of nodes hits what it cannot change, noise of weights does not. What is left of the error at the start
 * counts, which is UNREALIZABLE⁻¹ times as large.
 */
function predictedFinal(rule: LinearArm['rule']): number {
  const stays = rule === 'NP' ? dimensions(rule) / (dimensions(rule) + 2) : 0;
  const kept = predicted({ rule, noise: 'normal' });
  const left = (kept ** (TRIALS - FINAL) - kept ** TRIALS) / (1 - kept) / FINAL;
  return 1 + stays * (1 - left) + left / UNREALIZABLE;
}

const derived = (value: number, digits: number) => ({
  value: value.toFixed(digits),
  source: 'derived for the linear student, after Züge, Klos & Memmesheimer 2023, Phys. Rev. X 13:021006',
});
const OFF = 'off the theory, 1e-4';

function decays(rule: LinearArm['rule'], noise: LinearArm['noise']): LinearArm {
  const arm = { rule, noise, unrealizable: false, heard: true } as const;
  const figures: Figure[] = [
    { name: 'decay of the error a trial', digits: 6, published: derived(predicted(arm), 6) },
    { name: OFF, digits: 2, asked: { of: 'mean', atMost: 1 } },
  ];
  return { ...arm, name: noise === 'signs' ? `${rule}, signs` : rule, kind: 'rule', figures };
}

function ends(rule: LinearArm['rule']): LinearArm {
  const wanted = predictedFinal(rule);
  const bound = rule === 'NP' ? { atLeast: 0.95 * wanted } : { atMost: 1.05 * wanted };
  return {
    ...{ rule, noise: 'normal', unrealizable: true, heard: true },
    name: `${rule}, unrealizable target`,
    kind: 'rule',
    figures: [{ name: 'final error over the least', digits: 3, asked: { of: 'mean', ...bound }, published: derived(wanted, 3) }],
  };
}

const designs: readonly LinearArm[] = [
  decays('WP', 'normal'),
  decays('NP', 'normal'),
  decays('hybrid', 'normal'),
  decays('WP', 'signs'),
  decays('NP', 'signs'),
  ends('WP'),
  ends('NP'),
  ends('hybrid'),
  ...(['WP', 'NP'] as const).map(
    (rule): LinearArm => ({
      ...{ rule, noise: 'normal', unrealizable: false, heard: false },
      name: `${rule}, passes told apart by chance`,
      kind: 'control',
      figures: [{ name: 'error at the end over that at the start', digits: 2, asked: { of: 'median', atLeast: 1 } }],
    }),
  ),
];

/** 100 inputs → 10 linear outputs, from no weights at all. */
function network({ rule, noise }: LinearArm, seed: number): Network {
  // The hybrid's gradient is times the sum of squares of an input.
  const rate = bestRate({ rule, noise }) / (rule === 'hybrid' ? STRENGTH * TICKS : 1);
  const plasticity = rules[rule]({ sigma: SIGMA, noise, against: 'opposite', optimizer: { kind: 'sgd', rate } });
  return {
    dt: 1,
    seed,
    populations: { in: { size: INPUTS, neuron: source() }, out: { size: OUTPUTS, neuron: integrator({ tau: 0 }) } },
    projections: {
      student: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 0 }, delay: 0, plasticity },
    },
    learning: { update: { ticks: 2 * (TICKS + 1) } },
  };
}

/** Orthogonal waves of variance α², [tick][input of the trial]. */
const waves = Array.from({ length: TICKS }, (_, t) =>
  Array.from({ length: OF_TRIAL }, (_, i) => {
    const phase = (2 * Math.PI * (1 + (i >> 1)) * t) / TICKS;
    return Math.sqrt(2 * STRENGTH) * (i % 2 === 0 ? Math.sin(phase) : Math.cos(phase));
  }),
);

function run(arm: LinearArm, { backend, seed, progress }: Setting): Outcome {
  const executable = backend.load(compile(network(arm, seed), { maxTicks: TICKS }));
  const { arena, program } = executable;
  const region = (name: string) => program.regions.get(name)!;
  const [input, output, weights, score] = ['in.input', 'out.output', 'student.weights', 'reward'].map(region);
  const stream = exact.randomStream(seed, 'teacher');
  const teacher = Array.from({ length: OF_TASK * OUTPUTS }, (_, k) => stream.normal(k));
  const draws = chance(seed, 'trials');
  const inputs = Array.from({ length: OF_TASK }, (_, i) => i);

  /** ½ α² (N_trial/N_task) |w − w*|²: what a trial is off on average */
  const errorNow = (): number => {
    let sum = 0;
    for (let i = 0; i < OF_TASK; i++)
      for (let j = 0; j < OUTPUTS; j++) sum += (arena.floats[weights!.offset + i * weights!.stride + j]! - teacher[i * OUTPUTS + j]!) ** 2;
    return ((STRENGTH * OF_TRIAL) / OF_TASK / 2) * sum;
  };
  const start = errorNow();
  const least = arm.unrealizable ? UNREALIZABLE * start : 0;
  const beyond = Math.sqrt((4 * least) / OUTPUTS);

  /** The inputs and the score of a pass, −½ Σ |y − y*|²/T. */
  const pass = (active: readonly number[], targets: Float64Array): number => {
    for (let t = 0; t < TICKS; t++)
      for (let a = 0; a < OF_TRIAL; a++) arena.floats[input!.offset + t * input!.stride + active[a]!] = waves[t]![a]!;
    executable.run(TICKS);
    let sum = 0;
    for (let t = 0; t < TICKS; t++)
      for (let j = 0; j < OUTPUTS; j++) sum += (arena.floats[output!.offset + t * output!.stride + j]! - targets[t * OUTPUTS + j]!) ** 2;
    return -sum / 2 / TICKS;
  };
  /** A tick without input that brings the score. */
  const judge = (value: number): void => {
    arena.floats.fill(0, input!.offset, input!.offset + input!.length);
    arena.floats[score!.offset] = value;
    arena.words[program.eventTape.offset] = events.label | events.episodeEnd;
    executable.run(1);
    arena.words[program.eventTape.offset] = 0;
  };

  const [x, y]: [number[], number[]] = [[0], [1]];
  const targets = new Float64Array(TICKS * OUTPUTS);
  let [before, ratios, final] = [start, 0, 0];
  for (let trial = 1; trial <= TRIALS; trial++) {
    const active = draws.shuffled(inputs).slice(0, OF_TRIAL);
    for (let t = 0; t < TICKS; t++) {
      for (let j = 0; j < OUTPUTS; j++) {
        let sum = beyond * Math.sin((2 * Math.PI * BEYOND * t) / TICKS);
        for (let a = 0; a < OF_TRIAL; a++) sum += teacher[active[a]! * OUTPUTS + j]! * waves[t]![a]!;
        targets[t * OUTPUTS + j] = sum;
      }
    }
    const swapped = !arm.heard && draws.below(2) === 1;
    const first = pass(active, targets);
    // Both signs turned: what is judged is the difference the other way round.
    judge(swapped ? -first : first);
    const second = pass(active, targets);
    judge(swapped ? -second : second);
    const error = errorNow();
    ratios += error / before / TRIALS;
    before = error;
    if (trial > TRIALS - FINAL) final += (error + least) / least / FINAL;
    if (trial % POINT > 0) continue;
    x.push(trial);
    y.push((error + least) / (start + least));
    progress(trial / TRIALS);
  }
  executable.dispose();
  const figures = {
    'decay of the error a trial': ratios,
    [OFF]: Math.abs(ratios - predicted(arm)) / 1e-4,
    'final error over the least': final,
    'error at the end over that at the start': before / start,
  };
  return { figures, curve: { x, y } };
}

/** A linear student of a linear teacher, taught by nothing but a score (Züge, Klos & Memmesheimer 2023; sheet T16): how fast, and how far. */
export const wpNpLinear: Task = {
  name: 'wp-np-linear',
  summary: 'a linear student by perturbation: theory against measurement',
  curve: { x: 'trials', y: 'error over that at the start', scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
