import { raise } from '../../errors.ts';
import { decay as exactDecay } from '../../exact.ts';
import type { RateSignal } from '../../learning/rule.ts';
import type { Alif, Lif } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Operands, OpName, Region } from '../ops.ts';
import { emitSynaptic, type LearningContext, type LoweredRule, ones } from './context.ts';
import type { Group } from './groups.ts';
import { type History, recorded, recordedRow } from './history.ts';
import { presynaptic, seen } from './late.ts';
import { membraneOf, scaleOf, synapseOf } from './leaks.ts';
import type { Ring } from './populations.ts';
import { type LoweredProjection, reserveLike } from './projections.ts';
import { emitEpisodeShare, emitLabelShare } from './shares.ts';

/** What a table of coefficients is for: a trace that the block advances, or a sum of traces weighted by a signal. */
type Purpose = { readonly trace: 'adaptation' | 'filtered' } | { readonly sumOver: 'filtered' | 'raw'; readonly signal: Region };

type FoldName = 'direct' | 'trace' | 'traces' | 'trace_sum' | 'traces_sum';
type Shared = 'pre' | 'history' | 'hStride' | 'block' | 'events' | 'trace' | 'eStride' | 'rowStart' | 'column' | 'tStride';
/** What the dense or the stored form of a fold takes beside the columns and the layout of the synapses. */
type FoldOperands<Name extends FoldName> = Omit<Operands<`fold_${Name}_dense`>, Shared> | Omit<Operands<`fold_${Name}_sparse`>, Shared>;

/** The values that the synapses of a projection read, and the ticks at which they are not 0. */
function columnsOf(
  builder: Builder,
  { projection, pre }: LoweredProjection,
  rings: ReadonlyMap<string, Ring>,
): History & { readonly events: Region } {
  const name = `${projection.pre}.past${projection.delay}`;
  return withEvents(builder, name, pre, recorded(builder, name, pre, presynaptic(builder, rings, projection)));
}

/** The same behind a synaptic current, which is followed at every tick: it is what the membrane sees. */
function columnsBehind(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  neuron: Lif | Alif,
): History & { readonly events: Region } {
  const { name, pre } = rule.lowered;
  const { beta, gain, order } = synapseOf(neuron, builder.network.dt);
  const q = builder.reserve(`${name}.synaptic`, 1, pre);
  context.traces.push(q);
  if (order === 'sameTick') emitSynaptic(builder, rule, context, q, beta, gain);
  const history = recordedRow(builder, q);
  if (order === 'tickBefore') emitSynaptic(builder, rule, context, q, beta, gain);
  return withEvents(builder, q.name, pre, history);
}

function withEvents(builder: Builder, name: string, pre: number, history: History): History & { readonly events: Region } {
  const known = builder.find(`${name}.events`);
  const events = known ?? builder.reserve(`${name}.events`, 2, pre);
  if (known === undefined) builder.emit('fold', 'block_events', { ...history, events });
  return { ...history, events };
}

/**
 * e-prop into a spiking population, a block of ticks at a time. While a block fills, ψ, L and the presynaptic values are
 * recorded; the fold phase computes the coefficients of each postsynaptic neuron once for all projections into it, then passes
 * over the synapses. Traces, gradients and weights keep one layout, so labels, masks and optimizers are those of the streaming form.
 */
