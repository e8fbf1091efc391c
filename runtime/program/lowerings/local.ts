import type { Builder } from '../builder.ts';
import type { OpName, Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule, ones, sumOf } from './context.ts';
import { inBlocks, onlyGroup } from './fold.ts';
import { foldDirect, foldLocal } from './forms.ts';
import { type Group, groupTerms, passOn } from './groups.ts';
import { presynaptic } from './late.ts';
import { linearize, type StateSlopes } from './linearization.ts';
import { reserveLike } from './projections.ts';
import { refuseBounds, refuseEpisodeRates, refuseSharedTraces } from './refusals.ts';
import { emitBounds, emitLabelShare } from './shares.ts';
import { lowerSignal } from './signals.ts';

/**
 * A trace that a synapse carries by itself, for neurons with one state variable and no explicit recurrence: ε ← a ε + B x, e = C ε, with
 * a = A + R C(t−1) where the neuron's own output is kept (the reset). RFLO, OSTL without H. Streaming, unless the description says in blocks.
 */
export function lowerLocal(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered } = rule;
  const { name, projection, gate, pre, post: n, stored } = lowered;
  const { neuron } = builder.network.populations[projection.post]!;
  refuseEpisodeRates(rule);
  const keep = rule.rule.terms[0]!.trace.keep;
  const { states, direct, fixed } = linearize(builder, projection.post, neuron, keep);
  const groups = groupTerms(builder, rule.rule);
  const signals = groups.map((group) => lowerSignal(builder, projection.post, group, context));
  const drive = states[0]?.drives[gate];
  if (drive === undefined) {
    if (inBlocks(builder, lowered)) foldDirect(builder, rule, context, direct[gate]!, onlyGroup(rule, groups), signals[0]!);
    else lowerDirect(builder, rule, context, groups, signals, direct[gate]!);
    return;
  }
  const state = { ...states[0]!, slope: states[0]!.slope! };
  refuseBounds(rule);
  refuseSharedTraces(lowered);
  if (inBlocks(builder, lowered)) {
    const slopes = { carry: ownCarry(builder, projection.post, n, state, context), drive, slope: state.slope };
    foldLocal(builder, rule, context, slopes, fixed, onlyGroup(rule, groups), signals[0]!);
    return;
  }
  const ring = presynaptic(builder, context.rings, projection);
  const trace = reserveLike(builder, lowered, 'trace');
  context.traces.push(trace);
  const carry = ownCarry(builder, projection.post, n, state, context);
  if (stored === undefined) builder.emit('learn', 'local_dense', { pre, ...ring, eStride: trace.stride, carry, drive, trace });
  else builder.emit('learn', 'local_sparse', { pre, ...ring, rowStart: stored.rowStart, column: stored.column, carry, drive, trace });

  for (const [index, group] of groups.entries()) {
    const suffix = index === 0 ? '' : String(index);
    const signal = signals[index]!;
    if (group.filter === undefined) {
      const factor = builder.reserve(`${name}.factor${suffix}`, 1, n);
      builder.emit('learn', 'multiply', { n, a: signal, b: state.slope, p: factor });
      emitSynapses(builder, 'learn', 'gradient', lowered, { factor, trace, gradient: sumOf(rule, group.modulated) });
      lowerLabel(builder, rule, context, group, suffix, state.slope, trace);
      continue;
    }
    const first = reserveLike(builder, lowered, `filtered${suffix}`);
    context.traces.push(first);
    const filtered = passOn(builder, context.traces, group, first, () => reserveLike(builder, lowered, `passed${suffix}`));
    const layout = stored === undefined ? { pre, eStride: trace.stride } : { pre, rowStart: stored.rowStart, column: stored.column };
    const form = stored === undefined ? 'local_filtered_dense' : 'local_filtered_sparse';
    builder.emit('learn', form as OpName, { ...layout, slope: state.slope, trace, filtered: first, ...group.filter } as never);
    emitSynapses(builder, 'learn', 'gradient', lowered, { factor: signal, trace: filtered, gradient: sumOf(rule, group.modulated) });
    lowerLabel(builder, rule, context, group, suffix, ones(builder, projection.post, n), filtered);
  }
}

/** a = A + R C(t−1): what the state keeps of itself, its neuron's own output included. */
function ownCarry(
  builder: Builder,
  population: string,
  n: number,
  { carry, back, slope }: StateSlopes & { readonly slope: Region },
  { traces }: LearningContext,
): Region {
  if (back === undefined) return carry;
  const existing = builder.find(`${population}.ownCarry`);
  if (existing !== undefined) return existing;
  const own = builder.reserve(`${population}.ownCarry`, 1, n);
  const last = builder.reserve(`${population}.lastSlope`, 1, n);
  traces.push(last);
  builder.emit('learn', 'own_carry', { n, carry, back, slope, last, own });
  return own;
}

/** A gate that acts on the output alone: e = E x, of the tick. */
function lowerDirect(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  groups: readonly Group[],
  signals: readonly Region[],
  direct: Region,
): void {
  const { lowered } = rule;
  const { name, projection, pre, post: n } = lowered;
  const trace = builder.reserve(`${name}.trace`, 1, pre);
  context.traces.push(trace);
  builder.emit('learn', 'trace', { n: pre, ...presynaptic(builder, context.rings, projection), trace, decay: 0, scale: 1 });
  emitBounds(builder, rule, context, trace);
  for (const [index, group] of groups.entries()) {
    const suffix = index === 0 ? '' : String(index);
    if (group.filter === undefined) {
      const factor = builder.reserve(`${name}.factor${suffix}`, 1, n);
      builder.emit('learn', 'multiply', { n, a: signals[index]!, b: direct, p: factor });
      emitSynapses(builder, 'learn', 'rank_one', lowered, { factor, trace, gradient: sumOf(rule, group.modulated) });
      lowerLabel(builder, rule, context, group, suffix, direct, trace, 'rank_one');
      continue;
    }
    const first = reserveLike(builder, lowered, `filtered${suffix}`);
    context.traces.push(first);
    const filtered = passOn(builder, context.traces, group, first, () => reserveLike(builder, lowered, `passed${suffix}`));
    emitSynapses(builder, 'learn', 'eligibility_filtered', lowered, { trace, psi: direct, filtered: first, ...group.filter });
    emitSynapses(builder, 'learn', 'gradient', lowered, {
      factor: signals[index]!,
      trace: filtered,
      gradient: sumOf(rule, group.modulated),
    });
    lowerLabel(builder, rule, context, group, suffix, ones(builder, projection.post, n), filtered);
  }
}

/** Keeps Σ m F[e] since the last label, and adds the label's share of the gradient when it comes. */
function lowerLabel(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  group: Group,
  suffix: string,
  scaled: Region,
  trace: Region,
  op: 'gradient' | 'rank_one' = 'gradient',
): void {
  const { lowered } = rule;
  emitLabelShare(builder, rule, context, group, suffix, (sum, importance) => {
    const factor = builder.reserve(`${lowered.name}.importance${suffix}`, 1, lowered.post);
    builder.emit('learn', 'importance_factor', { n: lowered.post, importance, a: scaled, p: factor });
    emitSynapses(builder, 'learn', op, lowered, { factor, trace, gradient: sum });
  });
}
