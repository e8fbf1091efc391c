import { decay as exactDecay } from '../../exact.ts';
import type { LearningRule, RateSignal } from '../../learning/rule.ts';
import type { Alif, Integrator } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule, ones } from './context.ts';
import { lowerFoldedRule } from './fold.ts';
import { type Group, groupTerms } from './groups.ts';
import { lowerOptimizer } from './optimizers.ts';
import { leakOf, membraneOf, scaleOf } from './populations.ts';
import { reserveLike } from './projections.ts';
import { emitEpisodeShare, emitLabelShare } from './shares.ts';
import { emitFeedback, emitRunningRate, lowerError } from './signals.ts';

/**
 * SGD at every tick, by one filtered trace and one signal: w ← w − η L ē needs no gradient between. The same bits as gradient and sgd, one
 * after the other, at 3 streams of memory instead of 7.
 */
function descendsAtOnce({ network }: Builder, { lowered, rule }: LoweredRule, groups: readonly Group[]): boolean {
  const { update, target } = network.learning!;
  const everyTick = typeof update === 'object' && update.ticks === 1 && target !== 'label';
  const oneSignal = groups.length === 1 && rule.terms.every(({ signal }) => signal.of === 'error' || signal.average !== 'episode');
  return everyTick && oneSignal && rule.optimizer.kind === 'sgd' && !lowered.masked;
}

function declareTrace(
  builder: Builder,
  { lowered: { name, projection, pre } }: LoweredRule,
  { rings, traces }: LearningContext,
  decay: number,
  scale: number,
): Region {
  const trace = builder.reserve(`${name}.trace`, 1, pre);
  traces.push(trace);
  builder.emit('learn', 'trace', { n: pre, ...rings.get(projection.pre)!, delay: projection.delay, trace, decay, scale });
  return trace;
}

/** Delta rule of a readout: the trace is the presynaptic value filtered by the readout's leak, the factor its own error. */
function lowerReadout(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered, gradient } = rule;
  const { post } = lowered.projection;
  const { kappa, gain } = leakOf(builder.network.populations[post]!.neuron as Integrator, builder.network.dt);
  const trace = declareTrace(builder, rule, context, kappa, gain);
  const { error, importance, label } = lowerError(builder, post);
  emitSynapses(builder, 'learn', 'rank_one', lowered, { factor: error, trace, gradient });
  if (label === undefined) return;
  const sum = builder.reserve(`${lowered.name}.traceSum`, 1, lowered.pre);
  context.traces.push(sum);
  builder.emit('learn', 'accumulate', { n: lowered.pre, importance, trace, sum });
  emitSynapses(builder, 'label', 'rank_one', lowered, { factor: label, trace: sum, gradient });
  builder.emit('label', 'clear', { target: sum });
}

/** The learning signal of a group on a population, declared once for all projections that need it. */
function lowerSignal(builder: Builder, population: string, group: Group, context: LearningContext): Region {
  const key = JSON.stringify([population, group.errors, group.rates]);
  const existing = context.signals.get(key);
  if (existing !== undefined) return existing;
  const n = builder.network.populations[population]!.size;
  const signal = builder.reserve(`${population}.signal${context.signals.size === 0 ? '' : context.signals.size}`, 1, n);
  context.signals.set(key, signal);
  const errors = group.errors.map((spec) => ({ spec, error: lowerError(builder, spec.from).error }));
  builder.emit('learn', 'clear', { target: signal });
  for (const { spec, error } of errors) emitFeedback(builder, 'learn', spec, population, error, signal, context);
  for (const [index, rate] of group.rates.entries())
    emitRunningRate(builder, rate, index, population, context.rings.get(population)!, signal);
  return signal;
}

