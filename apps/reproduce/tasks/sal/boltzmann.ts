import {
  constant,
  events,
  exact,
  type GradientOptimizer,
  type LearningRule,
  lif,
  type Network,
  type PairRule,
  type Projection,
  rewardStdp,
  sal,
  setLearning,
  source,
} from '../../../../runtime/index.ts';
import { type Player, player } from '../../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { divergenceOf, probabilities, type Target, targetOf } from './machine.ts';

/** Units, all visible. */
const UNITS = 7;
const STATES = 2 ** UNITS;
/** Ticks that a unit is on after a spike, and the time constant of what a spike does to others. */
const ON = 10;
/** Of the target: biases, and weights that are the same in both directions. Of the network: what its weights there and back differ by, half of it. */
const STD = { bias: 0.5, weight: 0.4, asymmetry: 1.2 } as const;
/** Ticks of a phase, awake or asleep, and of those the first, which teach nothing. */
const PHASE = 2000;
const SETTLE = 100;
/** Ticks between two updates, and τ_c of what waits for them. */
const LABEL = 50;
/** Phases between two points of the curve, and points. */
const [POINT, POINTS] = [100, 12] as const;
/** Ticks of the last test, nothing being learned. */
const TEST = 600_000;
/** How strongly data hold a unit on or off. */
const CLAMP = 50;
/** Divergence that a network which samples stays below, and a control does not, nat; the sampler's own is about 0.01. Sizes and rates were chosen on seeds 11 to 13. */
const SAMPLES = 0.02;
/** Share of its time that the busiest unit of a runaway is on. */
const RUNAWAY = 0.9;

interface SamplerArm extends ArmSheet {
  /** what the weights are before learning: those of the target, 0, or excitation in both directions; plus the asymmetry */
  readonly begins: 'target' | 'nothing' | 'excitation';
  readonly asymmetric: boolean;
  /** wake-sleep from samples of the target */
  readonly wakeSleep: boolean;
  readonly sal: 'none' | 'on' | 'turned';
}

const divergence: Figure = { name: 'KL divergence from the target', digits: 4 };
const asymmetry: Figure = { name: 'asymmetry left', digits: 2 };
const busiest: Figure = { name: 'busiest unit is on', digits: 2 };
const floor = {
  value: 'falls with SAL',
  source:
    'Gierlich et al. 2026, Nature Communications, abstract; the sizes are ours. The floor is that of the sampler itself, with symmetric weights',
};
const atMost = (figure: Figure, most: number): Figure => ({ ...figure, asked: { of: 'median', atMost: most } });
const atLeast = (figure: Figure, least: number): Figure => ({ ...figure, asked: { of: 'median', atLeast: least } });
const sampled = atMost(busiest, RUNAWAY);

const designs: readonly SamplerArm[] = [
  {
    name: 'the weights of the target',
    kind: 'rule',
    figures: [atMost(divergence, SAMPLES), asymmetry, sampled],
    ...{ begins: 'target', asymmetric: false, wakeSleep: false, sal: 'none' },
  },
  {
    name: 'asymmetric, SAL',
    kind: 'rule',
    figures: [{ ...atMost(divergence, SAMPLES), published: floor }, atMost(asymmetry, 0.2), sampled],
    ...{ begins: 'target', asymmetric: true, wakeSleep: false, sal: 'on' },
  },
  {
    name: 'asymmetric, no SAL',
    kind: 'control',
    figures: [atLeast(divergence, SAMPLES), asymmetry, sampled],
    ...{ begins: 'target', asymmetric: true, wakeSleep: false, sal: 'none' },
  },
  {
    name: 'wake-sleep and SAL',
    kind: 'rule',
    figures: [{ ...atMost(divergence, SAMPLES), published: floor }, atMost(asymmetry, 0.2), sampled],
    ...{ begins: 'nothing', asymmetric: true, wakeSleep: true, sal: 'on' },
  },
  {
    name: 'wake-sleep, no SAL',
    kind: 'control',
    figures: [atLeast(divergence, SAMPLES), asymmetry, sampled],
    ...{ begins: 'nothing', asymmetric: true, wakeSleep: true, sal: 'none' },
  },
  {
    name: 'asymmetric, SAL in the other order of time',
    kind: 'control',
    figures: [atLeast(divergence, SAMPLES), atLeast(asymmetry, 1), busiest],
    ...{ begins: 'target', asymmetric: true, wakeSleep: false, sal: 'turned' },
  },
  {
    name: 'runaway excitation, SAL',
    kind: 'control',
    figures: [divergence, atLeast(asymmetry, 0.5), atLeast(busiest, RUNAWAY)],
    ...{ begins: 'excitation', asymmetric: true, wakeSleep: false, sal: 'on' },
  },
];