export function lowerFoldedRule(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  groups: readonly Group[],
  signals: readonly Region[],
  byEpisode: readonly RateSignal[],
): void {
  const { lowered, gradient } = rule;
  const { name, post: n, projection } = lowered;
  const neuron = builder.network.populations[projection.post]!.neuron;
  if (neuron.kind !== 'lif' && neuron.kind !== 'alif') return;
  const path = `projections.${name}.plasticity`;
  if (groups.some(({ second }) => second !== undefined)) {
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: 'a double exponential filter of traces, in blocks of several ticks,',
      remedy: 'set learning.block to 1, or filter by one low pass',
    });
  }
  if (groups.length !== 1) {
    raise('ERR_UNSUPPORTED_RULE', {
      path,
      what: 'a rule whose terms have several filters, in blocks of several ticks,',
      remedy: 'give its errors one filter, or set learning.block to 1',
    });
  }
  const [group] = groups as [Group];
  const [signal] = signals as [Region];
  const adaptive = neuron.kind === 'alif' && rule.rule.terms.some(({ trace: { keep } }) => keep.adaptation);
  const { alpha, scale: inputScale } = membraneOf(neuron, builder.network.dt);

  const psi = recordedRow(builder, seen(builder, builder.find(`${projection.post}.surrogate`)!));
  const beta = adaptive ? builder.find(`${projection.post}.beta`)! : zeros(builder, projection.post, n);
  const columns = neuron.synapse === undefined ? columnsOf(builder, lowered, context.rings) : columnsBehind(builder, rule, context, neuron);
  const trace = builder.reserve(`${name}.trace`, 1, lowered.pre);
  context.traces.push(trace);

  const { rho, scale } = adaptive ? adaptationOf(builder, neuron as Alif) : { rho: 0, scale: 0 };
  /** What the coefficients of one purpose have in common, and a name for them. */
  const recursionOf = (purpose: Purpose) => {
    const leak = 'sumOver' in purpose && purpose.sumOver === 'raw' ? undefined : group.filter;
    const { kappa, gain } = leak ?? { kappa: 0, gain: 1 };
    const L = recordedRow(builder, 'trace' in purpose ? signal : purpose.signal);
    const over = 'trace' in purpose ? purpose.trace : `${purpose.sumOver}.${purpose.signal.name}`;
    return {
      name: `${projection.post}.${over}${adaptive ? '' : '.leak'}${leak === undefined ? '' : `.${kappa}.${gain}`}`,
      recursion: {
        psi: psi.history,
        signal: L.history,
        hStride: psi.hStride,
        block: psi.block,
        beta,
        rho,
        scale,
        kappa,
        gain,
        decay: alpha,
        inputScale,
      },
    };
  };
  /** The table of one purpose, computed once for all projections into the population that share it. */
  const table = (purpose: Purpose): Region => {
    const { name, recursion } = recursionOf(purpose);
    const existing = builder.find(`${name}.coefficients`);
    if (existing !== undefined) return existing;
    const region = builder.reserve(`${name}.coefficients`, 3 + columns.block, n);
    const [onAdaptation, onFiltered, weight] = 'trace' in purpose ? (purpose.trace === 'adaptation' ? [1, 0, 0] : [0, 1, 0]) : [0, 0, 1];
    builder.emit('fold', 'coefficients', { ...recursion, table: region, weight, onAdaptation, onFiltered });
    return region;
  };
  /** The tables of the gradient and of the carried traces, neuron by neuron, for all stored synapses that share them. */
  const woven = (adapts: boolean, filters: boolean): Region => {
    const { name, recursion } = recursionOf({ sumOver: 'filtered', signal });
    const existing = builder.find(`${name}.woven`);
    if (existing !== undefined) return existing;
    const region = builder.reserve(`${name}.woven`, 16 + 4 * columns.block, n);
    builder.emit('fold', 'coefficients_woven', { ...recursion, woven: region, adapts: Number(adapts), filters: Number(filters) });
    return region;
  };
  const emit = <Name extends FoldName>(form: Name, operands: FoldOperands<Name>): void => {
    const { weights, stored, pre } = lowered;
    const layout =
      stored === undefined ? { eStride: weights.stride } : { rowStart: stored.rowStart, column: stored.column, tStride: psi.hStride };
    builder.emit(
      'fold',
      `fold_${form}_${stored === undefined ? 'dense' : 'sparse'}` as OpName,
      { pre, ...columns, trace, ...layout, ...operands } as never,
    );
  };
  const bits = builder.network.learning?.traces === 'bfloat16' ? 16 : 32;
  const carry = (role: 'adaptation' | 'filtered'): Region => {
    const name = `${lowered.name}.${role}`;
    const region = bits === 16 ? builder.reserveHalves(name, lowered.weights) : reserveLike(builder, lowered, role);
    context.traces.push(region);
    return region;
  };
  const adaptation = adaptive ? carry('adaptation') : undefined;
  const filtered = group.filter === undefined ? undefined : carry('filtered');

  /** Adds Σ_t signal(t) · ē(t), or e(t), to `target`; reads traces as they were before the block. */
  const emitSum = (target: Region, sumOver: 'filtered' | 'raw', weight: Region): void => {
    const operands = { gradient: target, gradientTable: table({ sumOver, signal: weight }) };
    const carried = sumOver === 'filtered' ? filtered : undefined;
    if (adaptation !== undefined && carried !== undefined) emit('traces_sum', { ...operands, bits, adaptation, filtered: carried });
    else if (adaptation !== undefined) emit('trace_sum', { ...operands, row: 0, bits, carried: adaptation });
    else if (carried !== undefined) emit('trace_sum', { ...operands, row: 1, bits, carried });
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

  const sum: Purpose = { sumOver: 'filtered', signal };
  const [adapts, filters] = [adaptation !== undefined, filtered !== undefined];
  const one = { row: adapts ? 0 : 1, bits, carried: (adaptation ?? filtered)!, gradient };
  const two = { bits, adaptation: adaptation!, filtered: filtered!, gradient };
  if (!adapts && !filters) emit('direct', { gradient, gradientTable: table(sum) });
  else if (lowered.stored !== undefined) {
    const tables = { woven: woven(adapts, filters) };
    if (adapts && filters) emit('traces', { ...two, ...tables });
    else emit('trace', { ...one, ...tables });
  } else if (adapts && filters) {
    const gradientTable = table(sum);
    emit('traces', {
      ...two,
      adaptationTable: table({ trace: 'adaptation' }),
      filteredTable: table({ trace: 'filtered' }),
      gradientTable,
    });
  } else {
    const gradientTable = table(sum);
    emit('trace', { ...one, carriedTable: table({ trace: adapts ? 'adaptation' : 'filtered' }), gradientTable });
  }
  builder.emit('fold', 'block_trace', {
    history: columns.history,
    hStride: columns.hStride,
    block: columns.block,
    trace,
    decay: alpha,
    scale: inputScale,
  });
}

const zeros = (builder: Builder, population: string, n: number): Region =>
  builder.find(`${population}.zeros`) ?? builder.reserve(`${population}.zeros`, 1, n);

function adaptationOf({ network }: Builder, { tauAdapt, adaptScale }: Alif): { readonly rho: number; readonly scale: number } {
  const rho = exactDecay(network.dt, tauAdapt);
  return { rho, scale: scaleOf(adaptScale, rho) };
}
