import { raise } from '../../errors.ts';
import type { RateSignal } from '../../learning/rule.ts';
import { pad } from '../arena.ts';
import type { Builder } from '../builder.ts';
import type { Operands, OpName, Region } from '../ops.ts';
import { type LearningContext, type LoweredRule, ones, sumOf } from './context.ts';
import { type Group, type LowPass, sameFilter } from './groups.ts';
import { type History, recorded, recordedRow } from './history.ts';
import { presynaptic } from './late.ts';
import { type LoweredProjection, reserveLike } from './projections.ts';
import type { Ring } from './rings.ts';
import { emitEpisodeShare, emitLabelShare } from './shares.ts';

/** What a table of coefficients is for: a trace that the block advances, or a sum of traces weighted by a signal. */
type Purpose = { readonly trace: 'first' | 'second' } | { readonly sumOver: 'filtered' | 'raw'; readonly signal: Region };

type FoldName = 'direct' | 'trace' | 'traces' | 'trace_sum' | 'traces_sum';
type Shared = 'pre' | 'history' | 'hStride' | 'block' | 'events' | 'trace' | 'eStride' | 'rowStart' | 'column' | 'tStride';
/** What the dense or the stored form of a fold takes beside the columns and the layout of the synapses. */
type FoldOperands<Name extends FoldName> = Omit<Operands<`fold_${Name}_dense`>, Shared> | Omit<Operands<`fold_${Name}_sparse`>, Shared>;

/** The presynaptic values of a block, and the ticks at which they are not 0. */
export type Columns = History & { readonly events: Region };

type Seeds = 'table' | 'weight' | 'onAdaptation' | 'onFiltered';
/** How traces follow from presynaptic values, tick by tick, for one postsynaptic neuron. */
export type Recursion =
  | { readonly op: 'coefficients'; readonly operands: Omit<Operands<'coefficients'>, Seeds | 'signal'> }
  | { readonly op: 'coefficients_local'; readonly operands: Omit<Operands<'coefficients_local'>, Seeds | 'signal'> };

/** Whatever traces of rank one a rule has: driven by a value of the presynaptic neuron, with coefficients of the postsynaptic one alone. */
export interface Form {
  /** tells its recursion from others onto the same population */
  readonly name: string;
  readonly columns: Columns;
  /** x̄ as it was before the block */
  readonly trace: Region;
  /** roles of what a synapse carries from block to block */
  readonly first?: string | undefined;
  readonly second?: string | undefined;
  /** of e behind the filter of the rule, or of e itself */
  recursion(filter: LowPass | undefined): Recursion;
}

/** Whether the learning of a projection is folded in blocks: where synapses share their weights it streams whatever the block. */
export const inBlocks = ({ network }: Builder, { shared }: LoweredProjection): boolean =>
  (network.learning?.block ?? 1) > 1 && shared === undefined;

/** The values that the synapses of a projection read, and the ticks at which they are not 0. */
export function columnsOf(builder: Builder, { projection, pre }: LoweredProjection, rings: ReadonlyMap<string, Ring>): Columns {
  const name = `${projection.pre}.past${projection.delay}`;
  return withEvents(builder, name, pre, recorded(builder, name, pre, presynaptic(builder, rings, projection)));
}

export function withEvents(builder: Builder, name: string, pre: number, history: History): Columns {
  const known = builder.find(`${name}.events`);
  const events = known ?? builder.reserve(`${name}.events`, 2, pre);
  if (known === undefined) builder.emit('fold', 'block_events', { ...history, events });
  return { ...history, events };
}

/** 0 for every neuron of a population. */
export const zeros = (builder: Builder, population: string): Region =>
  builder.find(`${population}.zeros`) ?? builder.reserve(`${population}.zeros`, 1, builder.network.populations[population]!.size);

/** The one group of a rule in blocks. */
export function onlyGroup({ lowered }: LoweredRule, groups: readonly Group[]): Group {
  if (groups.length === 1) return groups[0]!;
  return raise('ERR_UNSUPPORTED_RULE', {
    path: `projections.${lowered.name}.plasticity`,
    what: 'a rule whose terms have several filters, in blocks of several ticks,',
    remedy: 'give its errors one filter, or set learning.block to 1',
  });
}

/** What teaches by the same trace beside the group of a rule. */
export type Beside = readonly { readonly modulated: boolean; readonly signal: Region }[];

/** The group of a rule in blocks, and what teaches by the same filtered trace but is not modulated as it is. */
export function foldedGroups(
  rule: LoweredRule,
  groups: readonly Group[],
  signals: readonly Region[],
): { readonly group: Group; readonly signal: Region; readonly beside: Beside } {
  const group = onlyGroup(
    rule,
    groups.filter((other, index) => index === 0 || !sameFilter(other, groups[0]!)),
  );
  const beside = groups.slice(1).map(({ modulated }, index) => ({ modulated, signal: signals[index + 1]! }));
  return { group, signal: signals[0]!, beside };
}

/** A trace of a synapse has at most two values, so a double exponential is refused behind one that has a state of its own. */
export function refuseSecondFilter({ lowered }: LoweredRule, { second }: Group): void {
  if (second === undefined) return;
  raise('ERR_UNSUPPORTED_RULE', {
    path: `projections.${lowered.name}.plasticity`,
    what: 'a double exponential filter behind traces with a state of their own, in blocks of several ticks,',
    remedy: 'set learning.block to 1, or filter by one low pass',
  });
}

/**
 * A block of ticks at a time. While a block fills, what the recursion reads, L and the presynaptic values are recorded; the fold phase computes the
 * coefficients of each postsynaptic neuron once for all projections into it, then passes over the synapses. Traces, gradients and weights keep one
 * layout, so labels, masks and optimizers are those of the streaming form.
 */
