import { decay as exactDecay } from '../../exact.ts';
import type { Keep } from '../../learning/rule.ts';
import { backwardErrors, backwardPath, takesWindow } from '../../network/backward.ts';
import type { Alif, BorderPart, Lif, Projection } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { foldSpikes } from './forms.ts';
import { type History, recorded, recordedRow, reserveHistory } from './history.ts';
import { scaleOf } from './leaks.ts';
import { constantRegion, type Delayed, type Linearization, linearize } from './linearization.ts';
import { emitTransposed } from './propagation.ts';
import { refuseShared } from './refusals.ts';
import type { Ring } from './rings.ts';
import { lowerError } from './signals.ts';

/** What the error is charged to a population with, in the tick that the backward pass is at; (n) each. */
export interface Adjoint {
  readonly name: string;
  readonly n: number;
  readonly jacobian: Linearization;
  /** dy: its outputs */
  readonly output: Region;
  /** ds and A ds, what the tick before is charged with, of each state */
  readonly states: readonly { readonly now: Region; readonly carried: Region }[];
  /** R ds of all states, which charges the output of the tick before; where a trace of the neuron's own keeps the adaptation, that is apart */
  readonly returned: Region | undefined;
  readonly adapted: Region | undefined;
  /** L: dy without what comes by the adaptation, where rules ask for it */
  readonly signal: Region | undefined;
  /** dI: its gates, with what later ticks left where a projection with a delay feeds one */
  readonly gates: ReadonlyMap<string, { readonly now: Region; readonly later: History | undefined }>;
}

/**
 * Backpropagation through time over the window that the ticks have recorded: at each of its ticks, backwards, and through the populations from the last to the
 * first, dy = err + Σ w dI(t + delay) + R ds(t + 1), ds = ⌊C dy ⊕ A ds(t + 1) + F ds′⌋₀, dI = B ds + E dy, G_ij += x_i(t − delay) dI_j. `rules` are all
 * that run backwards, into populations that lead to the error; those that take dy for a learning signal fold it into their traces behind the window.
 */
export function lowerAdjoint(builder: Builder, rules: readonly LoweredRule[], context: LearningContext): ReadonlyMap<string, Adjoint> {
  const [first] = rules;
  if (first === undefined) return new Map();
  const keep: Keep = takesWindow(first.rule) ? { adaptation: true, reset: true, recurrence: 'all' } : first.rule.terms[0]!.trace.keep;
  const path = backwardPath(builder.network);
  const errors = new Map(backwardErrors(builder.network).map((name) => [name, lowerError(builder, name).error]));
  const adjoints = new Map(path.map((name) => [name, declare(builder, name, keep, rules, path, context)]));
  for (const adjoint of [...adjoints.values()].reverse()) {
    emitOutput(builder, adjoint, errors.get(adjoint.name), adjoints, context);
    emitStates(builder, adjoint);
    if (adjoint.signal === undefined) emitGradients(builder, adjoint, rules, context);
    else foldGradients(builder, adjoint, adjoint.signal, rules, context);
  }
  return adjoints;
}

/** Whether what a projection brings can be charged to its source at all: a delay as long as the window always reaches out of it. */
const staysInside = ({ network }: Builder, { delay }: Projection): boolean => delay < network.learning!.window!;

