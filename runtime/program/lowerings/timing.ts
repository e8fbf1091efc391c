import { decay as exactDecay } from '../../exact.ts';
import type { SpikeTiming } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import type { Ring } from './populations.ts';
import { reserveLike } from './projections.ts';

type Pairs = Pick<Operands<'spike_pairs_all'>, 'before' | 'factor'>;

/** Spikes before and after each other: traces on both sides, and what they say summed into the gradient, or kept until a reward comes. */
export function lowerTiming(builder: Builder, rule: LoweredRule, timing: SpikeTiming, { rings, traces }: LearningContext): void {
  const { lowered } = rule;
  const { name, projection } = lowered;
  const { dt } = builder.network;
  const { potentiation, depression, pairing, at = 'synapse', reward } = timing;
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
  const trace = reward === undefined ? rule.gradient : reserveLike(builder, lowered, 'eligibility');
  if (reward !== undefined) traces.push(trace);
  emitSynapses(builder, 'learn', 'stdp', lowered, {
    preFactor: pre.factor,
    preTrace: pre.before,
    postFactor: post.factor,
    postTrace: post.before,
    trace,
    decay: reward === undefined ? 1 : exactDecay(dt, reward.tauEligibility),
  });
}
