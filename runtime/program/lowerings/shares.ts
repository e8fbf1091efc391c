import type { RateSignal } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { emitSynapses, type LearningContext, type LoweredRule } from './context.ts';
import type { Group } from './groups.ts';
import { seen, seenValues } from './late.ts';
import { reserveLike } from './projections.ts';
import { emitFeedback, lowerError } from './signals.ts';

/** Shares of the gradient beside that of the learning signal: a label's, that of the firing rate, and that of bounds of the potential. */

/** Declares S = Σ m F[e] since the last label, which `accumulate` keeps, and adds B (−y*) S to the gradient when the label comes. */
export function emitLabelShare(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  group: Group,
  suffix: string,
  accumulate: (sum: Region, importance: Region) => void,
): void {
  const errors = group.teachers.filter((teacher) => teacher.of === 'error');
  if (builder.network.learning?.target !== 'label' || errors.length === 0) return;
  const { lowered } = rule;
  const { name, post: n, projection } = lowered;
  const labels = errors.map((spec) => ({ spec, ...lowerError(builder, spec.from) }));
  const { importance } = labels[0]!;
  const sum = reserveLike(builder, lowered, `traceSum${suffix}`);
  context.traces.push(sum);
  accumulate(sum, importance);
  const share = builder.reserve(`${name}.labelSignal${suffix}`, 1, n);
  builder.emit('label', 'clear', { target: share });
  for (const { spec, label } of labels) emitFeedback(builder, 'label', spec, projection.post, label!, share, context);
  emitSynapses(builder, 'label', 'gradient', lowered, { factor: share, trace: sum, gradient: rule.gradient });
  builder.emit('label', 'clear', { target: sum });
}

/** Declares Σ e since the last update, which `accumulate` keeps, counts spikes, and adds c (f_j − f*)/T Σ e to the gradient at the update. */
export function emitEpisodeShare(
  builder: Builder,
  { lowered, gradient }: LoweredRule,
  context: LearningContext,
  signal: RateSignal,
  index: number,
  accumulate: (sum: Region) => void,
): void {
  const { name, post: n, projection } = lowered;
  const suffix = index === 0 ? '' : String(index);
  const rate = builder.reserve(`${name}.spikeSum${suffix}`, 1, n);
  const factor = builder.reserve(`${name}.rateFactor${suffix}`, 1, n);
  const sum = reserveLike(builder, lowered, `eligibilitySum${suffix}`);
  context.traces.push(sum, rate);
  builder.emit('learn', 'count_spikes', { n, ...seenValues(builder, projection.post, context.rings.get(projection.post)!), rate });
  accumulate(sum);
  builder.emit('update', 'rate_factor', { n, rate, factor, strength: signal.strength, target: signal.target });
  emitSynapses(builder, 'update', 'gradient', lowered, { factor, trace: sum, gradient });
  for (const target of [rate, sum]) builder.emit('update', 'clear', { target });
}

/** c [u_j > high] − d [u_j < low], for each term that bounds the potential. */
export function boundsOf(builder: Builder, { lowered, rule }: LoweredRule, { signals }: LearningContext): Region[] {
  const { projection, post: n } = lowered;
  const region = (role: string): Region | undefined => builder.find(`${projection.post}.${role}`);
  return rule.terms.flatMap(({ signal }) => {
    if (signal.of !== 'potential') return [];
    const key = JSON.stringify([projection.post, signal]);
    const known = signals.get(key);
    if (known !== undefined) return [known];
    const p = builder.reserve(`${projection.post}.bounds${signals.size === 0 ? '' : signals.size}`, 1, n);
    signals.set(key, p);
    const [v, level] = [seen(builder, region('membrane')!), seen(builder, region('biased') ?? region('threshold')!)];
    const { above, below } = signal;
    builder.emit('learn', 'potential_bounds', {
      n,
      v,
      level,
      p,
      high: above.level,
      above: above.strength,
      low: below.level,
      below: below.strength,
    });
    return [p];
  });
}

/** Adds each of them times the presynaptic trace; streaming form. */
export function emitBounds(builder: Builder, rule: LoweredRule, context: LearningContext, trace: Region): void {
  for (const factor of boundsOf(builder, rule, context))
    emitSynapses(builder, 'learn', 'rank_one', rule.lowered, { factor, trace, gradient: rule.gradient });
}