/** On for ON ticks after a spike, with the log-odds v: the log of how often a unit that is off has to spike is v − log ON (Buesing et al. 2011, eq. 4). */
const sampler = lif({
  tauMem: ON,
  threshold: Math.log(ON),
  inputScale: 'oneMinusDecay',
  reset: 'none',
  refractory: ON,
  comparison: { kind: 'escape' },
});

/** STDP that counts pairs in both orders: the spikes of wake and sleep compared (Hinton et al. 1995), M = 1 awake and −1 asleep. */
const hebbian = (optimizer: GradientOptimizer): PairRule =>
  rewardStdp({
    pairing: 'all',
    ...{ potentiation: { tau: ON, pair: 1 }, depression: { tau: ON, pair: -1 } },
    at: 'soma',
    modulator: { of: 'reward', rate: 0 },
    tauEligibility: LABEL,
    optimizer,
  });
/** The same of a constant, whose synapse is a bias: each spike counts once. */
const counting = (optimizer: GradientOptimizer): LearningRule => {
  const rule = hebbian(optimizer);
  return { ...rule, timing: { ...rule.timing, pairing: 'nearest', depression: { tau: ON, pair: 0 } } };
};

/** The units, a source that holds them where data do, and their synapses: what wake-sleep learns and what SAL learns act side by side, on the same spikes. */
function network(arm: SamplerArm, seed: number, { biases, weights }: Target, asymmetries: readonly (readonly number[])[]): Network {
  const each = Array.from({ length: UNITS }, (_, j) => j);
  const updates = (POINT * POINTS * (PHASE - SETTLE)) / LABEL;
  const falling = (initial: number): GradientOptimizer => ({
    kind: 'sgd',
    rate: { kind: 'linear', initial, final: initial / 50, updates },
  });
  const begun = { target: (i: number, j: number) => weights[i]![j]!, nothing: () => 0, excitation: () => 5 }[arm.begins];
  const among = (value: (i: number, j: number) => number, plasticity?: LearningRule): Projection => ({
    ...{ pre: 'units', post: 'units', connectivity: { kind: 'dense', autapses: false }, delay: 1 },
    weight: { kind: 'inline', values: each.flatMap((i) => each.map((j) => (i === j ? 0 : value(i, j)))) },
    ...(plasticity !== undefined && { plasticity }),
  });
  const align = sal({ tau: ON, optimizer: falling(0.02) });
  const turned = { ...align.timing!, potentiation: { tau: ON, pair: 1 }, depression: { tau: ON, pair: 1 } };
  const aligning = { none: undefined, on: align, turned: { ...align, timing: turned } }[arm.sal];
  return {
    dt: 1,
    seed,
    populations: { one: { size: 1, neuron: constant() }, data: { size: UNITS, neuron: source() }, units: { size: UNITS, neuron: sampler } },
    projections: {
      bias: {
        ...{ pre: 'one', post: 'units', gate: 'output', connectivity: { kind: 'dense' }, delay: 0 },
        weight: { kind: 'inline', values: arm.wakeSleep ? biases.map(() => 0) : biases },
        ...(arm.wakeSleep && { plasticity: counting(falling(0.002)) }),
      },
      clamp: {
        ...{ pre: 'data', post: 'units', gate: 'output', connectivity: { kind: 'list', pre: each, post: each }, delay: 0 },
        weight: { kind: 'constant', value: CLAMP },
      },
      recurrent: among((i, j) => ON * begun(i, j), arm.wakeSleep ? hebbian(falling(0.02)) : undefined),
      aligned: among((i, j) => (arm.asymmetric ? ON * asymmetries[i]![j]! : 0), aligning),
    },
    learning: { update: 'label', episode: 'carry' },
  };
}

/** Who is on, a bit a unit, by the spikes of a player's last run; and how long each has been. */
function stateReader({ executable }: Player) {
  const { arena, program } = executable;
  const [counts, spikes] = [program.regions.get('units.spikeCount')!, program.regions.get('units.spikes')!];
  const left = new Array<number>(UNITS).fill(0);
  const onTicks = new Array<number>(UNITS).fill(0);
  return {
    onTicks,
    /** the state in tick t, read in order */
    at(t: number): number {
      const first = spikes.offset + t * spikes.stride;
      for (let j = 0; j < UNITS; j++) left[j] = Math.max(0, left[j]! - 1);
      for (let k = 0; k < arena.words[counts.offset + t * counts.stride]!; k++) left[arena.words[first + k]!] = ON;
      let state = 0;
      for (let j = 0; j < UNITS; j++) {
        if (left[j] === 0) continue;
        state |= 1 << j;
        onTicks[j]!++;
      }
      return state;
    },
    /** whether unit j spiked in tick t */
    spiked(t: number, j: number): boolean {
      const first = spikes.offset + t * spikes.stride;
      return arena.words.subarray(first, first + arena.words[counts.offset + t * counts.stride]!).includes(j);
    },
  };
}

