import { decay as exactDecay } from '../../exact.ts';
import type { RateSignal } from '../../learning/rule.ts';
import type { Alif } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { declareTrace, declareTraceBehind, emitSynapses, type LearningContext, type LoweredRule, ones, sumOf } from './context.ts';
import { foldedGroups, inBlocks } from './fold.ts';
import { foldSpikes } from './forms.ts';
import { type Group, groupTerms, passOn, sameFilter } from './groups.ts';
import { seen } from './late.ts';
import { membraneOf, scaleOf } from './leaks.ts';
import { reserveLike } from './projections.ts';
import { emitBounds, emitEpisodeShare, emitLabelShare } from './shares.ts';
import { lowerSignal } from './signals.ts';

/**
 * SGD at every tick, by one filtered trace and one signal: w ← w − η L ē needs no gradient between. The same bits as gradient and sgd, one
 * after the other, at 3 streams of memory instead of 7.
 */
function descendsAtOnce({ network }: Builder, { lowered, rule }: LoweredRule, groups: readonly Group[]): boolean {
  const { update, target } = network.learning!;
  const everyTick = typeof update === 'object' && update.ticks === 1 && target !== 'label';
  const oneSignal =
    groups.length === 1 &&
    rule.terms.every(
      ({ signal, modulator }) =>
        modulator === undefined && signal.of !== 'potential' && (signal.of !== 'rate' || signal.average !== 'episode'),
    );
  return everyTick && oneSignal && rule.optimizer.kind === 'sgd' && !lowered.masked;
}

/** e-prop into a spiking population: eligibility, filters, gradients; streaming, unless the description says in blocks and synapses have weights of their own. */
export function lowerSpikingRule(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered } = rule;
  const { name, post: n, projection } = lowered;
  const neuron = builder.network.populations[projection.post]!.neuron;
  if (neuron.kind !== 'lif' && neuron.kind !== 'alif') return;
  const groups = groupTerms(builder, rule.rule);
  const byEpisode = rule.rule.terms
    .map(({ signal }) => signal)
    .filter((signal): signal is RateSignal => signal.of === 'rate' && signal.average === 'episode');
  const signals = groups.map((group) => lowerSignal(builder, projection.post, group, context));
  if (inBlocks(builder, lowered)) {
    const { group, signal, beside } = foldedGroups(rule, groups, signals);
    foldSpikes(builder, rule, context, neuron, group, signal, { byEpisode, beside });
    return;
  }
  const { alpha, scale } = membraneOf(neuron, builder.network.dt);
  const trace =
    neuron.synapse === undefined ? declareTrace(builder, rule, context, alpha, scale) : declareTraceBehind(builder, rule, context, neuron);
  emitBounds(builder, rule, context, trace);
  const psi = seen(builder, builder.find(`${projection.post}.surrogate`)!);
  const adaptive = neuron.kind === 'alif' && rule.rule.terms.some(({ trace: { keep } }) => keep.adaptation);
  const unfiltered = byEpisode.length > 0 || groups.some(({ filter }) => filter === undefined);
  const eligibility = adaptive ? lowerAdaptive(builder, rule, context, neuron, trace, psi, groups, unfiltered) : undefined;

  const filteredOf: Region[] = [];
  for (const [index, group] of groups.entries()) {
    const signal = signals[index]!;
    const suffix = index === 0 ? '' : String(index);
    // Asked for where it is used: what descends at once has no gradient.
    const sum = () => ({ gradient: sumOf(rule, group.modulated) });
    if (group.filter === undefined && !adaptive) {
      const factor = builder.reserve(`${name}.factor${suffix}`, 1, n);
      builder.emit('learn', 'multiply', { n, a: signal, b: psi, p: factor });
      emitSynapses(builder, 'learn', 'rank_one', lowered, { factor, trace, ...sum() });
      lowerLabel(builder, rule, context, group, suffix, 'rank_one', psi, trace);
      continue;
    }
    const same = groups.findIndex((other) => sameFilter(other, group));
    let filtered: Region;
    if (same < index && !adaptive) filtered = filteredOf[same]!;
    else if (group.filter === undefined) filtered = eligibility!.raw!;
    else if (eligibility !== undefined) filtered = eligibility.filtered[index]!;
    else {
      const first = reserveLike(builder, lowered, `filtered${suffix}`);
      context.traces.push(first);
      filtered = passOn(builder, context.traces, group, first, () => reserveLike(builder, lowered, `passed${suffix}`));
      emitSynapses(builder, 'learn', 'eligibility_filtered', lowered, { trace, psi, filtered: first, ...group.filter });
    }
    filteredOf[index] = filtered;
    if (descendsAtOnce(builder, rule, groups)) {
      rule.descent = { factor: signal, trace: filtered };
      continue;
    }
    emitSynapses(builder, 'learn', 'gradient', lowered, { factor: signal, trace: filtered, ...sum() });
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
  const firstOf = (group: Group): number => groups.findIndex((other) => sameFilter(other, group));
  const filteredGroups = groups.filter((group, index) => group.filter !== undefined && firstOf(group) === index);
  const filtered = groups.map((group, index) =>
    filteredGroups.includes(group) ? reserveLike(builder, lowered, index === 0 ? 'filtered' : `filtered${index}`) : undefined,
  );
  for (const region of filtered) if (region !== undefined) traces.push(region);
  const passed = groups.map((group, index) =>
    filtered[index] === undefined
      ? undefined
      : passOn(builder, traces, group, filtered[index], () => reserveLike(builder, lowered, `passed${index === 0 ? '' : index}`)),
  );
  if (!unfiltered && filteredGroups.length === 1) {
    const index = groups.indexOf(filteredGroups[0]!);
    emitSynapses(builder, 'learn', 'eligibility_adaptive_filtered', lowered, {
      ...recursion,
      filtered: filtered[index]!,
      ...groups[index]!.filter!,
    });
    return { raw: undefined, filtered: groups.map((group) => passed[firstOf(group)]) };
  }
  const raw = reserveLike(builder, lowered, 'eligibility');
  traces.push(raw);
  emitSynapses(builder, 'learn', 'eligibility_adaptive', lowered, { ...recursion, eligibility: raw });
  groups.forEach(({ filter }, index) => {
    if (filtered[index] !== undefined) builder.emit('learn', 'filter', { eligibility: raw, filtered: filtered[index], ...filter! });
  });
  return { raw, filtered: groups.map((group) => passed[firstOf(group)]) };
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
