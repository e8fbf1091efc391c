import type { Keep } from '../../learning/rule.ts';
import { backwardErrors, backwardPath } from '../../network/backward.ts';
import type { Projection } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { type History, recorded, recordedRow, reserveHistory } from './history.ts';
import { type Linearization, linearize } from './linearization.ts';
import { emitTransposed } from './propagation.ts';
import { lowerError } from './signals.ts';

/** What the error is charged to a population with, in the tick that the backward pass is at; (n) each. */
interface Adjoint {
  readonly name: string;
  readonly n: number;
  readonly jacobian: Linearization;
  /** dy: its outputs */
  readonly output: Region;
  /** ds and A ds, what the tick before is charged with, of each state */
  readonly states: readonly { readonly now: Region; readonly carried: Region }[];
  /** R ds of all states, which charges the output of the tick before */
  readonly returned: Region | undefined;
  /** dI: its gates, with what later ticks left where a projection with a delay feeds one */
  readonly gates: ReadonlyMap<string, { readonly now: Region; readonly later: History | undefined }>;
}

/**
 * Backpropagation through time over the window that the ticks have recorded: at each of its ticks, backwards, and through the populations from the last to the
 * first, dy = err + Σ w dI(t + delay) + R ds(t + 1), ds = ⌊C dy ⊕ A ds(t + 1) + F ds′⌋₀, dI = B ds + E dy, G_ij += x_i(t − delay) dI_j. `rules` are all
 * that run backwards, into populations that lead to the error.
 */
export function lowerAdjoint(builder: Builder, rules: readonly LoweredRule[], context: LearningContext): void {
  const [first] = rules;
  if (first === undefined) return;
  const { keep } = first.rule.terms[0]!.trace;
  const path = backwardPath(builder.network);
  const errors = new Map(backwardErrors(builder.network).map((name) => [name, lowerError(builder, name).error]));
  const adjoints = new Map(path.map((name) => [name, declare(builder, name, keep, rules, path, context)]));
  for (const adjoint of [...adjoints.values()].reverse()) {
    emitOutput(builder, adjoint, errors.get(adjoint.name), adjoints, context);
    emitStates(builder, adjoint);
    emitGradients(builder, adjoint, rules, context);
  }
}

/** Whether what a projection brings can be charged to its source at all: a delay as long as the window always reaches out of it. */
const staysInside = ({ network }: Builder, { delay }: Projection): boolean => delay < network.learning!.window!;

function declare(
  builder: Builder,
  name: string,
  keep: Keep,
  rules: readonly LoweredRule[],
  path: readonly string[],
  { projections }: LearningContext,
): Adjoint {
  const { size: n, neuron } = builder.network.populations[name]!;
  const jacobian = linearize(builder, name, neuron, keep);
  const vector = (role: string): Region => builder.reserve(`${name}.adjoint.${role}`, 1, n);
  /** What one tick of a window leaves for the one before it, and nothing for the window before. */
  const kept = (role: string): Region => {
    const target = vector(role);
    builder.emit('fold', 'clear', { target });
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
  return {
    name,
    n,
    jacobian,
    output: builder.reserve(`${name}.adjoint`, 1, n),
    states: jacobian.states.map((_, s) => ({ now: vector(`state${s}`), carried: kept(`carried${s}`) })),
    returned: jacobian.states.some(({ back }) => back !== undefined) ? kept('returned') : undefined,
    gates,
  };
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
  { name, n, output, returned }: Adjoint,
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
}

/** p ← Σ a·b, at least one */
function emitSum(builder: Builder, n: number, p: Region, products: readonly (readonly [a: Region, b: Region])[]): void {
  for (const [index, [a, b]] of products.entries()) builder.emit('backward', index === 0 ? 'multiply' : 'multiply_add', { n, a, b, p });
}

/** ds = C dy + A ds(t + 1); dI = B ds + E dy; and what the tick before is charged with. */
function emitStates(builder: Builder, { n, jacobian, output, states, returned, gates }: Adjoint): void {
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
    emitSum(builder, n, now, direct === undefined ? driven : [...driven, [then(direct), output]]);
    if (later !== undefined) builder.emit('backward', 'history_write', { n, x: now, ...later });
  }
  for (const [s, { now, carried }] of states.entries())
    emitSum(builder, n, carried, [[then(jacobian.states[s]!.carry), now], ...fed(s, true)]);
  if (returned === undefined) return;
  const backs = jacobian.states.flatMap(({ back }, s) => (back === undefined ? [] : [[then(back), states[s]!.now] as const]));
  emitSum(builder, n, returned, backs);
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