function run(arm: SamplerArm, { backend, seed, progress }: Setting): Outcome {
  const random = exact.randomStream(seed, 'Boltzmann machine');
  const target = targetOf(random, UNITS, STD);
  const p = probabilities(target);
  const drawn = (i: number, j: number): number =>
    STD.asymmetry * random.normal(200 + UNITS * Math.max(i, j) + Math.min(i, j)) * Math.sign(i - j);
  const asymmetries = target.biases.map((_, i) => target.biases.map((__, j) => drawn(i, j)));
  const learner = player(backend, network(arm, seed, target, asymmetries), PHASE);
  const still: SamplerArm = { ...arm, begins: 'target', asymmetric: false, wakeSleep: false, sal: 'none' };
  const world = player(backend, network(still, seed + 1_000_000, target, asymmetries), PHASE);
  const [asleep, data] = [stateReader(learner), stateReader(world)];
  const { arena, program } = learner.executable;
  const rewarded = program.regions.has('reward');
  /** One phase; of a learning one, labels compare what was seen with M. False: learning blew up. */
  const phase = (awake: boolean, learns: boolean, counted?: number[]): boolean => {
    if (awake) world.play(PHASE, false);
    for (let t = 0; t < PHASE; t++) {
      for (let j = 0; j < UNITS; j++) clamps[j] = awake ? (data.spiked(t, j) ? 1 : -1) : 0;
      learner.write('data.input', t, clamps);
      const label = learns && t >= SETTLE && (t + 1) % LABEL === 0;
      arena.words[program.eventTape.offset + t] = label ? events.label : 0;
      if (rewarded) learner.write('reward', t, [awake ? 1 : -1, 0]);
    }
    if (learner.executable.run(PHASE) !== 0) return false;
    for (let t = 0; t < PHASE; t++) {
      const state = asleep.at(t);
      if (counted !== undefined) counted[state]!++;
    }
    return true;
  };
  const clamps = new Float32Array(UNITS);
  const [x, y]: [number[], number[]] = [[], []];
  let fine = true;
  for (let point = 1; point <= POINTS && fine; point++) {
    const counted = new Array<number>(STATES).fill(0);
    for (let k = 0; k < POINT && fine; k++) {
      const awake = arm.wakeSleep && k % 2 === 0;
      fine = phase(awake, true, awake ? undefined : counted);
    }
    x.push((point * POINT * PHASE) / 1000);
    y.push(fine ? divergenceOf(counted, p) : Number.NaN);
    progress((0.9 * point) / POINTS);
  }
  setLearning(learner.executable, false);
  const counted = new Array<number>(STATES).fill(0);
  asleep.onTicks.fill(0);
  for (let t = 0; t < TEST && fine; t += PHASE) fine = phase(false, false, counted);
  const weights = ['recurrent', 'aligned'].map((name) => arena.copy(`${name}.weights`));
  const weight = (i: number, j: number): number => (weights[0]![i * UNITS + j]! + weights[1]![i * UNITS + j]!) / ON;
  const halves = target.biases.flatMap((_, i) => target.biases.slice(0, i).map((__, j) => (weight(i, j) - weight(j, i)) / 2));
  const begun = target.biases.flatMap((_, i) => target.biases.slice(0, i).map((__, j) => asymmetries[i]![j]!));
  const size = (values: readonly number[]): number => Math.hypot(...values);
  learner.dispose();
  world.dispose();
  return {
    figures: {
      [divergence.name]: fine ? divergenceOf(counted, p) : Number.NaN,
      [asymmetry.name]: size(halves) / size(begun),
      [busiest.name]: Math.max(...asleep.onTicks) / TEST,
    },
    curve: { x, y },
  };
}

/** Sampling by spikes, weights that are not symmetric, and SAL (Gierlich et al. 2026; sheet 6.21, T20): a reconstruction, since sizes and constants are not published in what we could read. */
export const salBoltzmann: Task = {
  name: 'sal-boltzmann',
  summary: 'a network that samples, symmetric by SAL',
  curve: { x: 'thousands of ticks', y: divergence.name, scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
