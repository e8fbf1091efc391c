import type { Modulator } from '../../learning/rule.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import type { Awaited, LearningContext, LoweredRule } from './context.ts';
import { reserveLike } from './projections.ts';

/**
 * What a reward does to the synapses that wait for it, in the phase of labels: G ← M·T ⊕ G, then T ← decay·T ⊕ what was summed since the last one. Where each label
 * moves the weights and nothing else is in G, the optimizer does it in its own walk.
 */
export function lowerRewards(builder: Builder, rules: readonly LoweredRule[], context: LearningContext): void {
  const modulators = new Map<string, Region>();
  const modulatorOf = (modulator: Modulator): Region => {
    const key = JSON.stringify(modulator);
    const known = modulators.get(key) ?? lowerModulator(builder, modulator, modulators.size, context);
    modulators.set(key, known);
    return known;
  };
  const credits = rules.flatMap((rule) => {
    const term = rule.rule.terms.find(({ modulator }) => modulator !== undefined);
    return term === undefined ? [] : [{ rule, term }];
  });
  // Modulators before what they judge, as each reads its tape once.
  for (const { term } of credits) modulatorOf(term.modulator!);
  for (const rule of rules) {
    const { timing } = rule.rule;
    if (timing?.reward === undefined) continue;
    const trace = builder.find(`${rule.lowered.name}.eligibility`)!;
    builder.emit('label', 'credit_trace', { modulator: modulatorOf(timing.reward.modulator), trace, gradient: rule.gradient });
  }
  for (const { rule, term } of credits) {
    const { fresh, lowered } = rule;
    const tag = reserveLike(builder, lowered, 'tag');
    context.traces.push(fresh, tag);
    const awaited: Awaited = { modulator: modulatorOf(term.modulator!), tag, fresh, decay: term.tag?.decay ?? 0 };
    if (movesAtOnce(builder, rule)) rule.awaited = awaited;
    else builder.emit('label', 'credit', { ...awaited, gradient: rule.gradient });
  }
}

const movesAtOnce = ({ network, find }: Builder, { lowered: { name }, rule: { optimizer } }: LoweredRule): boolean =>
  optimizer.kind === 'adam' &&
  network.learning?.update === 'label' &&
  find(`${name}.gradient`) === undefined &&
  !Object.values(network.feedbacks ?? {}).some(({ follows }) => follows === name);

/** Declares M; rewards and discounts stand in the tape `reward`. */
function lowerModulator(builder: Builder, modulator: Modulator, index: number, { traces }: LearningContext): Region {
  const tape = builder.find('reward') ?? builder.reserveTape('reward', 2);
  const M = builder.reserve(`modulator.${index}`, 1, 1);
  const given = { tape, tapeStride: tape.stride, modulator: M };
  if (modulator.of === 'reward') {
    builder.emit('label', 'reward_difference', { ...given, mean: builder.reserve(`modulator.${index}.mean`, 1, 1), rate: modulator.rate });
    return M;
  }
  const last = builder.reserve(`modulator.${index}.last`, 1, 1);
  traces.push(last);
  builder.emit('label', 'temporal_difference', { ...given, value: builder.find(`${modulator.from}.prediction`)!, last });
  return M;
}
