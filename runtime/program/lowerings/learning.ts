import type { LearningRule } from '../../learning/rule.ts';
import { runsBackward } from '../../network/backward.ts';
import type { Integrator } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { lowerAdjoint } from './adjoint.ts';
import { isBorder, learnBorders } from './border.ts';
import { declareTrace, emitSynapses, type LearningContext, type LoweredRule, sumOf } from './context.ts';
import { lowerSpikingRule } from './eprop.ts';
import { inBlocks } from './fold.ts';
import { foldReadout } from './forms.ts';
import { groupTerms } from './groups.ts';
import { lowerInfluence } from './influence.ts';
import { leakOf } from './leaks.ts';
import { lowerLeastSquares } from './least-squares.ts';
import { lowerLocal } from './local.ts';
import { type AdamMoments, lowerOptimizer } from './optimizers.ts';
import { lowerPerturbations } from './perturbation.ts';
import { lowerEntropy } from './policies.ts';
import { reserveLike } from './projections.ts';
import { lowerRankOne } from './rank-one.ts';
import { refuseShared } from './refusals.ts';
import { lowerRewards } from './rewards.ts';
import { lowerError, lowerSignal } from './signals.ts';
import { lowerTiming } from './timing.ts';

/**
 * Delta rule of a readout: the trace is the presynaptic value filtered by the readout's leak, the factor its own error. With labels, which ask for the sum of the
 * presynaptic traces alone, it streams whatever the block.
 */
function lowerReadout(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered } = rule;
  const { post } = lowered.projection;
  const leak = leakOf(builder.network.populations[post]!.neuron as Integrator, builder.network.dt);
  const { importance, label } = lowerError(builder, post);
  const taught = rule.rule.terms.map(({ signal, modulator }) => ({
    modulated: modulator !== undefined,
    signal: signal.of === 'entropy' ? lowerEntropy(builder, signal) : lowerError(builder, post).error,
  }));
  if (inBlocks(builder, lowered) && label === undefined) {
    foldReadout(builder, rule, context, leak, taught[0]!, taught.slice(1));
    return;
  }
  const trace = declareTrace(builder, rule, context, leak.kappa, leak.gain);
  for (const { modulated, signal } of taught)
    emitSynapses(builder, 'learn', 'rank_one', lowered, { factor: signal, trace, gradient: sumOf(rule, modulated) });
  if (label === undefined) return;
  const { gradient } = rule;
  const sum = builder.reserve(`${lowered.name}.traceSum`, 1, lowered.pre);
  context.traces.push(sum);
  builder.emit('learn', 'accumulate', { n: lowered.pre, importance, trace, sum });
  emitSynapses(builder, 'label', 'rank_one', lowered, { factor: label, trace: sum, gradient });
  builder.emit('label', 'clear', { target: sum });
}

/** The traces of a rule: the delta rule of a readout, rank one and its kin for spiking neurons, a synapse's own, or the influence on many neurons. */
function lowerRule(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { post } = rule.lowered.projection;
  const { neuron } = builder.network.populations[post]!;
  const { kind } = neuron;
  const [{ trace, signal }] = rule.rule.terms as [LearningRule['terms'][number]];
  const { reset, recurrence } = trace.keep;
  const { gate } = rule.lowered;
  const spiking = neuron.kind === 'lif' || neuron.kind === 'alif' ? neuron : undefined;
  const alone = recurrence === 'none' && !reset;
  const timed = ['tauMem', 'tauAdapt', 'tau'].some((fed) => builder.find(`${post}.current.${fed}`) !== undefined);
  // What a gate does to the output comes back to the state through the reset.
  const returns = (kind === 'snu' || spiking !== undefined) && gate === 'output' && reset;
  if (rule.lowered.shared !== undefined) refuseShared(builder, rule);
  const adapts = kind === 'alif' && (trace.keep.adaptation || !alone || gate !== 'output');
  if (kind === 'integrator' && 'through' in signal && signal.through === 'direct') lowerReadout(builder, rule, context);
  else if (spiking !== undefined && alone && gate === 'input' && !timed) lowerSpikingRule(builder, rule, context);
  else if (!adapts && recurrence === 'none' && !returns && (spiking?.synapse === undefined || gate === 'output'))
    lowerLocal(builder, rule, context);
  else lowerInfluence(builder, rule, context);
}

/** What the rules of a network share. */
export function learningContext(
  builder: Builder,
  projections: LearningContext['projections'],
  feedbacks: LearningContext['feedbacks'],
  rings: LearningContext['rings'],
): LearningContext {
  const context: LearningContext = {
    projections,
    feedbacks,
    rings,
    signals: new Map(),
    borderRules: [],
    traces: [],
    populationSignal(population) {
      const taught = [...projections.values()].find(
        ({ projection }) => projection.post === population && (projection.plasticity?.terms.length ?? 0) > 0,
      )!;
      const [group] = groupTerms(builder, taught.projection.plasticity!);
      return lowerSignal(builder, population, group!, context);
    },
  };
  return context;
}

