import {
  type Backend,
  compile,
  events,
  hybridPerturbation,
  integrator,
  type Network,
  nodePerturbation,
  type Op,
  type PerturbationOptions,
  source,
  weightPerturbation,
} from '../../runtime/index.ts';
import { oracle } from './oracle.ts';

/** Rounding of two scores of which the difference counts, relative to it. */
const TOLERANCE = 1e-4;
const SIGMA = 0.05;
/** Trials whose mean is held to the gradient, and standard errors that it may be off. */
const [TRIALS, ERRORS] = [2000, 4] as const;

const rules = { weights: weightPerturbation, nodes: nodePerturbation, both: hybridPerturbation } as const;
const names = { weights: 'weight perturbation', nodes: 'node perturbation', both: 'hybrid perturbation' } as const;
type Of = keyof typeof rules;
/** What a control does to an op of the program. */
type Edit = (op: Op) => readonly Op[];
type Form = Pick<PerturbationOptions, 'noise' | 'against'>;

/** The student of F9, [pre][post], whose weights wait: what a trial asks of them is read from the gradient. */
function network(of: Of, form: Form): Network {
  const { weights, trial } = oracle.f9();
  const inputs = weights.length / trial.outputs;
  const values = Array.from({ length: weights.length }, (_, k) => weights[(k % trial.outputs) * inputs + Math.floor(k / trial.outputs)]!);
  const plasticity = rules[of]({ sigma: SIGMA, ...form, optimizer: { kind: 'sgd', rate: 1 } });
  return {
    dt: 1,
    seed: 11,
    populations: { in: { size: inputs, neuron: source() }, out: { size: trial.outputs, neuron: integrator({ tau: 0 }) } },
    projections: {
      student: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'inline', values }, delay: 0, plasticity },
    },
    learning: { update: { ticks: 1_000_000 }, episode: 'reset' },
  };
}

/** [pre][post] as the oracle has it, [post][pre]. */
const turned = (values: ArrayLike<number>, outputs: number): Float64Array => {
  const inputs = values.length / outputs;
  return Float64Array.from({ length: values.length }, (_, k) => values[(k % inputs) * outputs + Math.floor(k / inputs)]!);
};

/** Plays trials of F9; of each, the step that it asks of the weights, and the noise of its last pass as credit has it: of weights [post][pre], of nodes [tick][post], in units of σ. */
function played(backend: Backend, of: Of, form: Form, trials: number, edit: Edit = (op) => [op]) {
  const { trial } = oracle.f9();
  const { ticks, outputs, inputs, targets } = trial;
  const n = inputs.length / ticks;
  const compiled = compile(network(of, form), { maxTicks: 1 });
  const executable = backend.load({
    ...compiled,
    ops: { ...compiled.ops, learn: compiled.ops.learn.flatMap(edit), label: compiled.ops.label.flatMap(edit) },
  });
  const { arena, program } = executable;
  const matrix = (name: string): Float64Array => turned(arena.copy(`student.${name}`), outputs);
  const weights = matrix('weights');
  const found: { readonly step: Float64Array; readonly xi: Float64Array }[] = [];
  const second = form.against === 'opposite' ? -1 : 1;
  for (let k = 0; k < trials; k++) {
    const nodes = new Float64Array(ticks * outputs);
    let xi: Float64Array = nodes;
    for (let pass = typeof form.against === 'object' ? 1 : 0; pass < 2; pass++) {
      let score = 0;
      for (let t = 0; t <= ticks; t++) {
        const judged = t === ticks;
        for (let i = 0; i < n; i++) arena.view('in.input')[i] = judged ? 0 : inputs[t * n + i]!;
        arena.words[program.eventTape.offset] = judged ? events.label | events.episodeEnd : 0;
        arena.view('reward')[0] = score;
        if (judged && of === 'weights') xi = matrix('perturbed').map((w, s) => (second * (w - weights[s]!)) / SIGMA);
        executable.run(1);
        if (judged) continue;
        for (let a = 0; a < outputs; a++) {
          score -= (arena.view('out.output')[a]! - targets[t * outputs + a]!) ** 2 / 2 / ticks;
          if (of === 'nodes') nodes[t * outputs + a] = -SIGMA * arena.view('out.pushed.input')[a]!;
          if (of === 'both') nodes[t * outputs + a] = -SIGMA * arena.view('student.credited')[a]!;
        }
      }
    }
    found.push({ step: matrix('gradient').map((g) => -g), xi });
    arena.view('student.gradient').fill(0);
  }
  executable.dispose();
  return found;
}

