import { type Backend, compile, deltaRule, integrator, type Network, source } from '../../runtime/index.ts';
import { oracle } from './oracle.ts';

/** Rounding of float32 over forty samples; over a hundred thousand of nearly parallel ones. */
const [SHORT, LONG] = [1e-4, 1e-3] as const;
/** Ticks a run. */
const RUN = 1000;

/** Weights from `inputs` values to `outputs` readouts, found by recursive least squares with P(0) = 1/`ridge`, an update each `every` ticks. */
export function regression({ inputs, outputs }: Pick<oracle.Samples, 'inputs' | 'outputs'>, ridge: number, every: number): Network {
  return {
    dt: 1,
    seed: 1,
    populations: { in: { size: inputs, neuron: source() }, out: { size: outputs, neuron: integrator({ tau: 0, loss: 'squared' }) } },
    projections: {
      readout: {
        pre: 'in',
        post: 'out',
        connectivity: { kind: 'dense' },
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity: deltaRule({ from: 'out', optimizer: { kind: 'rls', ridge } }),
      },
    },
    learning: { update: { ticks: every } },
  };
}

/** Shows the samples to the compiled program, and reads its weights and P = U D Uᵀ. */
function played(backend: Backend, samples: oracle.Samples, ridge: number, every = 1): oracle.LeastSquares {
  const { inputs: n, outputs, values, targets, importance } = samples;
  const ticks = values.length / n;
  const program = compile(regression(samples, ridge, every), { maxTicks: RUN });
  const executable = backend.load(program);
  const { arena } = executable;
  const rows = (name: string) => {
    const [tape, { stride }] = [arena.view(name), program.regions.get(name)!];
    return (t: number, row: ArrayLike<number>) => tape.set(row, (t % RUN) * stride);
  };
  const [input, target, weight] = [rows('in.input'), rows('out.target'), rows('out.importance')];
  arena.words.fill(0, program.eventTape.offset, program.eventTape.offset + program.eventTape.length);
  for (let t = 0; t < ticks; t++) {
    input(t, values.subarray(t * n, (t + 1) * n));
    target(t, targets.subarray(t * outputs, (t + 1) * outputs));
    weight(t, [importance?.[t] ?? 1]);
    if (t === ticks - 1 || t % RUN === RUN - 1) executable.run((t % RUN) + 1);
  }
  const [weights, D, U] = [
    Float64Array.from(arena.copy('readout.weights')),
    arena.copy('readout.diagonal'),
    arena.copy('readout.triangle'),
  ];
  executable.dispose();
  const P = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0, at = 0; j < n; j++) {
    column.fill(0).set(U.subarray(at, at + j));
    column[j] = 1;
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) P[i * n + k] = P[i * n + k]! + column[i]! * D[j]! * column[k]!;
    at += 16 * Math.ceil(j / 16);
  }
  return { weights, P };
}

/** Two outputs on one P; samples count differently, some not at all. */
const unlike: oracle.Samples = {
  inputs: 19,
  outputs: 2,
  values: Float64Array.from({ length: 19 * 60 }, (_, s) => Math.fround(Math.sin(0.7 * s + 0.02 * s * (s % 19)))),
  targets: Float64Array.from({ length: 2 * 60 }, (_, s) => Math.fround(Math.cos(0.2 * s))),
  importance: Float64Array.from({ length: 60 }, (_, t) => [1, 0.25, 0, 2][t % 4]!),
};

/** Many samples that hardly differ in direction, from a P that is large. */
const parallel: oracle.Samples = {
  inputs: 5,
  outputs: 1,
  values: Float64Array.from({ length: 5e5 }, (_, s) => {
    const [t, i] = [Math.floor(s / 5), s % 5];
    return Math.fround(Math.sin(0.013 * t) + Math.sin(0.37 * (i + 1) * t + i));
  }),
  targets: Float64Array.from({ length: 1e5 }, (_, t) => Math.fround(Math.cos(0.02 * t))),
};
const LARGE = 1e-6;

