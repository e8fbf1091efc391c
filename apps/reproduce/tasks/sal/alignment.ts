import {
  constant,
  deltaRule,
  eprop,
  events,
  exact,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type Projection,
  sal,
  setLearning,
  source,
} from '../../../../runtime/index.ts';
import { player } from '../../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [8, 40, 5] as const;
/** Patterns of inputs, each with a vector of targets. */
const PATTERNS = 8;
/** τ of hidden neurons, of readouts and of SAL, ms: so a spike acts as long in both directions. */
const TAU = 5;
/** Chance of a spike in a tick at rest. */
const REST = 0.15;
/** Standard deviation of weights there and back at first: the loop through both stays subcritical, or SAL would run away. Sizes and rates were chosen on seeds 11 and 12. */
const STD = 0.1;
/** Ticks awake, of which the first are not taught, and asleep after each trial; between labels asleep. */
const [AWAKE, SETTLE, ASLEEP, LABEL] = [40, 10, 240, 40] as const;
const TRIALS = 3000;
/** Trials between two points of the curve. */
const POINT = 150;
/** Trials of each pattern in a test. */
const TESTS = 5;

interface AlignmentArm extends ArmSheet {
  readonly feedback: 'SAL' | 'random' | 'symmetric';
  /** whether the readout learns as well, so that random feedback may be what it comes to fit */
  readonly readout: 'learns' | 'stays';
  /** whether what the hidden neurons do to the outputs reaches the neurons that SAL pairs with them */
  readonly heard: boolean;
}

const angle: Figure = { name: 'angle of B and Wᵀ, degrees', digits: 0 };
const error: Figure = { name: 'error / variance', digits: 3 };
const aligns = {
  value: 'aligns',
  source: 'Gierlich et al. 2026, Nature Communications, abstract; the sizes are ours. Two random matrices are at 90 degrees',
};
const atMost = (figure: Figure, most: number): Figure => ({ ...figure, asked: { of: 'median', atMost: most } });
const atLeast = (figure: Figure, least: number): Figure => ({ ...figure, asked: { of: 'median', atLeast: least } });

const design = (
  name: string,
  kind: AlignmentArm['kind'],
  figures: readonly Figure[],
  feedback: AlignmentArm['feedback'],
  readout: AlignmentArm['readout'],
  heard = true,
): AlignmentArm => ({ name, kind, figures, feedback, readout, heard });

const designs: readonly AlignmentArm[] = [
  design('SAL', 'rule', [{ ...atMost(angle, 40), published: aligns }, atMost(error, 0.2)], 'SAL', 'learns'),
  design('random', 'rule', [angle, error], 'random', 'learns'),
  design('symmetric', 'rule', [angle, error], 'symmetric', 'learns'),
  design('SAL, readout fixed', 'rule', [{ ...atMost(angle, 30), published: aligns }, atMost(error, 0.2)], 'SAL', 'stays'),
  design('symmetric, readout fixed', 'rule', [angle, atMost(error, 0.2)], 'symmetric', 'stays'),
  design('random, readout fixed', 'control', [atLeast(angle, 60), atLeast(error, 0.5)], 'random', 'stays'),
  design('SAL, the way there cut', 'control', [atLeast(angle, 60), atLeast(error, 0.5)], 'SAL', 'stays', false),
];

/**
 * inputs → hidden → readouts, taught by e-prop; each readout drives an echo, a neuron that spikes, whose synapses onto the hidden neurons carry spikes and, as B, the
 * error. Awake e-prop learns; asleep there is no input, noise makes the spikes, and SAL aligns B.
 */
function network({ feedback, readout, heard }: AlignmentArm, seed: number): Network {
  const dense = (pre: string, post: string, std: number, delay: number, plasticity?: LearningRule): Projection => ({
    ...{ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'normal', std }, delay },
    ...(plasticity !== undefined && { plasticity }),
  });
  const through = { SAL: { projection: 'back' }, random: { feedback: 'broadcast' }, symmetric: 'transpose' } as const;
  const taught = eprop({ from: 'out', through: through[feedback], optimizer: { kind: 'sgd', rate: 0.02 } });
  const reward = { modulator: { of: 'reward', rate: 0 }, tauEligibility: LABEL } as const;
  const falling = { kind: 'linear', initial: 2e-3, final: 1e-4, updates: 2 * TRIALS } as const;
  const each = Array.from({ length: OUTPUTS }, (_, k) => k);
  const threshold = -Math.log(REST / (1 - REST));
  const surrogate = { shape: 'sigmoidDerivative', height: 0.25, width: 1 } as const;
  const noisy = (tauMem: number) => lif({ tauMem, threshold, reset: 'none', surrogate, comparison: { kind: 'escape' } });
  return {
    dt: 1,
    seed,
    populations: {
      one: { size: 1, neuron: constant() },
      in: { size: INPUTS, neuron: source() },
      hidden: { size: HIDDEN, neuron: noisy(TAU) },
      out: { size: OUTPUTS, neuron: integrator({ tau: TAU, loss: 'squared' }) },
      echo: { size: OUTPUTS, neuron: noisy(1e-3) },
    },
    projections: {
      sensory: dense('in', 'hidden', 0.1, 0, taught),
      readout: dense(
        'hidden',
        'out',
        STD,
        0,
        readout === 'learns' ? deltaRule({ from: 'out', optimizer: { kind: 'sgd', rate: 0.002 } }) : undefined,
      ),
      heard: {
        ...{ pre: 'out', post: 'echo', connectivity: { kind: 'list', pre: each, post: each }, delay: 1 },
        weight: { kind: 'constant', value: heard ? 1 : 0 },
      },
      back: dense(
        'echo',
        'hidden',
        STD,
        1,
        feedback === 'SAL' ? sal({ tau: TAU, reward, optimizer: { kind: 'sgd', rate: falling } }) : undefined,
      ),
    },
    feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'normal', std: STD } } },
    learning: { update: 'episode', episode: 'reset' },
  };
}

