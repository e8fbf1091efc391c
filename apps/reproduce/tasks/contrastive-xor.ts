import {
  constant,
  describeWeights,
  type Executable,
  exact,
  type Initial,
  integrator,
  type Network,
  rate,
  rflo,
  source,
} from '../../../runtime/index.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';
import { patterns, wished } from '../xor.ts';

const HIDDEN = 8;
/** Ticks of a phase; the step of the descent is dt/τ = ½. */
const PHASE = 80;
const TAU = 2;
const EPOCHS = 800;
/** Epochs between two points of the curve. */
const POINT = 20;
/** Symmetric weights stay so small that the energy has one minimum: √HIDDEN of them are below 1. */
const BOUNDS = { symmetric: 0.3, input: 3 } as const;
/** What silences the teacher in the free phase. */
const SILENCE = -1000;
/** Step of the differences of J. */
const STEP = 1e-4;

interface ContrastArm extends ArmSheet {
  /** γ of the teacher, whose term is ½ γ (V − d)² */
  readonly gain: number;
  readonly rate: number;
  /** M of the free and of the teacher's phase, over γ: Δw = −η Σ M V_i V_j */
  readonly phases: readonly [free: number, taught: number];
}

const cost: Figure = { name: 'C of the free phase, mean of four', digits: 4 };
const slope: Figure = { name: 'first update against −∂J/∂w', digits: 5 };
const learned: readonly Figure[] = [
  { ...cost, asked: { of: 'median', atMost: 0.01 } },
  {
    ...slope,
    asked: { of: 'median', atMost: 1e-4 },
    published: {
      value: '0',
      source: 'Baldi & Pineda 1991, Neural Computation 3:526: the products of both phases are ∂J/∂w; here by differences of J',
    },
  },
];
// Saying ½ whatever is asked costs 0.125.
const unlearned: readonly Figure[] = [
  { ...cost, asked: { of: 'median', atLeast: 0.1 } },
  { ...slope, asked: { of: 'median', atLeast: 0.5 } },
];

const designs: readonly ContrastArm[] = [
  { name: 'two phases', kind: 'rule', figures: learned, gain: 1, rate: 0.1, phases: [1, -1] },
  { name: 'two phases, weak teacher (equilibrium propagation)', kind: 'rule', figures: learned, gain: 0.1, rate: 0.05, phases: [1, -1] },
  { name: 'phases swapped', kind: 'control', figures: unlearned, gain: 1, rate: 0.1, phases: [-1, 1] },
  { name: "the teacher's phase alone", kind: 'control', figures: unlearned, gain: 1, rate: 0.1, phases: [0, -1] },
];

/**
 * in → hidden ⇄ out, of units V ← V + ½ (relu(I) − V) with the same weight both ways. A unit's own value is what teaches the synapses onto it: an integrator repeats it, and its
 * error against 0, with M for an importance at the last tick of a phase and 0 else, is M V_i. The trace of RFLO at rest is relu′(I_i) V_j, and V_i relu′(I_i) = V_i.
 * The teacher's γ (d − V) is the difference of two units without memory, which a source silences in the free phase.
 */
function network({ gain, rate: step }: ContrastArm, seed: number): Network {
  const random = exact.randomStream(seed, 'contrast');
  const dense = (pre: string, post: string, weight: Initial, delay = 0) =>
    ({ pre, post, connectivity: { kind: 'dense' }, weight, delay }) as const;
  const each = Array.from({ length: HIDDEN }, (_, j) => j);
  const inline = (values: readonly number[]): Initial => ({ kind: 'inline', values });
  const between = inline(each.map((j) => Math.min(BOUNDS.symmetric, Math.abs(0.1 * random.normal(j)))));
  const taught = (post: string, bound: number) => ({
    plasticity: rflo({
      from: `${post}Copy`,
      optimizer: { kind: 'sgd', rate: step, transforms: [{ kind: 'bounds', min: -bound, max: bound }] },
      through: { feedback: `${post}Own` },
    }),
  });
  const copied = (of: string, size: number) =>
    ({
      pre: of,
      post: `${of}Copy`,
      connectivity: { kind: 'list', pre: each.slice(0, size), post: each.slice(0, size) },
      weight: { kind: 'constant', value: 1 },
      delay: 0,
    }) as const;
  const own = (of: string, size: number) => ({
    from: `${of}Copy`,
    to: of,
    weight: inline(Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0))),
  });
  const unit = rate({ tau: TAU, activation: 'relu' });
  const copy = integrator({ tau: 0, loss: 'squared' });
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: 2, neuron: source() },
      one: { size: 1, neuron: constant() },
      teacher: { size: 2, neuron: source() },
      hidden: { size: HIDDEN, neuron: unit },
      out: { size: 1, neuron: unit },
      pull: { size: 2, neuron: rate({ tau: 1, activation: 'relu' }) },
      hiddenCopy: { size: HIDDEN, neuron: copy },
      outCopy: { size: 1, neuron: copy },
    },
    projections: {
      input: { ...dense('in', 'hidden', { kind: 'normal', std: 1 }), ...taught('hidden', BOUNDS.input) },
      hiddenBias: { ...dense('one', 'hidden', { kind: 'constant', value: 0 }), ...taught('hidden', BOUNDS.input) },
      outBias: { ...dense('one', 'out', { kind: 'constant', value: 0.1 }), ...taught('out', BOUNDS.input) },
      up: { ...dense('hidden', 'out', between, 1), ...taught('out', BOUNDS.symmetric) },
      down: { ...dense('out', 'hidden', between, 1), ...taught('hidden', BOUNDS.symmetric) },
      said: {
        pre: 'teacher',
        post: 'pull',
        connectivity: { kind: 'list', pre: [0, 1], post: [0, 1] },
        weight: { kind: 'constant', value: 1 },
        delay: 0,
      },
      heard: dense('out', 'pull', inline([-gain, gain])),
      pulled: dense('pull', 'out', inline([1, -1]), 1),
      hiddenCopied: copied('hidden', HIDDEN),
      outCopied: copied('out', 1),
    },
    feedbacks: { hiddenOwn: own('hidden', HIDDEN), outOwn: own('out', 1) },
    learning: { update: 'episode', episode: 'reset' },
  };
}

