import { decay as exactDecay } from '../../exact.ts';
import type { Kernel, LearningRule, RateSignal, TeachingSignal, Term } from '../../learning/rule.ts';
import type { Integrator } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { leakOf, scaleOf, unitPeak } from './leaks.ts';

/** f ← κ f + g x */
export interface LowPass {
  readonly kappa: number;
  readonly gain: number;
}

/** A kernel as numbers: one low pass, or two in sequence. */
export function passesOf(kernel: Kernel, dt: number): { readonly filter: LowPass; readonly second?: LowPass } {
  if (kernel.kind === 'lowPass') {
    const kappa = exactDecay(dt, kernel.tau);
    return { filter: { kappa, gain: scaleOf(kernel.scale, kappa) } };
  }
  const { rise, decay } = kernel;
  return { filter: { kappa: exactDecay(dt, rise), gain: 1 }, second: { kappa: exactDecay(dt, decay), gain: unitPeak(dt, decay, rise) } };
}

/** What `first` becomes in the second low pass of a group, if it has one. It reads `first` of the tick before: ask before `first` is written. */
export function passOn(
  builder: Builder,
  traces: Region[],
  { second }: Pick<Group, 'second'>,
  first: Region,
  reserve: () => Region,
): Region {
  if (second === undefined) return first;
  const filtered = reserve();
  traces.push(filtered);
  builder.emit('learn', 'filter', { eligibility: first, filtered, ...second });
  return filtered;
}

/** Terms of a rule that share one filtered trace and one modulator, and so one learning signal. */
export interface Group {
  /** whether what they sum up waits for a reward */
  readonly modulated: boolean;
  readonly filter: LowPass | undefined;
  /** the low pass behind `filter`, which reads it as it was a tick before */
  readonly second?: LowPass | undefined;
  readonly teachers: TeachingSignal[];
  readonly rates: RateSignal[];
}

/** F as numbers: ē ← κ ē + g e; 'none' is undefined. A rate is filtered as the error that teaches beside it. */
function filterOf(builder: Builder, term: Term, { terms }: LearningRule): Pick<Group, 'filter' | 'second'> {
  const { filter: asked = 'none' } = term;
  if (asked === 'none') return { filter: undefined };
  if (typeof asked === 'object') return passesOf(asked, builder.network.dt);
  const from = [term, ...terms].flatMap(({ filter, signal }) => ('from' in signal && filter === 'readout' ? [signal.from] : []))[0];
  return { filter: from === undefined ? undefined : leakOf(builder.network.populations[from]!.neuron as Integrator, builder.network.dt) };
}

/** Whether two groups want the same filtered trace. */
export const sameFilter = (one: Omit<Group, 'modulated'>, other: Omit<Group, 'modulated'>): boolean =>
  one.filter?.kappa === other.filter?.kappa && one.filter?.gain === other.filter?.gain && one.second?.kappa === other.second?.kappa;

/** With targets at labels every readout has its own importance, and so a group of its own. */
export function groupTerms(builder: Builder, rule: LearningRule): Group[] {
  const byLabel = builder.network.learning?.target === 'label';
  const groups: Group[] = [];
  const groupOf = (term: Term, from: string | undefined): Group => {
    const { filter, second } = filterOf(builder, term, rule);
    const modulated = term.modulator !== undefined;
    const same = groups.find(
      (group) =>
        group.modulated === modulated &&
        sameFilter(group, { filter, second, teachers: [], rates: [] }) &&
        (!byLabel || from === undefined || group.teachers[0]?.from === from),
    );
    if (same !== undefined) return same;
    groups.push({ modulated, filter, second, teachers: [], rates: [] });
    return groups.at(-1)!;
  };
  for (const term of rule.terms)
    if ('from' in term.signal && term.signal.of !== 'window') groupOf(term, term.signal.from).teachers.push(term.signal);
  for (const term of rule.terms) {
    if (term.signal.of === 'rate' && term.signal.average !== 'episode') groupOf(term, undefined).rates.push(term.signal);
  }
  return groups;
}
