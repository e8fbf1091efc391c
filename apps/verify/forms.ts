import type { Backend, Optimizer } from '../../runtime/index.ts';
import { type Bench, benches, held, labelTicks, window } from './benches.ts';
import type { Wiring } from './describe.ts';
import { oracle } from './oracle.ts';
import { load, play, readMatrices } from './play.ts';
import { filters, pendingGradient, SINGLE } from './rules.ts';

/** Firing-rate regularization as strong as the task: c and f*; c and the time constant of the running form. */
const [STRENGTH, TARGET] = [60, 0.1] as const;
const [RUNNING_STRENGTH, RUNNING] = [1, 20] as const;
/** With β₁ = 0 the first moment is the gradient itself, and steps as small as this move no weight. */
const tap: Optimizer = { kind: 'adam', rate: 1e-30, beta1: 0 };
/** Feedback that follows the readout: η, λ, and how often weights move. */
const [RATE, DECAY, UPDATES] = [2e-3, 0.05, 10] as const;

/** Ways to teach and to move weights beyond a target a tick and a plain sum: by labels, with a firing rate, with a feedback that learns. */
export function formRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) => [...labelRows(backend, bench), ...rateRows(backend, bench), ...followingRows(backend, bench)]);
}

/** The gradient of labels, each given once at the end of its ticks, and masked RTRL with the target at every tick. */
export function labelError(
  backend: Backend,
  { model, trial }: Bench,
  wiring: Pick<Wiring, 'filter'> & { feedback: 'symmetric' | 'random' },
  labels: readonly number[] = labelTicks,
): number {
  const executable = load(backend, model, { ...wiring, learning: { update: 'episode', target: 'label' } });
  const { recording } = play(executable, trial, { labels });
  const gradient = pendingGradient(model, executable);
  executable.dispose();
  const activity = oracle.forward(model, held(model, trial), { forced: recording });
  return oracle.gradientError(gradient, oracle.rtrl(model, activity, { keep: oracle.keepEprop, ...wiring }));
}

function labelRows(backend: Backend, bench: Bench): oracle.VerifyRow[] {
  const subject = { rule: `e-prop on ${backend.name}, by labels`, neuron: bench.neuron, oracle: 'masked RTRL taught every tick' };
  return (['symmetric', 'random'] as const).flatMap((feedback) => {
    const errors = (labels?: readonly number[]) => filters.map((filter) => labelError(backend, bench, { feedback, filter }, labels));
    return [
      oracle.agree({ ...subject, feedback, claim: `${bench.network}: filtered or not, equals it` }, Math.max(...errors()), SINGLE),
      oracle.differ(
        { ...subject, feedback, claim: `${bench.network}: with only the last label heard it does not` },
        Math.min(...errors(labelTicks.slice(-1))),
        SINGLE,
      ),
    ];
  });
}