function declare(
  builder: Builder,
  name: string,
  keep: Keep,
  rules: readonly LoweredRule[],
  path: readonly string[],
  context: LearningContext,
): Adjoint {
  const { projections } = context;
  const { size: n, neuron } = builder.network.populations[name]!;
  const jacobian = linearize(builder, name, neuron, keep);
  const vector = (role: string): Region => builder.reserve(`${name}.adjoint.${role}`, 1, n);
  const border = builder.network.learning?.border?.[name] ?? {};
  /** What one tick of a window leaves for the one before it, and the last one finds: what the border tells, or nothing. */
  const kept = (role: string, part: BorderPart | undefined): Region => {
    const target = vector(role);
    const told = part === undefined ? undefined : border[part];
    if (told === undefined) builder.emit('fold', 'clear', { target });
    else declareBorder(builder, context.rings.get(told)!, n, target);
    return target;
  };
  const gates = new Map<string, { now: Region; later: History | undefined }>();
  for (const lowered of projections.values()) {
    const { projection, gate } = lowered;
    const passes = path.includes(projection.pre) && staysInside(builder, projection);
    if (projection.post !== name || !(passes || rules.some((rule) => rule.lowered === lowered))) continue;
    const { now, later } = gates.get(gate) ?? { now: vector(gate), later: undefined };
    const delayed = passes && projection.delay > 0;
    gates.set(gate, { now, later: later ?? (delayed ? reserveHistory(builder, `${name}.adjoint.${gate}.history`, n) : undefined) });
  }
  const states = jacobian.states.map((state, s) => ({ now: vector(`state${s}`), carried: kept(`carried${s}`, state.name) }));
  const takes = rules.some(({ rule, lowered }) => lowered.projection.post === name && takesWindow(rule));
  const apart = jacobian.states.findIndex((state) => state.name === 'adaptation' && (takes || border.output !== undefined));
  const returns = border.output !== undefined || jacobian.states.some(({ back }, s) => back !== undefined && s !== apart);
  const returned = returns ? kept('returned', 'output') : undefined;
  let adapted: Region | undefined;
  if (apart >= 0) {
    adapted = vector('adapted');
    if (border.adaptation === undefined) builder.emit('fold', 'clear', { target: adapted });
    else emitAdapted(builder, name, neuron as Alif, n, states[apart]!.carried, adapted);
  }
  return {
    name,
    n,
    jacobian,
    output: builder.reserve(`${name}.adjoint`, 1, n),
    states,
    returned,
    adapted,
    signal: takes ? vector('signal') : undefined,
    gates,
  };
}

/** Puts what a population says into `target` at every tick, so that a window that ends there finds it; 0 where the episode ends and nothing follows. */
function declareBorder({ network, emit, find }: Builder, { x, rows, stride }: Ring, n: number, target: Region): void {
  const ring = { n, x, rows, stride };
  if (network.learning!.episode === 'carry') emit('learn', 'recall', { ...ring, delay: 0, y: target });
  else emit('learn', 'border', { ...ring, events: find('events')!, y: target });
}

/** R da(t + 1) of the adaptation, which the border tells as ρ da(t + 1). */
function emitAdapted(builder: Builder, name: string, { tauAdapt, adaptScale }: Alif, n: number, carried: Region, adapted: Region): void {
  const rho = exactDecay(builder.network.dt, tauAdapt);
  const ratio = constantRegion(builder, name, n, 'adjoint.backOverCarry', scaleOf(adaptScale, rho) / rho);
  builder.emit('learn', 'multiply', { n, a: carried, b: ratio, p: adapted });
}

/** A row of a history, in a vector; emitted once a tick for all who ask for the same. */
function recall(builder: Builder, { history, ...rest }: History, ahead: number): Region {
  const name = `${history.name}.${ahead === 0 ? 'now' : `later${ahead}`}`;
  const existing = builder.find(name);
  if (existing !== undefined) return existing;
  const y = builder.reserve(name, 1, history.columns);
  builder.emit('backward', 'history_read', { n: history.columns, history, ...rest, ahead, y });
  return y;
}

/** A slope as it was at the tick that the pass is at. */
const slopeOf = (builder: Builder, { fixed }: Linearization, slope: Region): Region =>
  fixed.has(slope) ? slope : recall(builder, recordedRow(builder, slope), 0);

/** dy = err + R ds(t + 1) + Σ w dI(t + delay) */
function emitOutput(
  builder: Builder,
  { name, n, output, returned, adapted, signal }: Adjoint,
  error: Region | undefined,
  adjoints: ReadonlyMap<string, Adjoint>,
  { projections }: LearningContext,
): void {
  if (error === undefined) builder.emit('backward', 'clear', { target: output });
  else builder.emit('backward', 'history_read', { n, ...recordedRow(builder, error), ahead: 0, y: output });
  if (returned !== undefined) builder.emit('backward', 'add', { x: returned, y: output });
  for (const lowered of projections.values()) {
    const { projection, gate } = lowered;
    const above = adjoints.get(projection.post);
    if (projection.pre !== name || above === undefined || !staysInside(builder, projection)) continue;
    const { now, later } = above.gates.get(gate)!;
    const charged = projection.delay === 0 ? now : recall(builder, later!, projection.delay);
    emitTransposed(builder, 'backward', lowered, charged, output);
  }
  if (signal !== undefined)
    builder.emit('backward', 'history_write', { n, x: output, ...reserveHistory(builder, `${signal.name}.history`, n) });
  if (adapted !== undefined) builder.emit('backward', 'add', { x: adapted, y: output });
}