/** What learning left behind: the running averages by projection, and gradients and sums that outlast an episode. */
export interface LoweredLearning {
  readonly averages: ReadonlyMap<string, Region>;
  readonly gradients: readonly Region[];
}

const isRankOne = ({ terms }: LearningRule): boolean => terms.some(({ trace }) => trace.kind === 'rankOne');

/** Lowers every plastic projection, then the feedbacks that follow one, then the optimizers. */
export function lowerLearning(builder: Builder, context: LearningContext): LoweredLearning {
  const { network } = builder;
  const rules: LoweredRule[] = [];
  for (const lowered of context.projections.values()) {
    const rule = lowered.projection.plasticity;
    if (rule === undefined) continue;
    const { optimizer } = rule;
    if (optimizer.kind === 'rls') {
      lowerLeastSquares(builder, lowered, rule, optimizer, context);
      continue;
    }
    const lowering: LoweredRule = {
      lowered,
      rule: { ...rule, optimizer },
      get gradient() {
        return builder.find(`${lowered.name}.gradient`) ?? reserveLike(builder, lowered, 'gradient');
      },
      get fresh() {
        return builder.find(`${lowered.name}.fresh`) ?? reserveLike(builder, lowered, 'fresh');
      },
    };
    rules.push(lowering);
    if (rule.perturbation !== undefined) continue;
    if (rule.timing !== undefined) {
      lowerTiming(builder, lowering, rule.timing, context);
      continue;
    }
    if (isBorder(builder, lowered.projection.post)) context.borderRules.push(lowering);
    else if (!isRankOne(rule) && !runsBackward(rule)) lowerRule(builder, lowering, context);
  }
  const ofRankOne = rules.filter(({ rule }) => isRankOne(rule));
  for (const [group, population] of [...new Set(ofRankOne.map(({ lowered }) => lowered.projection.post))].entries()) {
    const together = ofRankOne.filter(({ lowered }) => lowered.projection.post === population);
    lowerRankOne(builder, population, group, together, context);
  }
  const adjoints = lowerAdjoint(
    builder,
    rules.filter(({ rule }) => runsBackward(rule)),
    context,
  );
  learnBorders(builder, adjoints, context);
  lowerRewards(builder, rules, context);
  const begun = lowerPerturbations(
    builder,
    rules.filter(({ rule }) => rule.perturbation !== undefined),
    context,
  );
  for (const rule of rules) {
    const { lowered } = rule;
    if (!lowered.masked) continue;
    const gradient = rule.awaited?.fresh ?? rule.gradient;
    builder.emit('update', 'mask_diagonal', { n: lowered.pre, eStride: gradient.stride, gradient });
  }
  const followers: { name: string; weights: Region; mirror: Region; rule: LoweredRule['rule'] }[] = [];
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
    const { lowered, rule, descent, awaited } = lowering;
    const { weights } = lowered;
    const consume =
      awaited !== undefined
        ? (step: Region, adam?: AdamMoments) => builder.emit('update', 'credit_adam', { ...awaited, step, weights, ...adam! })
        : descent !== undefined
          ? (step: Region) => emitSynapses(builder, 'update', 'descend', lowered, { ...descent, step, weights })
          : lowering.gradient;
    const average = lowerOptimizer(builder, lowered.name, rule.optimizer, weights, consume, lowered.masked, {
      reserve: (role) => reserveLike(builder, lowered, role),
      scale: (total) => {
        const { name, post } = lowered;
        emitSynapses(builder, 'update', 'scale', lowered, { post, weights, sum: builder.reserve(`${name}.arriving`, 1, post), total });
      },
    });
    if (average !== undefined) averages.set(lowered.name, average);
  }
  for (const { name, weights, mirror, rule } of followers) {
    lowerOptimizer(builder, name, rule.optimizer, weights, mirror, false, {
      reserve: (role) => builder.reserve(`${name}.${role}`, mirror.rows, mirror.columns),
    });
  }
  const gradients = rules.filter(({ descent, awaited }) => descent === undefined && awaited === undefined).map(({ gradient }) => gradient);
  // Between two labels a gradient holds the halves that wait for their target; at the end of an episode it has not come.
  const unfinished = network.learning?.target === 'label' && network.learning.update === 'label' ? gradients : [];
  for (const target of [...context.traces, ...unfinished]) builder.emit('reset', 'clear', { target });
  return { averages, gradients: [...gradients, ...begun] };
}