export function lowerFold(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  form: Form,
  group: Group,
  signal: Region,
  { byEpisode = [], beside = [] }: { readonly byEpisode?: readonly RateSignal[]; readonly beside?: Beside } = {},
): void {
  const { lowered } = rule;
  const gradient = sumOf(rule, group.modulated);
  const { post: n, projection } = lowered;
  const { columns, trace } = form;
  const bits = builder.network.learning?.traces === 'bfloat16' ? 16 : 32;
  const carry = (role: string | undefined): Region | undefined => {
    if (role === undefined) return undefined;
    const region = bits === 16 ? builder.reserveHalves(`${lowered.name}.${role}`, lowered.weights) : reserveLike(builder, lowered, role);
    context.traces.push(region);
    return region;
  };
  const [first, second] = [carry(form.first), carry(form.second)];

  /** What the coefficients of one purpose have in common, and a name for them. */
  const recursionOf = (purpose: Purpose) => {
    const filter = 'sumOver' in purpose && purpose.sumOver === 'raw' ? undefined : group.filter;
    const { op, operands } = form.recursion(filter);
    const L = recordedRow(builder, 'trace' in purpose ? signal : purpose.signal);
    const over = 'trace' in purpose ? purpose.trace : `${purpose.sumOver}.${purpose.signal.name}`;
    const name = `${projection.post}.${form.name}.${over}${filter === undefined ? '' : `.${filter.kappa}.${filter.gain}`}`;
    return { name, op, operands: { ...operands, signal: L.history } };
  };
  /** The table of one purpose, computed once for all projections into the population that share it. */
  const table = (purpose: Purpose): Region => {
    const { name, op, operands } = recursionOf(purpose);
    const existing = builder.find(`${name}.coefficients`);
    if (existing !== undefined) return existing;
    const region = builder.reserve(`${name}.coefficients`, 3 + columns.block, n);
    const [onAdaptation, onFiltered, weight] = 'trace' in purpose ? (purpose.trace === 'first' ? [1, 0, 0] : [0, 1, 0]) : [0, 0, 1];
    builder.emit('fold', op, { ...operands, table: region, weight, onAdaptation, onFiltered } as never);
    return region;
  };
  /** The tables of the gradient and of the carried traces, neuron by neuron, for all stored synapses that share them. */
  const woven = (): Region => {
    const { name, op, operands } = recursionOf({ sumOver: 'filtered', signal });
    const existing = builder.find(`${name}.woven`);
    if (existing !== undefined) return existing;
    const region = builder.reserve(`${name}.woven`, 16 + 4 * columns.block, n);
    const lanes = { adapts: Number(first !== undefined), filters: Number(second !== undefined) };
    builder.emit('fold', `${op}_woven`, { ...operands, woven: region, ...lanes } as never);
    return region;
  };
  const emit = <Name extends FoldName>(name: Name, operands: FoldOperands<Name>): void => {
    const { weights, stored, pre } = lowered;
    const layout =
      stored === undefined ? { eStride: weights.stride } : { rowStart: stored.rowStart, column: stored.column, tStride: pad(n) };
    builder.emit(
      'fold',
      `fold_${name}_${stored === undefined ? 'dense' : 'sparse'}` as OpName,
      { pre, ...columns, trace, ...layout, ...operands } as never,
    );
  };

  /** Adds Σ_t signal(t) · ē(t), or e(t), to `target`; reads traces as they were before the block. */
  const emitSum = (target: Region, sumOver: 'filtered' | 'raw', weight: Region): void => {
    const operands = { gradient: target, gradientTable: table({ sumOver, signal: weight }) };
    const behind = sumOver === 'filtered' ? second : undefined;
    if (first !== undefined && behind !== undefined) emit('traces_sum', { ...operands, bits, adaptation: first, filtered: behind });
    else if (first !== undefined) emit('trace_sum', { ...operands, row: 0, bits, carried: first });
    else if (behind !== undefined) emit('trace_sum', { ...operands, row: 1, bits, carried: behind });
    else emit('direct', operands);
  };

  emitLabelShare(builder, rule, context, group, '', (sum, importance) => {
    const known = builder.find(`${projection.post}.${importance.name}`);
    const weight = known ?? builder.reserve(`${projection.post}.${importance.name}`, 1, n);
    if (known === undefined) builder.emit('learn', 'importance_factor', { n, importance, a: ones(builder, projection.post, n), p: weight });
    emitSum(sum, 'filtered', weight);
  });
  for (const [index, rate] of byEpisode.entries()) {
    emitEpisodeShare(builder, rule, context, rate, index, (sum) => emitSum(sum, 'raw', ones(builder, projection.post, n)));
  }

  for (const other of beside) emitSum(sumOf(rule, other.modulated), 'filtered', other.signal);

  const sum: Purpose = { sumOver: 'filtered', signal };
  if (first === undefined && second === undefined) {
    emit('direct', { gradient, gradientTable: table(sum) });
    return;
  }
  const one = { row: first === undefined ? 1 : 0, bits, carried: (first ?? second)!, gradient };
  const two = { bits, adaptation: first!, filtered: second!, gradient };
  const both = first !== undefined && second !== undefined;
  if (lowered.stored !== undefined) {
    const tables = { woven: woven() };
    if (both) emit('traces', { ...two, ...tables });
    else emit('trace', { ...one, ...tables });
    return;
  }
  const gradientTable = table(sum);
  if (both)
    emit('traces', { ...two, adaptationTable: table({ trace: 'first' }), filteredTable: table({ trace: 'second' }), gradientTable });
  else emit('trace', { ...one, carriedTable: table({ trace: first === undefined ? 'second' : 'first' }), gradientTable });
}