const plastic = ['input', 'hiddenBias', 'outBias', 'up', 'down'] as const;
type Weights = Readonly<Record<(typeof plastic)[number], Float64Array>>;

function weightsOf(executable: Executable): Weights {
  const { projections } = describeWeights(executable);
  const values = (name: string): Float64Array => {
    const { weight } = projections[name]!;
    return Float64Array.from('values' in weight ? weight.values : []);
  };
  return { input: values('input'), hiddenBias: values('hiddenBias'), outBias: values('outBias'), up: values('up'), down: values('down') };
}

/** J = Σ E*(teacher) + F − E*(free) of the four patterns, in float64, with E = ½ Σ V² − Σ up_j V_j V_out − IᵀV at rest; 'up' is the weight of the pair. */
function contrast({ input, hiddenBias, outBias, up }: Weights, gain: number): number {
  let J = 0;
  for (const [p, [a, b]] of patterns.entries()) {
    const I = hiddenBias.map((bias, j) => bias + input[j]! * a + input[HIDDEN + j]! * b);
    const hidden = new Float64Array(HIDDEN);
    let out = 0;
    const rest = (teacher: number): number => {
      for (let count = 0; count < 2000; count++) {
        let drive = outBias[0]! - teacher * (out - wished[p]!);
        for (let j = 0; j < HIDDEN; j++) drive += up[j]! * hidden[j]!;
        for (let j = 0; j < HIDDEN; j++) hidden[j]! += (Math.max(0, I[j]! + up[j]! * out) - hidden[j]!) / 2;
        out += (Math.max(0, drive) - out) / 2;
      }
      let energy = out ** 2 / 2 - outBias[0]! * out + (teacher / 2) * (out - wished[p]!) ** 2;
      for (let j = 0; j < HIDDEN; j++) energy += hidden[j]! ** 2 / 2 - (I[j]! + up[j]! * out) * hidden[j]!;
      return energy;
    };
    J -= rest(0);
    J += rest(gain);
  }
  return J;
}

/** |Δw + η ∂J/∂w / γ| over |η ∂J/∂w / γ|: the first update beside central differences of J, one variable a pair. */
function slopeError(before: Weights, after: Weights, { gain, rate: step }: ContrastArm): number {
  let [apart, whole] = [0, 0];
  for (const name of plastic) {
    // The other half of each pair.
    const varied = name === 'down' ? 'up' : name;
    for (let k = 0; k < before[name].length; k++) {
      const at = (by: number): number => contrast({ ...before, [varied]: before[varied].map((w, s) => (s === k ? w + by : w)) }, gain);
      const expected = (-step * (at(STEP) - at(-STEP))) / (2 * STEP * gain);
      apart += (after[name][k]! - before[name][k]! - expected) ** 2;
      whole += expected ** 2;
    }
  }
  return Math.sqrt(apart / whole);
}

function run(arm: ContrastArm, { backend, seed, progress }: Setting): Outcome {
  const ticks = patterns.length * 2 * PHASE;
  const learner = player(backend, network(arm, seed), ticks);
  const [free, taught] = arm.phases;
  for (const [p, pattern] of patterns.entries())
    for (let t = 0; t < 2 * PHASE; t++) {
      const tick = p * 2 * PHASE + t;
      const pull = arm.gain * wished[p]!;
      learner.write('in.input', tick, pattern);
      learner.write('teacher.input', tick, t < PHASE ? [SILENCE, SILENCE] : [pull, -pull]);
      const M = t === PHASE - 1 ? free : t === 2 * PHASE - 1 ? taught : 0;
      for (const copy of ['hiddenCopy', 'outCopy']) learner.write(`${copy}.importance`, tick, [M / arm.gain]);
    }
  const before = weightsOf(learner.executable);
  const [x, y]: [number[], number[]] = [[], []];
  const figures: Record<string, number> = { [slope.name]: Number.NaN, [cost.name]: Number.NaN };
  let fine = true;
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    fine &&= learner.play(ticks, true);
    if (epoch === 1) figures[slope.name] = slopeError(before, weightsOf(learner.executable), arm);
    if (epoch % POINT > 0) continue;
    const costs = wished.map((d, p) => (learner.read('outCopy.output', p * 2 * PHASE + PHASE - 1, 0) - d) ** 2 / 2);
    x.push(epoch);
    y.push(fine ? costs.reduce((sum, one) => sum + one, 0) / costs.length : Number.NaN);
    progress(epoch / EPOCHS);
  }
  learner.dispose();
  return { figures: { ...figures, [cost.name]: y.at(-1)! }, curve: { x, y } };
}

/** XOR in a symmetric network that comes to rest twice, free and taught: contrastive learning and its limit (Baldi & Pineda 1991; sheet 6.23, T19). */
export const contrastiveXor: Task = {
  name: 'contrastive-xor',
  summary: 'XOR by the products of two phases at rest',
  curve: { x: 'epochs', y: cost.name, scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
