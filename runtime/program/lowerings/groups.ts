import type { LearningRule, RateSignal, TeachingSignal, Term } from '../../learning/rule.ts';
import type { Integrator } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import { leakOf } from './populations.ts';

/** Terms of a rule that share one filtered trace, and so one learning signal. */
export interface Group {
  readonly filter: { readonly kappa: number; readonly gain: number } | undefined;
  readonly teachers: TeachingSignal[];
  readonly rates: RateSignal[];
}

/** F as numbers: ē ← κ ē + g e; 'none' is undefined. A rate is filtered as the error that teaches beside it. */
function filterOf(builder: Builder, term: Term, { terms }: LearningRule): Group['filter'] {
  if ((term.filter ?? 'none') === 'none') return undefined;
  const from = [term, ...terms].flatMap(({ filter, signal }) => (signal.of !== 'rate' && filter === 'readout' ? [signal.from] : []))[0];
  return from === undefined ? undefined : leakOf(builder.network.populations[from]!.neuron as Integrator, builder.network.dt);
}

/** With targets at labels every readout has its own importance, and so a group of its own. */
export function groupTerms(builder: Builder, rule: LearningRule): Group[] {
  const byLabel = builder.network.learning?.target === 'label';
  const groups: Group[] = [];
  const groupOf = (term: Term, from: string | undefined): Group => {
    const filter = filterOf(builder, term, rule);
    const same = groups.find(
      (group) =>
        group.filter?.kappa === filter?.kappa &&
        group.filter?.gain === filter?.gain &&
        (!byLabel || from === undefined || group.teachers[0]?.from === from),
    );
    if (same !== undefined) return same;
    groups.push({ filter, teachers: [], rates: [] });
    return groups.at(-1)!;
  };
  for (const term of rule.terms) if (term.signal.of !== 'rate') groupOf(term, term.signal.from).teachers.push(term.signal);
  for (const term of rule.terms) {
    if (term.signal.of === 'rate' && term.signal.average !== 'episode') groupOf(term, undefined).rates.push(term.signal);
  }
  return groups;
}
