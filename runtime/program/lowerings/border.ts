import type { BorderPart, Integrator } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Adjoint } from './adjoint.ts';
import { declareTrace, emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { leakOf } from './leaks.ts';

/** Synthetic gradients: populations whose values at the last tick of a window stand for what comes after it, and learn it from the next window. */

/** Whether a population is named by the border of some other, and so learns from windows instead of targets. */
export const isBorder = ({ network: { learning } }: Builder, population: string): boolean =>
  Object.values(learning?.border ?? {}).some((border) => Object.values(border).includes(population));

/**
 * G_ij += (p_j − c_j) x̄_i with prediction p and presynaptic trace x̄ as they were at the last border, and c what the window behind it charged: the delta rule of
 * a population named by a border.
 */
export function learnBorders(builder: Builder, adjoints: ReadonlyMap<string, Adjoint>, context: LearningContext): void {
  for (const [name, border] of Object.entries(builder.network.learning?.border ?? {})) {
    for (const [part, module] of Object.entries(border) as [BorderPart, string][]) {
      const rules = context.borderRules.filter(({ lowered }) => lowered.projection.post === module);
      if (rules.length > 0) learnBorder(builder, adjoints, adjoints.get(name)!, part, module, rules, context);
    }
  }
}

function learnBorder(
  builder: Builder,
  adjoints: ReadonlyMap<string, Adjoint>,
  adjoint: Adjoint,
  part: BorderPart,
  module: string,
  rules: readonly LoweredRule[],
  context: LearningContext,
): void {
  const { n, jacobian, states } = adjoint;
  const vector = (role: string): Region => {
    const region = builder.reserve(`${module}.${role}`, 1, n);
    context.traces.push(region);
    return region;
  };
  const [before, error] = [vector('before'), vector('borderError')];
  builder.emit('fold', 'assign', { x: before, y: error });
  if (part === 'output') emitCharged(builder, adjoints, adjoint, module, error, context);
  else builder.emit('fold', 'subtract', { x: states[jacobian.states.findIndex((state) => state.name === part)]!.carried, y: error });
  builder.emit('fold', 'assign', { x: builder.find(`${module}.prediction`)!, y: before });
  for (const rule of rules) {
    const { lowered, gradient } = rule;
    const { kappa, gain } = leakOf(builder.network.populations[module]!.neuron as Integrator, builder.network.dt);
    const trace = declareTrace(builder, rule, context, kappa, gain);
    const then = builder.reserve(`${lowered.name}.before`, 1, lowered.pre);
    context.traces.push(then);
    emitSynapses(builder, 'fold', 'rank_one', lowered, { factor: error, trace: then, gradient });
    builder.emit('fold', 'assign', { x: trace, y: then });
  }
}

/** e ← e − (R ds + Σ w dI): what the first tick of the window charges the outputs of the tick before it with. */
function emitCharged(
  builder: Builder,
  adjoints: ReadonlyMap<string, Adjoint>,
  { name, n, returned }: Adjoint,
  module: string,
  error: Region,
  { projections }: LearningContext,
): void {
  const charged = builder.reserve(`${module}.charged`, 1, n);
  builder.emit('fold', 'assign', { x: returned!, y: charged });
  for (const { projection, gate, weights, stored, post: m } of projections.values()) {
    const now = projection.pre === name && projection.delay === 1 ? adjoints.get(projection.post)?.gates.get(gate)?.now : undefined;
    if (now === undefined) continue;
    const operands = { n, error: now, weights, signal: charged };
    if (stored === undefined) builder.emit('fold', 'feedback_transpose', { ...operands, m, wStride: weights.stride });
    else builder.emit('fold', 'feedback_transpose_sparse', { ...operands, rowStart: stored.rowStart, column: stored.column });
  }
  builder.emit('fold', 'subtract', { x: charged, y: error });
}
