import { type Backend, type Executable, epropTrace, type Optimizer } from '../../runtime/index.ts';
import { type Bench, benches, window } from './benches.ts';
import type { FeedbackKind, Wiring } from './describe.ts';
import { oracle } from './oracle.ts';
import { load, play, readMatrices, rest } from './play.ts';

/** Relative: what float32 may cost a gradient over 60 ticks. */
export const SINGLE = 1e-4;

export const feedbacks = ['symmetric', 'random', 'adaptive'] as const;
export const filters = ['readout', 'none'] as const;
export type Filter = (typeof filters)[number];

/** Adaptive feedback differs from random feedback once the weights have moved: SGD with decay, due after this many ticks. */
const [RATE, DECAY, FIRST] = [2e-3, 0.05, 40] as const;
const moving: Optimizer = { kind: 'sgd', rate: RATE, transforms: [{ kind: 'decay', rate: DECAY }] };

/** What is compiled in place of the bench's own model and trial, for a control. */
export interface Broken {
  readonly model?: Partial<oracle.Model>;
  readonly wiring?: Partial<Wiring>;
}

/** A gradient of the compiled program beside the oracle's on the very same spikes. */
export interface Pair {
  readonly compiled: oracle.Gradient;
  readonly oracle: oracle.Gradient;
}

/** The gradient that waits for the update; a synapse of a neuron onto itself is masked there, and here. */
export function pendingGradient(model: oracle.Model, executable: Executable): oracle.Gradient {
  const gradient = readMatrices(executable, 'gradient');
  return { ...gradient, wRec: gradient.wRec.map((g, s) => (model.connected[s] === 1 ? g : 0)) };
}

/** The gradient of a whole trial, and RTRL masked by `oracleKeep` on its spikes; weights stand still. */
export function still(
  backend: Backend,
  { model, trial }: Bench,
  feedback: 'symmetric' | 'random',
  filter: Filter,
  broken: Broken = {},
  oracleKeep: oracle.Keep = oracle.keepEprop,
): Pair {
  const compiled = { ...model, ...broken.model };
  const executable = load(backend, compiled, { feedback, filter, ...broken.wiring });
  const { recording } = play(executable, trial);
  const gradient = pendingGradient(broken.wiring?.autapses ? { ...model, connected: model.connected.map(() => 1) } : model, executable);
  executable.dispose();
  const activity = oracle.forward(model, trial, { forced: recording });
  return { compiled: gradient, oracle: oracle.rtrl(model, activity, { keep: oracleKeep, feedback, filter }) };
}

/**
 * The gradient of the ticks after an update of weights and feedback; the oracle makes the update by its own gradient:
 * W ← (1 − λ)(W − ηG), B ← (1 − λ)(B − ηG_outᵀ). Before them everything is put at rest, or carried over ('carried'): then the oracle
 * is e-prop, which weighs a filtered trace by the B of now, while RTRL carries what the B of then made of it.
 */
export function moved(
  backend: Backend,
  { model, trial }: Bench,
  filter: Filter,
  broken: Broken = {},
  border: 'rest' | 'carried' = 'rest',
): Pair {
  const wiring: Wiring = { feedback: 'adaptive', filter, optimizer: moving, learning: { update: { ticks: FIRST } }, ...broken.wiring };
  const executable = load(backend, { ...model, ...broken.model }, wiring);
  const [before, after] = [window(model, trial, 0, FIRST), window(model, trial, FIRST, trial.ticks)];
  const first = play(executable, before);
  if (border === 'rest') rest(executable);
  const second = play(executable, after);
  const gradient = pendingGradient(model, executable);
  executable.dispose();

  const traces = oracle.zeroTraces(model);
  const rule = (of: oracle.Model, activity: oracle.Activity) =>
    border === 'rest'
      ? oracle.rtrl(of, activity, { keep: oracle.keepEprop, feedback: 'random', filter })
      : oracle.eprop(of, activity, { feedback: 'random', filter, traces });
  const activity = oracle.forward(model, before, { forced: first.recording });
  const G = rule(model, activity);
  const { outputs: m, neurons: n } = model;
  const updated: oracle.Model = {
    ...model,
    weights: oracle.combine((w, g) => (1 - DECAY) * (w - RATE * g), model.weights, G),
    feedback: model.feedback.map((b, s) => (1 - DECAY) * (b - RATE * G.wOut[(s % n) * m + Math.floor(s / n)])),
  };
  const state = border === 'rest' ? oracle.restState(model) : activity.after;
  const then = oracle.forward(updated, after, { forced: second.recording, state });
  return { compiled: gradient, oracle: rule(updated, then) };
}

/** Any of the three kinds of feedback. */
export function pairOf(backend: Backend, bench: Bench, feedback: FeedbackKind, filter: Filter, broken?: Broken): Pair {
  return feedback === 'adaptive' ? moved(backend, bench, filter, broken) : still(backend, bench, feedback, filter, broken);
}

export const error = ({ compiled, oracle: wanted }: Pair, of?: readonly (keyof oracle.Gradient)[]): number =>
  oracle.gradientError(compiled, wanted, of);
/** The readout's gradient knows nothing of feedback and filter and must not water a difference down. */
export const hidden = ['wIn', 'wRec'] as const;