/** What the oracle makes of the same noise. */
function demanded(of: Of, form: Form, xi: Float64Array): Float64Array {
  const { weights, trial } = oracle.f9();
  const step = of === 'weights' ? oracle.weightPerturbationStep : oracle.nodePerturbationStep;
  const one = step(weights, trial, xi, SIGMA);
  if (form.against !== 'opposite') return one;
  const other = step(
    weights,
    trial,
    xi.map((x) => -x),
    SIGMA,
  );
  return one.map((value, s) => (value + other[s]!) / 2);
}

/** What leaves nothing of the gradient in expectation, or something else. */
const broken = {
  weights: {
    claim: 'with credit from other noise it is not',
    edit: (op: Op): Op[] =>
      op.name === 'credit_weights_normal' ? [{ name: op.name, operands: { ...op.operands, seed: ~op.operands.seed >>> 0 } }] : [op],
  },
  nodes: {
    claim: 'with the same noise in every tick it is not',
    edit: (op: Op): Op[] => (op.name === 'pass_tick' ? [] : [op]),
  },
} as const;

/** |mean of the steps − gradient| along the gradient, in standard errors. */
function deviation(backend: Backend, of: 'weights' | 'nodes', noise: 'normal' | 'signs', edit?: Edit): number {
  const { weights, trial } = oracle.f9();
  const gradient = oracle.linearGradient(weights, trial);
  const size = gradient.reduce((sum, g) => sum + g * g, 0);
  const along = played(backend, of, { noise, against: 'opposite' }, TRIALS, edit).map(
    ({ step }) => step.reduce((sum, value, s) => sum + value * gradient[s]!, 0) / size,
  );
  const mean = along.reduce((sum, value) => sum + value, 0) / TRIALS;
  const variance = along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (TRIALS - 1);
  return Math.abs(mean - 1) / Math.sqrt(variance / TRIALS);
}

/** Perturbation as compiled: by the oracle on its own noise and scores, and in expectation by the gradient. */
export function perturbationRows(backend: Backend): oracle.VerifyRow[] {
  const rows = (['weights', 'nodes', 'both'] as const).flatMap((of) => {
    const subject = { rule: `${names[of]} on ${backend.name}`, neuron: 'rate', feedback: '-', oracle: 'a step on its noise' };
    return (['normal', 'signs'] as const).flatMap((noise) =>
      (['unperturbed', 'opposite'] as const).flatMap((against) => {
        const form = { noise, against };
        const trials = played(backend, of, form, 2);
        const error = (turn: 1 | -1): number =>
          Math.max(
            ...trials.map(({ step, xi }) =>
              oracle.relativeDifference(
                step,
                demanded(of, form, xi).map((value) => turn * value),
              ),
            ),
          );
        return [
          oracle.agree({ ...subject, claim: `${noise} noise, against ${against}: a step` }, error(1), TOLERANCE),
          oracle.differ({ ...subject, claim: `${noise} noise, against ${against}: downhill it is not` }, error(-1), TOLERANCE),
        ];
      }),
    );
  });
  const means = (['weights', 'nodes'] as const).flatMap((of) => {
    const subject = { rule: `${names[of]} on ${backend.name}`, neuron: 'rate', feedback: '-', oracle: 'the gradient, in standard errors' };
    const { claim, edit } = broken[of];
    return [
      oracle.agree({ ...subject, claim: `the mean of ${TRIALS} steps, normal noise` }, deviation(backend, of, 'normal'), ERRORS),
      oracle.agree({ ...subject, claim: `the mean of ${TRIALS} steps, signs` }, deviation(backend, of, 'signs'), ERRORS),
      oracle.differ({ ...subject, claim }, deviation(backend, of, 'normal', edit), ERRORS),
    ];
  });
  return [...rows, ...means];
}
