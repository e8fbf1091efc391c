import { decay as exactDecay } from '../../exact.ts';
import type { EntropySignal, ErrorSignal, Kernel, RateSignal, TargetSignal, TeachingSignal } from '../../learning/rule.ts';
import { isActing } from '../../network/acting.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Phase } from '../program.ts';
import type { LearningContext } from './context.ts';
import { type Group, passesOf, passOn } from './groups.ts';
import { seen, seenValues } from './late.ts';
import { linearize } from './linearization.ts';
import { emitOwnError, lowerEntropy } from './policies.ts';
import { emitTransposed } from './propagation.ts';
import type { Ring } from './rings.ts';

/** The error of a readout and, for label targets, what the label adds to it once it is known. */
export interface LoweredError {
  readonly error: Region;
  readonly importance: Region;
  readonly label: Region | undefined;
}

/**
 * Declares error and importance of a readout once. With targets at labels the error of a tick is m(t)·p(t), without the
 * target: y* is constant since the last label, so its share −B y* · Σ m F[e] is added when the label comes. Exact, and two
 * accumulators for any number of classes.
 */
export function lowerError(builder: Builder, readout: string): LoweredError {
  const existing = builder.find(`${readout}.error`);
  const byLabel = builder.network.learning?.target === 'label';
  if (existing !== undefined) {
    return {
      error: existing,
      importance: builder.find(`${readout}.importance`)!,
      label: byLabel ? builder.find(`${readout}.label`) : undefined,
    };
  }
  const n = builder.network.populations[readout]!.size;
  const p = seen(builder, builder.find(`${readout}.prediction`)!);
  const error = builder.reserve(`${readout}.error`, 1, n);
  const { neuron } = builder.network.populations[readout]!;
  if ('loss' in neuron && isActing(neuron.loss)) {
    const importance = builder.find(`${readout}.importance`) ?? builder.reserveTape(`${readout}.importance`, 1);
    emitOwnError(builder, readout, n, neuron.loss, importance, error);
    return { error, importance, label: undefined };
  }
  const target = builder.reserveTape(`${readout}.target`, n);
  const importance = builder.reserveTape(`${readout}.importance`, 1);
  const tape = { tape: target, tapeStride: target.stride };
  if (!byLabel) {
    const smooth = 'loss' in neuron && neuron.loss === 'smoothL1';
    builder.emit('learn', smooth ? 'error_smooth' : 'error', { n, p, ...tape, importance, error });
    return { error, importance, label: undefined };
  }
  const none = builder.reserve(`${readout}.noTarget`, 1, n);
  const label = builder.reserve(`${readout}.label`, 1, n);
  builder.emit('learn', 'error', { n, p, tape: none, tapeStride: 0, importance, error });
  builder.emit('label', 'load_label', { n, ...tape, error: label });
  return { error, importance, label };
}

/** Declares m(t) y*(t) of a readout once. */
export function lowerTarget(builder: Builder, readout: string): Region {
  const existing = builder.find(`${readout}.asked`);
  if (existing !== undefined) return existing;
  const n = builder.network.populations[readout]!.size;
  const { importance } = lowerError(builder, readout);
  const tape = builder.find(`${readout}.target`)!;
  const error = builder.reserve(`${readout}.asked`, 1, n);
  builder.emit('learn', 'target', { n, tape, tapeStride: tape.stride, importance, error });
  return error;
}

/** Adds B·error to `signal`: by the identity, the live readout weights or a feedback matrix. */
export function emitFeedback(
  builder: Builder,
  phase: Phase,
  { from, through }: ErrorSignal | TargetSignal | EntropySignal,
  population: string,
  error: Region,
  signal: Region,
  { projections, feedbacks }: Pick<LearningContext, 'projections' | 'feedbacks'>,
): void {
  const m = builder.network.populations[from]!.size;
  if (through === 'direct') {
    builder.emit(phase, 'add', { x: error, y: signal });
    return;
  }
  if (typeof through === 'object') {
    const weights = 'feedback' in through ? feedbacks.get(through.feedback)! : projections.get(through.projection)!.weights;
    builder.emit(phase, 'feedback', { m, error, weights, wStride: weights.stride, signal });
    return;
  }
  const output = [...projections.values()].find(({ projection }) => projection.pre === population && projection.post === from)!;
  emitTransposed(builder, phase, output, error, signal);
}

/** L_j += c (f_j − f*), f_j a running mean. */
export function emitRunningRate(
  builder: Builder,
  { target, strength, average }: RateSignal,
  index: number,
  population: string,
  ring: Ring,
  signal: Region,
): void {
  if (average === 'episode') return;
  const n = builder.network.populations[population]!.size;
  const kappa = exactDecay(builder.network.dt, average.tau);
  const rate = builder.reserve(`${signal.name}.rate${index === 0 ? '' : index}`, 1, n, target);
  builder.emit('learn', 'rate_deviation', { n, ...ring, rate, signal, kappa, gain: 1 - kappa, strength, target });
}