/** What each of two updates consumes with a rate regularization, states and traces carried over, against e-prop with the same one. */
function rateRows(backend: Backend, { network, neuron, model, trial }: Bench): oracle.VerifyRow[] {
  const half = trial.ticks / 2;
  const error = (rate: Wiring['rate'] & object, rule: (activity: oracle.Activity, traces: oracle.EpropTraces) => oracle.Gradient) => {
    const executable = load(backend, model, { feedback: 'random', rate, optimizer: tap, learning: { update: { ticks: half } } });
    const traces = oracle.zeroTraces(model);
    let state = oracle.restState(model);
    const errors = [0, half].map((from) => {
      const part = window(model, trial, from, from + half);
      const { recording } = play(executable, part);
      const activity = oracle.forward(model, part, { forced: recording, state });
      state = activity.after;
      return oracle.gradientError(readMatrices(executable, 'moment1'), rule(activity, traces));
    });
    executable.dispose();
    return Math.max(...errors);
  };
  const episode = (target: number) =>
    error({ strength: STRENGTH, target, average: 'episode' }, (activity, traces) =>
      oracle.eprop(model, activity, { feedback: 'random', regularization: { strength: STRENGTH, target: TARGET }, traces }),
    );
  const running = (tau: number) => {
    const rates = new Float64Array(model.neurons).fill(TARGET);
    return error({ strength: RUNNING_STRENGTH, target: TARGET, average: { tau } }, (activity, traces) =>
      oracle.eprop(model, activity, { signal: runningSignal(model, activity, rates), traces }),
    );
  };
  const subject = { rule: `rate regularization on ${backend.name}`, neuron, feedback: 'random', oracle: 'e-prop' };
  return [
    oracle.agree({ ...subject, claim: `${network}: over an episode, equals it` }, episode(TARGET), SINGLE),
    oracle.differ({ ...subject, claim: `${network}: towards a rate 5 % higher it does not` }, episode(1.05 * TARGET), SINGLE),
    oracle.agree({ ...subject, claim: `${network}: by a running mean, equals it with L_j + c (f_j − f*)` }, running(RUNNING), SINGLE),
    oracle.differ({ ...subject, claim: `${network}: with a mean slower by 1 ms it does not` }, running(RUNNING + 1), SINGLE),
  ];
}

/** L_j = Σ_k err_k B_kj + c (f_j − f*), f ← κ f + (1 − κ) z; `rates` is f, advanced in place. */
function runningSignal(
  { feedback, neurons: n, outputs: m }: oracle.Model,
  { z, error, trial }: oracle.Activity,
  rates: Float64Array,
): Float64Array {
  const kappa = Math.exp(-1 / RUNNING);
  return Float64Array.from({ length: trial.ticks * n }, (_, s) => {
    const [t, j] = [Math.floor(s / n), s % n];
    rates[j] = kappa * rates[j] + (1 - kappa) * z[s];
    let L = RUNNING_STRENGTH * (rates[j] - TARGET);
    for (let k = 0; k < m; k++) L += error[t * m + k] * feedback[k * n + j];
    return L;
  });
}

/** How far B − W_outᵀ is from (1 − λ)^k of what it was, after k updates. */
export function shrinkError(backend: Backend, { model, trial }: Bench, feedback: 'adaptive' | 'random'): number {
  const optimizer = { kind: 'sgd', rate: RATE, transforms: [{ kind: 'decay', rate: DECAY }] } as const;
  const executable = load(backend, model, { feedback, optimizer, learning: { update: { ticks: trial.ticks / UPDATES } } });
  const distance = () => {
    const { wOut } = readMatrices(executable, 'weights');
    return Float64Array.from(
      executable.arena.copy('broadcast.weights'),
      (b, s) => b - wOut[(s % model.neurons) * model.outputs + Math.floor(s / model.neurons)],
    );
  };
  const start = distance();
  play(executable, trial);
  const end = distance();
  executable.dispose();
  return oracle.relativeDifference(
    end,
    start.map((d) => d * (1 - DECAY) ** UPDATES),
  );
}

/** Kolen & Pollack (1994): equal updates and a common decay make the feedback the transpose of the readout. */
function followingRows(backend: Backend, bench: Bench): oracle.VerifyRow[] {
  const subject = { rule: `feedback on ${backend.name}`, neuron: bench.neuron, oracle: '(1 − λ)^k' };
  return [
    oracle.agree(
      { ...subject, feedback: 'adaptive', claim: `${bench.network}: B − W_outᵀ shrinks by 1 − λ with each of ${UPDATES} updates` },
      shrinkError(backend, bench, 'adaptive'),
      ROUNDING,
    ),
    oracle.differ(
      { ...subject, feedback: 'random', claim: `${bench.network}: that of a fixed feedback does not` },
      shrinkError(backend, bench, 'random'),
      ROUNDING,
    ),
  ];
}

/** Two roundings of a float32 weight in each update. */
const ROUNDING = 1e-5;