/** What does not depend on the program, made once. */
let judges: Readonly<Record<'exact' | 'naive', oracle.LeastSquares>> | undefined;
function judgesOfParallel() {
  const solve = (round?: (x: number) => number) => oracle.recursiveLeastSquares(parallel, LARGE, round && { round });
  judges ??= { exact: solve(), naive: solve(Math.fround) };
  return judges;
}

/** Every `every`-th sample. */
function thinned(samples: oracle.Samples, every: number): oracle.Samples {
  const of = (values: Float64Array, width: number) => values.filter((_, s) => Math.floor(s / width) % every === every - 1);
  return {
    ...samples,
    values: of(samples.values, samples.inputs),
    targets: of(samples.targets, samples.outputs),
    importance: of(samples.importance!, 1),
  };
}

/** Recursive least squares as compiled: weights and P after forty samples, with several outputs, every few ticks, and after a hundred thousand. */
export function leastSquaresRows(backend: Backend): oracle.VerifyRow[] {
  const subject = { rule: `recursive least squares on ${backend.name}`, neuron: 'rate', feedback: '-' };
  const [recursion, ridge, signs] = ['its recursion in float64', 'ridge regression', 'signs of its pivots'];
  const f7 = oracle.f7();
  const short = played(backend, f7.samples, f7.ridge);
  const exact = oracle.recursiveLeastSquares(f7.samples, f7.ridge);
  const ungained = oracle.recursiveLeastSquares(f7.samples, f7.ridge, { gain: false });
  const two = played(backend, unlike, 0.5).weights;
  const rare = played(backend, unlike, 0.5, 3).weights;
  const alike = { ...unlike, importance: new Float64Array(60).fill(1) };
  const long = played(backend, parallel, LARGE);
  const { exact: judge, naive } = judgesOfParallel();
  const { relativeDifference: off, ridgeRegression: solve } = oracle;
  return [
    oracle.agree({ ...subject, claim: 'F7: weights', oracle: recursion }, off(short.weights, exact.weights), SHORT),
    oracle.differ(
      { ...subject, claim: 'F7: they are not those without the gain', oracle: recursion },
      off(short.weights, ungained.weights),
      SHORT,
    ),
    oracle.agree({ ...subject, claim: 'F7: P', oracle: recursion }, off(short.P, exact.P), SHORT),
    oracle.agree(
      { ...subject, claim: 'two outputs on one P, samples of different importance', oracle: ridge },
      off(two, solve(unlike, 0.5)),
      SHORT,
    ),
    oracle.differ({ ...subject, claim: 'their importance counts', oracle: ridge }, off(two, solve(alike, 0.5)), SHORT),
    oracle.differ({ ...subject, claim: 'so does the ridge', oracle: ridge }, off(two, solve(unlike, 0.53)), SHORT),
    oracle.agree({ ...subject, claim: 'every third tick is a sample', oracle: ridge }, off(rare, solve(thinned(unlike, 3), 0.5)), SHORT),
    oracle.differ({ ...subject, claim: 'the others are not', oracle: ridge }, off(rare, solve(unlike, 0.5)), SHORT),
    oracle.agree(
      { ...subject, claim: 'weights after 100,000 nearly parallel samples', oracle: ridge },
      off(long.weights, solve(parallel, LARGE)),
      LONG,
    ),
    oracle.differ({ ...subject, claim: 'P itself in float32 loses them', oracle: ridge }, off(naive.weights, solve(parallel, LARGE)), LONG),
    oracle.agree({ ...subject, claim: 'P after 100,000 samples', oracle: recursion }, off(long.P, judge.P), LONG),
    oracle.differ({ ...subject, claim: 'P itself in float32 loses it', oracle: recursion }, off(naive.P, judge.P), LONG),
    oracle.agree({ ...subject, claim: 'P is positive after 100,000 samples', oracle: signs }, oracle.notPositive(long.P), 0),
    oracle.differ({ ...subject, claim: 'P itself in float32 is not', oracle: signs }, oracle.notPositive(naive.P), 0),
  ];
}