/** e-prop into a spiking population: eligibility, filters, gradients; streaming, unless the description says in blocks. */
function lowerSpikingRule(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered } = rule;
  const { name, post: n, projection } = lowered;
  const neuron = builder.network.populations[projection.post]!.neuron;
  if (neuron.kind !== 'lif' && neuron.kind !== 'alif') return;
  const region = (suffix: string): Region => builder.find(`${projection.post}.${suffix}`)!;
  const groups = groupTerms(builder, rule.rule);
  const byEpisode = rule.rule.terms
    .map(({ signal }) => signal)
    .filter((signal): signal is RateSignal => signal.of === 'rate' && signal.average === 'episode');
  const signals = groups.map((group) => lowerSignal(builder, projection.post, group, context));
  if ((builder.network.learning?.block ?? 1) > 1) {
    lowerFoldedRule(builder, rule, context, groups, signals, byEpisode);
    return;
  }
  const { alpha, scale } = membraneOf(neuron, builder.network.dt);
  const trace = declareTrace(builder, rule, context, alpha, scale);
  const psi = region('surrogate');
  const adaptive = neuron.kind === 'alif' && rule.rule.terms.some(({ trace: { keep } }) => keep.adaptation);
  const unfiltered = byEpisode.length > 0 || groups.some(({ filter }) => filter === undefined);
  const eligibility = adaptive ? lowerAdaptive(builder, rule, context, neuron, trace, psi, groups, unfiltered) : undefined;

  for (const [index, group] of groups.entries()) {
    const signal = signals[index]!;
    const suffix = index === 0 ? '' : String(index);
    if (group.filter === undefined && !adaptive) {
      const factor = builder.reserve(`${name}.factor${suffix}`, 1, n);
      builder.emit('learn', 'multiply', { n, a: signal, b: psi, p: factor });
      emitSynapses(builder, 'learn', 'rank_one', lowered, { factor, trace, gradient: rule.gradient });
      lowerLabel(builder, rule, context, group, suffix, 'rank_one', psi, trace);
      continue;
    }
    let filtered: Region;
    if (group.filter === undefined) filtered = eligibility!.raw!;
    else if (eligibility !== undefined) filtered = eligibility.filtered[index]!;
    else {
      filtered = reserveLike(builder, lowered, `filtered${suffix}`);
      context.traces.push(filtered);
      emitSynapses(builder, 'learn', 'eligibility_filtered', lowered, { trace, psi, filtered, ...group.filter });
    }
    if (descendsAtOnce(builder, rule, groups)) {
      rule.descent = { factor: signal, trace: filtered };
      continue;
    }
    emitSynapses(builder, 'learn', 'gradient', lowered, { factor: signal, trace: filtered, gradient: rule.gradient });
    lowerLabel(builder, rule, context, group, suffix, 'gradient', ones(builder, projection.post, n), filtered);
  }
  for (const [index, signal] of byEpisode.entries()) lowerEpisodeRate(builder, rule, context, signal, index, psi, trace, eligibility?.raw);
}

/** ε and e of an ALIF, fused with the filter where only one filtered trace is wanted. */
function lowerAdaptive(
  builder: Builder,
  { lowered }: LoweredRule,
  { traces }: LearningContext,
  neuron: Alif,
  trace: Region,
  psi: Region,
  groups: readonly Group[],
  unfiltered: boolean,
): { readonly raw: Region | undefined; readonly filtered: readonly (Region | undefined)[] } {
  const rho = exactDecay(builder.network.dt, neuron.tauAdapt);
  const adaptation = reserveLike(builder, lowered, 'adaptation');
  traces.push(adaptation);
  const beta = builder.find(`${lowered.projection.post}.beta`)!;
  const recursion = { trace, psi, beta, adaptation, rho, scale: scaleOf(neuron.adaptScale, rho) };
  const filteredGroups = groups.filter(({ filter }) => filter !== undefined);
  const filtered = groups.map(({ filter }, index) =>
    filter === undefined ? undefined : reserveLike(builder, lowered, index === 0 ? 'filtered' : `filtered${index}`),
  );
  for (const region of filtered) if (region !== undefined) traces.push(region);
  if (!unfiltered && filteredGroups.length === 1) {
    const index = groups.indexOf(filteredGroups[0]!);
    emitSynapses(builder, 'learn', 'eligibility_adaptive_filtered', lowered, {
      ...recursion,
      filtered: filtered[index]!,
      ...groups[index]!.filter!,
    });
    return { raw: undefined, filtered };
  }
  const raw = reserveLike(builder, lowered, 'eligibility');
  traces.push(raw);
  emitSynapses(builder, 'learn', 'eligibility_adaptive', lowered, { ...recursion, eligibility: raw });
  groups.forEach(({ filter }, index) => {
    if (filter !== undefined) builder.emit('learn', 'filter', { eligibility: raw, filtered: filtered[index]!, ...filter });
  });
  return { raw, filtered };
}

