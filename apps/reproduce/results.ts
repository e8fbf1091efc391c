import type { Arm, ArmSheet, Bound, Figure, Outcome, Task } from './task.ts';

/** A figure over the seeds. */
export interface FigureResult extends Figure {
  /** by seed; null where it is not finite: learning blew up */
  readonly values: readonly (number | null)[];
  readonly median: number | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** whether `asked` holds; null where nothing is asked, or not all of the task's seeds were run */
  readonly holds: boolean | null;
}

export interface ArmResult {
  readonly arm: string;
  readonly kind: ArmSheet['kind'];
  readonly figures: readonly FigureResult[];
  /** points of the curve, and for each the median and the ends over the seeds */
  readonly curve: {
    readonly x: readonly number[];
    readonly median: readonly (number | null)[];
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
  };
}

const finite = (values: readonly (number | null)[]): number[] =>
  values.filter((value): value is number => value !== null && Number.isFinite(value));
const orNull = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

/** Median of an unsorted list; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function holds(bound: Bound, values: readonly (number | null)[]): boolean {
  // A run that blew up has reached nothing.
  const found = finite(values);
  if (found.length < values.length) return false;
  const value = bound.of === 'mean' ? mean(found) : median(found);
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** What the runs of one arm come to. `enough`: at least as many seeds as the task asks for. */
export function armResult(arm: ArmSheet, outcomes: readonly Outcome[], enough: boolean): ArmResult {
  const figures = arm.figures.map((figure): FigureResult => {
    const values = outcomes.map(({ figures: found }) => orNull(found[figure.name]));
    const all = finite(values);
    return {
      ...figure,
      values,
      median: orNull(median(all)),
      mean: orNull(mean(all)),
      min: orNull(Math.min(...all)),
      max: orNull(Math.max(...all)),
      holds: figure.asked === undefined || !enough ? null : holds(figure.asked, values),
    };
  });
  const x = outcomes[0]?.curve.x ?? [];
  const over = (reduce: (values: readonly number[]) => number) =>
    x.map((_, point) => orNull(reduce(finite(outcomes.map(({ curve }) => orNull(curve.y[point]))))));
  return {
    arm: arm.name,
    kind: arm.kind,
    figures,
    curve: { x, median: over(median), min: over((all) => Math.min(...all)), max: over((all) => Math.max(...all)) },
  };
}

/** The arms that `--rule` names: those that begin with it, and all controls. Without it, all. */
export function armsOf({ arms }: Task, rule: string | undefined): readonly Arm[] {
  if (rule === undefined) return arms;
  const named = arms.filter(({ kind, name }) => kind === 'rule' && name.startsWith(rule));
  return named.length === 0 ? [] : arms.filter((arm) => arm.kind === 'control' || named.includes(arm));
}
