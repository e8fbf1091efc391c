import { raise } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { groupTerms } from './groups.ts';
import { recurrentOf } from './influence.ts';
import { presynaptic } from './late.ts';
import { linearize } from './linearization.ts';
import { reserveLike } from './projections.ts';
import { refuseEpisodeRates, refuseFeeds, refuseSharedTraces } from './refusals.ts';
import { lowerSignal } from './signals.ts';

/** Where outputs begin among the indices of signs, in units of all states. */
const OUTPUTS = 16;

/**
 * The influence of all synapses onto a population as one outer product a ⊗ b: a ← p₀ D a + p₁ ν, b ← b/p₀ + (νᵀF)/p₁, G += (Σ_l L_l a_l) b. Every neuron
 * keeps its tangent a, states and output, and every synapse its b. All rules onto the population share signs and scales, so they are lowered together.
 * `group` tells the signs of this population from those of others.
 */
export function lowerRankOne(
  builder: Builder,
  population: string,
  group: number,
  rules: readonly LoweredRule[],
  context: LearningContext,
): void {
  const [first] = rules as [LoweredRule];
  for (const rule of rules) refuse(builder, rule, first);
  const { size: n, neuron } = builder.network.populations[population]!;
  const { keep } = first.rule.terms[0]!.trace;
  const recurrent = recurrentOf(first, keep, context);
  const jacobian = linearize(builder, population, neuron, keep);
  const states = jacobian.states.map(({ slope, feeds = [], ...rest }) => {
    if (slope === undefined || feeds.length > 0) return refuseFeeds(first);
    return { ...rest, slope };
  });
  const { direct } = jacobian;
  const signal = lowerSignal(builder, population, groupTerms(builder, first.rule)[0]!, context);
  const vector = (role: string): Region => builder.reserve(`${population}.${role}`, 1, n);
  const multiply = (a: Region, b: Region, p: Region): void => builder.emit('learn', 'multiply', { n, a, b, p });
  const add = (a: Region, b: Region, p: Region): void => builder.emit('learn', 'multiply_add', { n, a, b, p });

  // D a: the tangent one tick on, through the recurrent synapses, the states and the reset.
  const tangent = vector('tangent');
  const arriving = new Map<string, Region>();
  for (const { gate, weights, stored } of recurrent) {
    let current = arriving.get(gate);
    if (current === undefined) {
      current = vector(`tangentInto.${gate}`);
      arriving.set(gate, current);
      builder.emit('learn', 'clear', { target: current });
    }
    const from = { pre: n, x: tangent, rows: 1, stride: tangent.stride, delay: 0, weights, current };
    if (stored === undefined) builder.emit('learn', 'propagate_dense', { ...from, wStride: weights.stride });
    else builder.emit('learn', 'propagate_sparse', { ...from, rowStart: stored.rowStart, column: stored.column });
  }
  const kept = states.map((state, index) => ({
    ...state,
    a: vector(`tangent${index}`),
    Da: vector(`pushed${index}`),
    nu: vector(`signs${index}`),
  }));
  for (const { carry, back, drives, a, Da } of kept) {
    multiply(carry, a, Da);
    if (back !== undefined) add(back, tangent, Da);
    for (const [gate, current] of arriving) if (drives[gate] !== undefined) add(drives[gate], current, Da);
  }
  const pushed = vector('pushed');
  for (const [index, { slope, Da }] of kept.entries()) (index === 0 ? multiply : add)(slope, Da, pushed);
  for (const [gate, current] of arriving) if (direct[gate] !== undefined) add(direct[gate], current, pushed);

  // ν, and what it does to each gate: νᵀF of a synapse is its presynaptic value times φ of its gate.
  const { seed } = builder.network;
  const emitSigns = (nu: Region, at: number, step: number): void => builder.emit('learn', 'signs', { n, nu, seed, group, first: at, step });
  const signs = vector('signs');
  for (const [index, { nu }] of kept.entries()) emitSigns(nu, index, states.length);
  emitSigns(signs, n * states.length * OUTPUTS, 1);
  const felt = kept.map(({ slope, nu }, index) => {
    const through = vector(`felt${index}`);
    builder.emit('learn', 'assign', { x: nu, y: through });
    add(slope, signs, through);
    return through;
  });
  const factors = new Map<string, { readonly factor: Region; readonly carry: Region }>();
  for (const { lowered } of rules) {
    const { gate } = lowered;
    if (factors.has(gate)) continue;
    const factor = vector(`factor.${gate}`);
    let begun = false;
    const accumulate = (a: Region, b: Region): void => {
      (begun ? add : multiply)(a, b, factor);
      begun = true;
    };
    for (const [index, { drives }] of kept.entries()) if (drives[gate] !== undefined) accumulate(drives[gate], felt[index]!);
    if (direct[gate] !== undefined) accumulate(direct[gate], signs);
    factors.set(gate, { factor, carry: vector(`shrink.${gate}`) });
  }

  // Norms, and the scales that balance the two factors.
  const sums = builder.reserveFlat(`${population}.norms`, 8);
  const scales = builder.reserveFlat(`${population}.scales`, 4);
  const synapses = rules.map(({ lowered }) => {
    const b = reserveLike(builder, lowered, 'trace');
    context.traces.push(b);
    return { lowered, b, ring: presynaptic(builder, context.rings, lowered.projection), ...factors.get(lowered.gate)! };
  });
  for (const { b } of synapses) builder.emit('learn', 'square_sum', { x: b, sums, at: 0 });
  for (const x of [...kept.map(({ Da }) => Da), pushed]) builder.emit('learn', 'square_sum', { x, sums, at: 1 });
  for (const { lowered, ring, factor } of synapses)
    builder.emit('learn', 'outer_square', { n: lowered.pre, ...ring, m: n, factor, sums, at: 2 });
  builder.emit('learn', 'balance', { sums, scales, signs: n * (states.length + 1) });

  for (const { Da, nu, a } of kept) builder.emit('learn', 'blend', { n, x: Da, nu, scales, a });
  builder.emit('learn', 'blend', { n, x: pushed, nu: signs, scales, a: tangent });
  context.traces.push(tangent, ...kept.map(({ a }) => a));
  for (const { factor, carry } of factors.values()) builder.emit('learn', 'shrink', { n, scales, carry, factor });

  const share = vector('feltSignal');
  builder.emit('learn', 'project', { n, signal, a: tangent, p: share });
  for (const [index, { lowered, b, ring, factor: drive, carry }] of synapses.entries()) {
    const { pre, stored } = lowered;
    if (stored === undefined) builder.emit('learn', 'local_dense', { pre, ...ring, eStride: b.stride, carry, drive, trace: b });
    else builder.emit('learn', 'local_sparse', { pre, ...ring, rowStart: stored.rowStart, column: stored.column, carry, drive, trace: b });
    if (lowered.masked) builder.emit('learn', 'mask_diagonal', { n, eStride: b.stride, gradient: b });
    emitSynapses(builder, 'learn', 'gradient', lowered, { factor: share, trace: b, gradient: rules[index]!.gradient });
  }
}

