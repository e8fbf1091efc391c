import type { GradientOptimizer, LearningRule } from '../../learning/rule.ts';
import type { Alif, Lif } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Operands, OpName, Region } from '../ops.ts';
import type { Phase } from '../program.ts';
import { emitSharedGradient } from './convolution.ts';
import { presynaptic } from './late.ts';
import { membraneOf, synapseOf } from './leaks.ts';
import type { LoweredProjection } from './projections.ts';
import type { Ring } from './rings.ts';

/** What the learning of one projection allocates and emits. Traces and gradients have the layout of its weights. */
export interface LoweredRule {
  readonly lowered: LoweredProjection;
  readonly rule: LearningRule & { readonly optimizer: GradientOptimizer };
  /** reserved when it is first asked for: a rule that descends at once has none */
  readonly gradient: Region;
  /** what modulated terms sum up until a reward comes; reserved when it is first asked for */
  readonly fresh: Region;
  /** L and ē of a rule whose weights move by their product at every tick */
  descent?: { readonly factor: Region; readonly trace: Region };
  /** what the optimizer takes in the place of a gradient, where it moves the weights as soon as a reward has come */
  awaited?: Awaited;
}

/** M, T, S and decay: G = M·T, then T ← decay·T ⊕ S. */
export type Awaited = Pick<Operands<'credit'>, 'modulator' | 'tag' | 'fresh' | 'decay'>;

export interface LearningContext {
  readonly projections: ReadonlyMap<string, LoweredProjection>;
  readonly feedbacks: ReadonlyMap<string, Region>;
  readonly rings: ReadonlyMap<string, Ring>;
  /** signals already declared, by population and what they add up */
  readonly signals: Map<string, Region>;
  /** L of a population, as the rule of the first plastic projection into it has it */
  populationSignal(population: string): Region;
  /** delta rules of populations that a border names */
  readonly borderRules: LoweredRule[];
  /** regions that are traces: cleared when learning is switched on and at a reset */
  readonly traces: Region[];
}

/** Where the products of terms are summed: in the gradient, or until a reward comes. */
export const sumOf = (rule: LoweredRule, modulated: boolean): Region => (modulated ? rule.fresh : rule.gradient);

type DenseOp =
  | 'stdp'
  | 'calcium'
  | 'scale'
  | 'descend'
  | 'gradient'
  | 'rank_one'
  | 'eligibility_filtered'
  | 'eligibility_adaptive'
  | 'eligibility_adaptive_filtered';

/**
 * Emits the dense or the sparse form of an op that walks the synapses of `lowered`. Where weights are shared only the product of two vectors can be summed, which
 * `refuseShared` has seen to.
 */
export function emitSynapses<Name extends DenseOp>(
  builder: Builder,
  phase: Phase,
  name: Name,
  lowered: LoweredProjection,
  operands: Omit<Operands<`${Name}_dense`>, 'pre' | 'eStride'>,
): void {
  const { pre, weights, stored, shared } = lowered;
  if (shared !== undefined) {
    if (name !== 'rank_one') throw new RangeError(`${name} was asked of '${lowered.name}', whose synapses share weights`);
    emitSharedGradient(builder, phase, { ...lowered, shared }, operands as never);
  } else if (stored === undefined) builder.emit(phase, `${name}_dense` as OpName, { pre, eStride: weights.stride, ...operands } as never);
  else builder.emit(phase, `${name}_sparse` as OpName, { pre, rowStart: stored.rowStart, column: stored.column, ...operands } as never);
}

/** x̄_i ← d x̄_i + s x_i(t − delay), the presynaptic trace of a projection. */
export function declareTrace(
  builder: Builder,
  { lowered: { name, projection, pre } }: Pick<LoweredRule, 'lowered'>,
  { rings, traces }: LearningContext,
  decay: number,
  scale: number,
): Region {
  const trace = builder.reserve(`${name}.trace`, 1, pre);
  traces.push(trace);
  builder.emit('learn', 'trace', { n: pre, ...presynaptic(builder, rings, projection), trace, decay, scale });
  return trace;
}

/** The same behind a synaptic current: q ← β q + b x(t − delay), x̄ ← α x̄ + c q, with the q of the tick or of the tick before. */
export function declareTraceBehind(builder: Builder, rule: LoweredRule, context: LearningContext, neuron: Lif | Alif): Region {
  const { lowered } = rule;
  const { beta, gain, order } = synapseOf(neuron, builder.network.dt);
  const { alpha: kappa, scale } = membraneOf(neuron, builder.network.dt);
  const filtered = builder.reserve(`${lowered.name}.trace`, 1, lowered.pre);
  context.traces.push(filtered);
  const q = builder.reserve(`${lowered.name}.synaptic`, 1, lowered.pre);
  context.traces.push(q);
  const pass = (): void => builder.emit('learn', 'filter', { eligibility: q, filtered, kappa, gain: scale });
  if (order === 'tickBefore') pass();
  emitSynaptic(builder, rule, context, q, beta, gain);
  if (order === 'sameTick') pass();
  return filtered;
}

/** q ← β q + b x(t − delay) */
export function emitSynaptic(
  builder: Builder,
  { lowered }: LoweredRule,
  { rings }: LearningContext,
  q: Region,
  beta: number,
  gain: number,
): void {
  builder.emit('learn', 'trace', {
    n: lowered.pre,
    ...presynaptic(builder, rings, lowered.projection),
    trace: q,
    decay: beta,
    scale: gain,
  });
}

/** 1 for every neuron, to weight what is not weighted. */
export function ones(builder: Builder, population: string, n: number): Region {
  return builder.find(`${population}.ones`) ?? builder.reserve(`${population}.ones`, 1, n, 1);
}