/** p ← Σ a·b, at least one */
function emitSum(builder: Builder, n: number, p: Region, products: readonly (readonly [a: Region, b: Region])[]): void {
  for (const [index, [a, b]] of products.entries()) builder.emit('backward', index === 0 ? 'multiply' : 'multiply_add', { n, a, b, p });
}

/** dI = dy(t + lag), which later ticks of the window have left. */
function emitDelayed(builder: Builder, { lag, longest }: Delayed, n: number, output: Region, now: Region): void {
  const history = reserveHistory(builder, `${output.name}.history`, n);
  builder.emit('backward', 'history_write', { n, x: output, ...history });
  builder.emit('backward', 'delay_line_back', { n, ...history, lag, longest, y: now });
}

/** ds = C dy + A ds(t + 1); dI = B ds + E dy; and what the tick before is charged with. */
function emitStates(builder: Builder, { n, jacobian, output, states, returned, adapted, gates }: Adjoint): void {
  const then = (slope: Region): Region => slopeOf(builder, jacobian, slope);
  /** What a state passes on to states behind it, within the tick, or to those before it, a tick later. */
  const fed = (s: number, late: boolean) =>
    jacobian.states.flatMap(({ feeds = [] }, to) =>
      feeds.flatMap(({ from, slope }) => (from === s && to < s === late ? [[then(slope), states[to]!.now] as const] : [])),
    );
  for (const [s, { now, carried }] of [...states.entries()].reverse()) {
    builder.emit('backward', 'assign', { x: carried, y: now });
    const { slope } = jacobian.states[s]!;
    if (slope !== undefined) builder.emit('backward', 'multiply_add', { n, a: then(slope), b: output, p: now });
    for (const [a, b] of fed(s, false)) builder.emit('backward', 'multiply_add', { n, a, b, p: now });
  }
  for (const [gate, { now, later }] of gates) {
    const driven = jacobian.states.flatMap(({ drives }, s) =>
      drives[gate] === undefined ? [] : [[then(drives[gate]), states[s]!.now] as const],
    );
    const direct = jacobian.direct[gate];
    if (jacobian.delayed?.gate === gate) emitDelayed(builder, jacobian.delayed, n, output, now);
    else emitSum(builder, n, now, direct === undefined ? driven : [...driven, [then(direct), output]]);
    if (later !== undefined) builder.emit('backward', 'history_write', { n, x: now, ...later });
  }
  for (const [s, { now, carried }] of states.entries())
    emitSum(builder, n, carried, [[then(jacobian.states[s]!.carry), now], ...fed(s, true)]);
  const backs = jacobian.states.flatMap(({ name, back }, s) =>
    back === undefined ? [] : [{ apart: name === 'adaptation' && adapted !== undefined, product: [then(back), states[s]!.now] as const }],
  );
  for (const [target, apart] of [
    [returned, false],
    [adapted, true],
  ] as const) {
    const products = backs.filter((back) => back.apart === apart).map(({ product }) => product);
    if (target !== undefined && products.length === 0) builder.emit('backward', 'clear', { target });
    else if (target !== undefined) emitSum(builder, n, target, products);
  }
}

/** G_ij += x_i(t − delay) dI_j */
function emitGradients(builder: Builder, { name, gates }: Adjoint, rules: readonly LoweredRule[], { rings }: LearningContext): void {
  for (const { lowered, gradient } of rules) {
    const { projection, gate, pre } = lowered;
    if (projection.post !== name) continue;
    const past = recorded(builder, `${projection.pre}.past${projection.delay}`, pre, {
      ...rings.get(projection.pre)!,
      delay: projection.delay,
    });
    emitSynapses(builder, 'backward', 'rank_one', lowered, { factor: gates.get(gate)!.now, trace: recall(builder, past, 0), gradient });
  }
}

/** G_ij += Σ_t L_j(t) e_ij(t), with the traces of e-prop, which are carried from window to window. */
function foldGradients(builder: Builder, { name }: Adjoint, signal: Region, rules: readonly LoweredRule[], context: LearningContext): void {
  const neuron = builder.network.populations[name]!.neuron as Lif | Alif;
  for (const rule of rules) {
    if (rule.lowered.projection.post !== name) continue;
    if (rule.lowered.shared !== undefined) refuseShared(builder, rule);
    foldSpikes(builder, rule, context, neuron, { modulated: false, filter: undefined, teachers: [], rates: [] }, signal);
  }
}