/** What one outer product cannot say. */
function refuse(builder: Builder, rule: LoweredRule, first: LoweredRule): void {
  refuseEpisodeRates(rule);
  refuseSharedTraces(rule.lowered);
  const path = `projections.${rule.lowered.name}.plasticity.terms[0]`;
  const { trace, filter = 'none' } = rule.rule.terms[0]!;
  if (trace.keep.recurrence !== 'all') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.trace.keep.recurrence`,
      what: 'an influence of rank one that drops recurrence',
      remedy: "keep all of it (recurrence: 'all')",
    });
  }
  if (JSON.stringify(rule.rule.terms) !== JSON.stringify(first.rule.terms)) {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `projections.${rule.lowered.name}.plasticity.terms`,
      what: `terms other than those of '${first.lowered.name}', with which it shares one influence,`,
      remedy: 'give the projections onto one population the same terms',
    });
  }
  if (filter !== 'none') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `${path}.filter`,
      what: 'a filter behind an influence of rank one, which would have another rank,',
      remedy: "use filter 'none', and a readout without a memory (tau: 0)",
    });
  }
  if (builder.network.learning?.target === 'label') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.target',
      what: `labels for '${rule.lowered.name}', whose influence has rank one,`,
      remedy: "give the target at every tick (target: 'tick')",
    });
  }
}