/** Degrees between B, [output][hidden], and the transpose of W, [hidden][output]. */
function angleOf(B: Float32Array, W: Float32Array): number {
  let [product, ofB, ofW] = [0, 0, 0];
  for (let k = 0; k < OUTPUTS; k++) {
    for (let j = 0; j < HIDDEN; j++) {
      const [b, w] = [B[k * HIDDEN + j]!, W[j * OUTPUTS + k]!];
      product += b * w;
      ofB += b * b;
      ofW += w * w;
    }
  }
  return (Math.acos(Math.min(1, product / Math.sqrt(ofB * ofW))) * 180) / Math.PI;
}

function run(arm: AlignmentArm, { backend, seed, progress }: Setting): Outcome {
  const learner = player(backend, network(arm, seed), ASLEEP);
  const { arena, program } = learner.executable;
  const random = exact.randomStream(seed, 'patterns');
  const draws = (count: number, first: number): number[] => Array.from({ length: count }, (_, k) => random.normal(first + k));
  const patterns = Array.from({ length: PATTERNS }, (_, p) => ({
    input: draws(INPUTS, 100 * p).map((value) => 0.5 * value),
    target: draws(OUTPUTS, 100 * p + 50).map((value) => 0.5 * value),
  }));
  const rewarded = program.regions.has('reward');
  const silence = new Float32Array(INPUTS);
  const awake = ({ input, target }: (typeof patterns)[number]): boolean => {
    for (let t = 0; t < AWAKE; t++) {
      learner.write('in.input', t, input);
      learner.write('out.target', t, target);
      learner.write('out.importance', t, [t < SETTLE ? 0 : 1 / (AWAKE - SETTLE)]);
    }
    return learner.play(AWAKE, true);
  };
  const asleep = (): boolean => {
    const { offset } = program.eventTape;
    for (let t = 0; t < ASLEEP; t++) {
      learner.write('in.input', t, silence);
      learner.write('out.importance', t, [0]);
      if (rewarded) learner.write('reward', t, [1, 0]);
      arena.words[offset + t] = ((t + 1) % LABEL === 0 ? events.label : 0) | (t === ASLEEP - 1 ? events.episodeEnd : 0);
    }
    return learner.executable.run(ASLEEP) === 0;
  };
  /** Squared error of the mean output after the first ticks, over the variance of the targets; nothing is learned. */
  const test = (): number => {
    setLearning(learner.executable, false);
    let [wrong, all] = [0, 0];
    for (const pattern of patterns) {
      const sums = new Array<number>(OUTPUTS).fill(0);
      for (let k = 0; k < TESTS; k++) {
        awake(pattern);
        for (let t = SETTLE; t < AWAKE; t++) for (let o = 0; o < OUTPUTS; o++) sums[o]! += learner.read('out.output', t, o);
      }
      for (const [o, target] of pattern.target.entries()) {
        wrong += (sums[o]! / (TESTS * (AWAKE - SETTLE)) - target) ** 2;
        all += target ** 2;
      }
    }
    setLearning(learner.executable, true);
    return wrong / all;
  };
  const matrix = { SAL: 'back', random: 'broadcast', symmetric: undefined }[arm.feedback];
  const misaligned = (): number => (matrix === undefined ? 0 : angleOf(arena.copy(`${matrix}.weights`), arena.copy('readout.weights')));
  const [x, y]: [number[], number[]] = [[0], [misaligned()]];
  let fine = true;
  for (let trial = 1; trial <= TRIALS && fine; trial++) {
    fine = awake(patterns[Math.floor(random.uniform(10_000 + trial) * PATTERNS)]!) && asleep();
    if (trial % POINT > 0) continue;
    x.push(trial);
    y.push(misaligned());
    progress(trial / TRIALS);
  }
  const figures = { [angle.name]: fine ? y.at(-1)! : Number.NaN, [error.name]: fine ? test() : Number.NaN };
  learner.dispose();
  return { figures, curve: { x, y } };
}

/** Feedback of e-prop that SAL aligns while e-prop learns (Gierlich et al. 2026; sheet 6.4, 6.21, T20): a reconstruction. */
export const salAlignment: Task = {
  name: 'sal-alignment',
  summary: 'feedback of e-prop, aligned by the timing of spikes',
  curve: { x: 'trials', y: angle.name, scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