/** Keeps Σ m F[e] since the last label, and adds the label's share of the gradient when it comes; streaming form. */
function lowerLabel(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  group: Group,
  suffix: string,
  op: 'gradient' | 'rank_one',
  scaled: Region,
  trace: Region,
): void {
  const { lowered } = rule;
  const n = lowered.post;
  emitLabelShare(builder, rule, context, group, suffix, (sum, importance) => {
    const factor = builder.reserve(`${lowered.name}.importance${suffix}`, 1, n);
    builder.emit('learn', 'importance_factor', { n, importance, a: scaled, p: factor });
    emitSynapses(builder, 'learn', op, lowered, { factor, trace, gradient: sum });
  });
}

/** G += c (f_j − f*)/T Σ_t e_ji over the T ticks since the last update; streaming form. */
function lowerEpisodeRate(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  signal: RateSignal,
  index: number,
  psi: Region,
  trace: Region,
  raw: Region | undefined,
): void {
  const { lowered } = rule;
  emitEpisodeShare(builder, rule, context, signal, index, (sum) => {
    if (raw === undefined) emitSynapses(builder, 'learn', 'rank_one', lowered, { factor: psi, trace, gradient: sum });
    else
      emitSynapses(builder, 'learn', 'gradient', lowered, {
        factor: ones(builder, lowered.projection.post, lowered.post),
        trace: raw,
        gradient: sum,
      });
  });
}

/** What learning left behind: the running averages by projection, and the gradients. */
export interface LoweredLearning {
  readonly averages: ReadonlyMap<string, Region>;
  readonly gradients: readonly Region[];
}

/** Lowers every plastic projection, then the feedbacks that follow one, then the optimizers. */
export function lowerLearning(builder: Builder, context: LearningContext): LoweredLearning {
  const { network } = builder;
  const rules: LoweredRule[] = [];
  for (const lowered of context.projections.values()) {
    const rule = lowered.projection.plasticity;
    if (rule === undefined) continue;
    const lowering: LoweredRule = {
      lowered,
      rule,
      get gradient() {
        return builder.find(`${lowered.name}.gradient`) ?? reserveLike(builder, lowered, 'gradient');
      },
    };
    rules.push(lowering);
    if (network.populations[lowered.projection.post]!.neuron.kind === 'integrator') lowerReadout(builder, lowering, context);
    else lowerSpikingRule(builder, lowering, context);
  }
  for (const rule of rules) {
    const { lowered } = rule;
    if (!lowered.masked) continue;
    const { gradient } = rule;
    builder.emit('update', 'mask_diagonal', { n: lowered.pre, eStride: gradient.stride, gradient });
  }
  const followers: { name: string; weights: Region; mirror: Region; rule: LearningRule }[] = [];
  for (const [name, { follows }] of Object.entries(network.feedbacks ?? {})) {
    if (follows === undefined) continue;
    const { lowered, rule, gradient } = rules.find((candidate) => candidate.lowered.name === follows)!;
    const mirror = builder.reserve(`${name}.gradient`, lowered.post, lowered.pre);
    builder.emit('update', 'mirror_gradient', {
      n: lowered.pre,
      m: lowered.post,
      eStride: gradient.stride,
      gradient,
      mirrorStride: mirror.stride,
      mirror,
    });
    followers.push({ name, weights: context.feedbacks.get(name)!, mirror, rule });
  }
  const averages = new Map<string, Region>();
  for (const lowering of rules) {
    const { lowered, rule, descent } = lowering;
    const { weights } = lowered;
    const consume =
      descent === undefined
        ? lowering.gradient
        : (step: Region) => emitSynapses(builder, 'update', 'descend', lowered, { ...descent, step, weights });
    const average = lowerOptimizer(builder, lowered.name, rule.optimizer, weights, consume, lowered.masked, (role) =>
      reserveLike(builder, lowered, role),
    );
    if (average !== undefined) averages.set(lowered.name, average);
  }
  for (const { name, weights, mirror, rule } of followers) {
    lowerOptimizer(builder, name, rule.optimizer, weights, mirror, false, (role) =>
      builder.reserve(`${name}.${role}`, mirror.rows, mirror.columns),
    );
  }
  const gradients = rules.filter(({ descent }) => descent === undefined).map(({ gradient }) => gradient);
  // Between two labels a gradient holds the halves that wait for their target; at the end of an episode it has not come.
  const unfinished = network.learning?.target === 'label' && network.learning.update === 'label' ? gradients : [];
  for (const target of [...context.traces, ...unfinished]) builder.emit('reset', 'clear', { target });
  return { averages, gradients };
}
