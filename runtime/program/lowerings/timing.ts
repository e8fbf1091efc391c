import { decay as exactDecay } from '../../exact.ts';
import type { Calcium, SpikePairs, SpikeTiming } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';
import { declareTrace, emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import { type LoweredProjection, reserveLike } from './projections.ts';
import type { Ring } from './rings.ts';

type Pairs = Pick<Operands<'spike_pairs_all'>, 'before' | 'factor'>;

/** Where what spikes say is summed, and what of it is left a tick later. */
type Kept = Pick<Operands<'stdp_dense'>, 'trace' | 'decay'>;

/** The timing of spikes: what it says is summed into the gradient, or kept until a reward comes. */
export function lowerTiming(builder: Builder, rule: LoweredRule, timing: SpikeTiming, context: LearningContext): void {
  const { reward } = timing;
  const trace = reward === undefined ? rule.gradient : reserveLike(builder, rule.lowered, 'eligibility');
  if (reward !== undefined) context.traces.push(trace);
  const kept: Kept = { trace, decay: reward === undefined ? 1 : exactDecay(builder.network.dt, reward.tauEligibility) };
  if (timing.pairing === 'calcium') lowerCalcium(builder, rule, timing, context, kept);
  else lowerPairs(builder, rule.lowered, timing, context, kept);
}

/** Spikes bring calcium to both sides; a synapse has the sum of its two. */
function lowerCalcium(builder: Builder, rule: LoweredRule, timing: Calcium, context: LearningContext, kept: Kept): void {
  const { lowered } = rule;
  const { projection, post, weights } = lowered;
  const { dt } = builder.network;
  const { potentiation, depression, most = 1, tauWeight } = timing;
  const decay = exactDecay(dt, timing.tau);
  const preTrace = declareTrace(builder, rule, context, decay, timing.pre);
  const postTrace = builder.reserve(`${lowered.name}.calcium`, 1, post);
  context.traces.push(postTrace);
  builder.emit('learn', 'trace', {
    ...{ n: post, ...context.rings.get(projection.post)!, delay: 0 },
    ...{ trace: postTrace, decay, scale: timing.post },
  });
  const [up, down] = [potentiation, depression].map(({ rate }) => (rate * dt) / tauWeight) as [number, number];
  const sides = { high: potentiation.threshold, up, low: depression.threshold, down, most };
  emitSynapses(builder, 'learn', 'calcium', lowered, { post, preTrace, postTrace, weights, ...kept, ...sides });
}

/** Spikes before and after each other: traces on both sides, read before the spikes of their tick. */
function lowerPairs(
  builder: Builder,
  lowered: LoweredProjection,
  timing: SpikePairs,
  { rings, traces }: LearningContext,
  kept: Kept,
): void {
  const { name, projection } = lowered;
  const { dt } = builder.network;
  const { potentiation, depression, pairing, at = 'synapse' } = timing;
  const decayOf = (tau: number | undefined): number => (tau === undefined ? 0 : exactDecay(dt, tau));
  /** b of the own spikes for the other side's rule, and the factor of the own rule: its pairs, and the triplets that the own slow trace adds. */
  const spikes = (
    side: string,
    n: number,
    ring: Ring & { readonly delay: number },
    own: typeof depression,
    other: typeof depression,
  ): Pairs => {
    const region = (role: string): Region => builder.reserve(`${name}.${side}.${role}`, 1, n);
    const [fast, slow, before, factor] = [region('fast'), region('slow'), region('before'), region('factor')];
    traces.push(fast, slow);
    const operands = {
      ...{ n, ...ring, fast, slow, before, factor },
      ...{ decay: decayOf(other.tau), slowDecay: decayOf(own.triplet?.tau), pair: own.pair, triplet: own.triplet?.amount ?? 0 },
    };
    if (pairing === 'all') builder.emit('learn', 'spike_pairs_all', operands);
    else builder.emit('learn', 'spike_pairs_nearest', operands);
    return { before, factor };
  };

  const pre = spikes(
    'pre',
    lowered.pre,
    { ...rings.get(projection.pre)!, delay: at === 'soma' ? 0 : projection.delay },
    depression,
    potentiation,
  );
  const post = spikes('post', lowered.post, { ...rings.get(projection.post)!, delay: 0 }, potentiation, depression);
  emitSynapses(builder, 'learn', 'stdp', lowered, {
    ...{ preFactor: pre.factor, preTrace: pre.before, postFactor: post.factor, postTrace: post.before },
    ...kept,
  });
}