/** Spikes and pseudo-derivatives of the compiled program against the oracle's own, unforced. */
export function forwardRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap(({ network, neuron, model, trial }) => {
    const subject = { rule: `forward on ${backend.name}`, neuron, feedback: '-', oracle: 'its own float64 run' };
    const { z, psi } = oracle.forward(model, trial);
    const run = (changes: Partial<oracle.Model> = {}) => {
      const executable = load(backend, { ...model, ...changes }, { feedback: 'symmetric' });
      const { recording } = play(executable, trial);
      executable.dispose();
      return recording;
    };
    const misplaced = ({ z: found }: oracle.Recording) =>
      z.reduce((count, spike, s) => count + (spike === found[s] ? 0 : 1), 0) / trial.ticks;
    const slope = ({ psi: found }: oracle.Recording) => oracle.relativeDifference(Float64Array.from(found), psi);
    const own = run();
    const { height, width } = model.surrogate;
    return [
      oracle.agree({ ...subject, claim: `${network}: spikes where the oracle does` }, misplaced(own), 0),
      oracle.differ(
        { ...subject, claim: `${network}: with a threshold 2 % higher it does not` },
        misplaced(run({ threshold: 1.02 * model.threshold })),
        0,
      ),
      oracle.agree({ ...subject, claim: `${network}: has the oracle's pseudo-derivatives` }, slope(own), SINGLE),
      oracle.differ(
        { ...subject, claim: `${network}: 1 % higher, they are not` },
        slope(run({ surrogate: { height: 1.01 * height, width } })),
        SINGLE,
      ),
    ];
  });
}

/** Link 5: RTRL masked by `keep` → the compiled program, on the compiled program's own spikes. */
export function ruleRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) => {
    const about = (feedback: FeedbackKind, claim: string): oracle.Subject => ({
      rule: `e-prop on ${backend.name}`,
      neuron: bench.neuron,
      feedback,
      claim: `${bench.network}: ${claim}`,
      oracle: 'masked RTRL on its spikes',
    });
    const rows = feedbacks.flatMap((feedback) => {
      const pairs = filters.map((filter) => pairOf(backend, bench, feedback, filter));
      const others = filters.map((filter) =>
        pairOf(backend, bench, feedback, filter, { wiring: { filter: filter === 'none' ? 'readout' : 'none' } }),
      );
      const { claim, broken } = brokenFeedback(bench, feedback);
      return [
        oracle.agree(about(feedback, 'equals its masked RTRL'), error(pairs[0]), SINGLE),
        oracle.agree(about(feedback, 'unfiltered, equals its masked RTRL'), error(pairs[1]), SINGLE),
        oracle.differ(about(feedback, 'with the other filter it does not'), Math.min(...others.map((pair) => error(pair, hidden))), SINGLE),
        oracle.differ(about(feedback, claim), error(pairOf(backend, bench, feedback, 'readout', broken), hidden), SINGLE),
      ];
    });
    const controls = breaks(bench).map(({ claim, broken, of }) =>
      oracle.differ(about('symmetric', claim), error(still(backend, bench, 'symmetric', 'readout', broken), of), SINGLE),
    );
    const carried = (filter: Filter, other = filter) =>
      error(moved(backend, bench, filter, { wiring: { filter: other } }, 'carried'), hidden);
    const over = { ...about('adaptive', 'states and traces carried over an update, equals it'), oracle: 'e-prop on its spikes' };
    return [
      ...rows,
      oracle.agree(over, Math.max(...filters.map((filter) => carried(filter))), SINGLE),
      oracle.differ(
        { ...over, claim: `${bench.network}: with the other filter it does not` },
        Math.min(carried('readout', 'none'), carried('none', 'readout')),
        SINGLE,
      ),
      ...controls,
    ];
  });
}

/** For each kind of feedback, another one in its place. */
function brokenFeedback({ model }: Bench, feedback: FeedbackKind): { claim: string; broken: Broken } {
  switch (feedback) {
    case 'symmetric':
      return { claim: 'with the random matrix in place of the readout it does not', broken: { wiring: { feedback: 'random' } } };
    case 'random':
      return { claim: "with the feedback's sign flipped it does not", broken: { model: { feedback: model.feedback.map((b) => -b) } } };
    case 'adaptive':
      return { claim: 'with the feedback left where it was it does not', broken: { wiring: { feedback: 'random' } } };
  }
}

/** Mistakes in all that is not the feedback, and the matrices that must show them. */
function breaks({ network, model }: Bench): { claim: string; broken: Broken; of: readonly (keyof oracle.Gradient)[] }[] {
  const slower = Math.exp(-1 / (1 - 1 / Math.log(model.kappa)));
  const wOut = model.weights.wOut.map((w, s) => (s === 0 ? 1.1 * w : w));
  const list = [
    { claim: 'with a recurrent delay of 2 ticks it does not', broken: { wiring: { delay: 2 } }, of: ['wRec'] },
    {
      claim: 'with a readout slower by 1 ms it does not',
      broken: { model: { kappa: slower, readoutGain: model.readoutGain === 1 ? 1 : 1 - slower } },
      of: hidden,
    },
    { claim: 'with one readout weight 10 % larger it does not', broken: { model: { weights: { ...model.weights, wOut } } }, of: hidden },
  ] as { claim: string; broken: Broken; of: readonly (keyof oracle.Gradient)[] }[];
  if (model.beta.some((beta) => beta !== 0))
    list.push({
      claim: 'with the adaptation not kept it does not',
      broken: { wiring: { keep: { ...epropTrace.keep, adaptation: false } } },
      of: hidden,
    });
  if (network === 'dense')
    list.push({ claim: 'with synapses of a neuron onto itself it does not', broken: { wiring: { autapses: true } }, of: ['wRec'] });
  return list;
}