/** What an input to one of its gates does to the output of each neuron of a population, within the tick. */
function gateSlope(builder: Builder, population: string, gate: string): Region {
  const name = `${population}.gateSlope.${gate}`;
  const existing = builder.find(name);
  if (existing !== undefined) return existing;
  const { size: n, neuron } = builder.network.populations[population]!;
  const { states, direct } = linearize(builder, population, neuron, { adaptation: false, reset: false });
  const product = (role: string, a: Region, b: Region): Region => {
    const p = builder.reserve(role, 1, n);
    builder.emit('learn', 'multiply', { n, a, b, p });
    return p;
  };
  // What the gate does to each state within the tick: at once, or by way of states before it.
  const reached: (Region | undefined)[] = [];
  for (const [index, { drives, feeds = [] }] of states.entries()) {
    const ways = feeds.flatMap(({ from, slope }, way) => {
      const origin = from < index ? reached[from] : undefined;
      return origin === undefined ? [] : [product(`${name}.${index}.${way}`, slope, origin)];
    });
    const drive = drives[gate];
    if (drive !== undefined && ways.length > 0)
      throw new RangeError(`gate '${gate}' reaches state ${index} of '${population}' in two ways`);
    reached.push(drive ?? ways[0]);
  }
  const parts = states.flatMap(({ slope }, index) => {
    const effect = reached[index];
    return slope === undefined || effect === undefined ? [] : [product(index === 0 ? name : `${name}.${index}`, slope, effect)];
  });
  const past = direct[gate];
  if (past !== undefined) parts.push(past);
  const [first, ...others] = parts;
  if (first === undefined) return builder.reserve(name, 1, n);
  if (others.length === 0 && first !== past) return first;
  const p = builder.find(name) ?? builder.reserve(name, 1, n);
  if (first !== p) builder.emit('learn', 'assign', { x: first, y: p });
  for (const x of others) builder.emit('learn', 'add', { x, y: p });
  return p;
}

/** L_i += Σ_j w_ij (∂y_j/∂I_j) L_j, through every projection of the same tick into the population that the signal comes from. */
function emitBackSignal(builder: Builder, from: string, population: string, signal: Region, context: LearningContext): void {
  const above = context.populationSignal(from);
  const { size: m } = builder.network.populations[from]!;
  for (const lowered of context.projections.values()) {
    const { projection, gate } = lowered;
    if (projection.pre !== population || projection.post !== from || projection.delay !== 0) continue;
    const name = `${from}.signalInto.${gate}`;
    let error = builder.find(name);
    if (error === undefined) {
      error = builder.reserve(name, 1, m);
      builder.emit('learn', 'multiply', { n: m, a: above, b: gateSlope(builder, from, gate), p: error });
    }
    emitTransposed(builder, 'learn', lowered, error, signal);
  }
}

/** The values of a population, as a vector. */
function readValues(builder: Builder, from: string, ring: Ring): Region {
  const existing = builder.find(`${from}.read`);
  if (existing !== undefined) return existing;
  const { size: n } = builder.network.populations[from]!;
  const y = builder.reserve(`${from}.read`, 1, n);
  builder.emit('learn', 'recall', { n, ...ring, delay: 0, y });
  return y;
}

/** The learning signal of a group on a population, declared once for all projections that need it. */
export function lowerSignal(builder: Builder, population: string, group: Group, context: LearningContext): Region {
  const key = JSON.stringify([population, group.teachers, group.rates]);
  const existing = context.signals.get(key);
  if (existing !== undefined) return existing;
  const n = builder.network.populations[population]!.size;
  const signal = builder.reserve(`${population}.signal${context.signals.size === 0 ? '' : context.signals.size}`, 1, n);
  context.signals.set(key, signal);
  const prepared = group.teachers.map((spec) => ({ spec, read: prepare(builder, spec, context) }));
  builder.emit('learn', 'clear', { target: signal });
  for (const { spec, read } of prepared) {
    if (spec.of === 'signal') emitBackSignal(builder, spec.from, population, signal, context);
    else if (spec.of === 'value') builder.emit('learn', 'add', { x: read!, y: signal });
    else emitFeedback(builder, 'learn', spec, population, read!, signal, context);
  }
  for (const [index, rate] of group.rates.entries())
    emitRunningRate(builder, rate, index, population, seenValues(builder, population, context.rings.get(population)!), signal);
  return signal;
}

/** An error behind a kernel, declared once. */
function filteredError(builder: Builder, error: Region, kernel: Kernel, { traces }: LearningContext): Region {
  const { filter, second } = passesOf(kernel, builder.network.dt);
  const name = `${error.name}.${filter.kappa}${second === undefined ? '' : `.${second.kappa}`}`;
  const known = builder.find(`${name}.passed`) ?? builder.find(name);
  if (known !== undefined) return known;
  const filtered = builder.reserve(name, 1, error.columns);
  traces.push(filtered);
  const seen = passOn(builder, traces, { second }, filtered, () => builder.reserve(`${name}.passed`, 1, error.columns));
  builder.emit('learn', 'filter', { eligibility: error, filtered, ...filter });
  return seen;
}

/** What a teacher says, before it is broadcast. */
function prepare(builder: Builder, spec: TeachingSignal, context: LearningContext): Region | undefined {
  switch (spec.of) {
    case 'error': {
      const { error } = lowerError(builder, spec.from);
      return spec.filter === undefined ? error : filteredError(builder, error, spec.filter, context);
    }
    case 'entropy':
      return lowerEntropy(builder, spec);
    case 'target':
      return lowerTarget(builder, spec.from);
    case 'value':
      return readValues(builder, spec.from, context.rings.get(spec.from)!);
    case 'signal':
      context.populationSignal(spec.from);
      return undefined;
  }
}
