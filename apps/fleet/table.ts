import Table from 'cli-table3';
import { out as pc } from '../colors.ts';
import type { Result } from './job.ts';
import type { Plan } from './plan.ts';
import { type Row, rowsOf } from './sweep.ts';

const shown = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(4))));

/** The best first; those without a number last, in the order of the file. */
export function ranked(rows: readonly Row[], goal: Plan['goal']): Row[] {
  const worth = ({ median }: Row): number => (median === null ? Number.NEGATIVE_INFINITY : goal === 'max' ? median : -median);
  return rows.toSorted((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)));
}

/** A sweep for a person: its configurations, the best first, and what failed. */
export function renderSweep(plan: Plan, results: ReadonlyMap<string, Result>): string {
  const table = new Table({
    head: [plan.app, plan.measure, 'least', 'most', 'runs'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  for (const { label, values, failed, median, least, most } of ranked(rowsOf(plan, results), plan.goal)) {
    const runs = values.filter((value) => value !== null).length;
    table.push([
      label,
      pc.bold(shown(median)),
      shown(least),
      shown(most),
      `${runs} of ${values.length}${failed === 0 ? '' : `, ${failed} failed`}`,
    ]);
  }
  const failures = [...results.values()].filter((result) => !result.ok);
  return [table.toString(), ...failureLines(failures)].join('\n');
}

/** Each reason once, with how many have it. */
function failureLines(failures: readonly (Result & { readonly ok: false })[]): string[] {
  const counts = new Map<string, number>();
  for (const { error } of failures)
    counts.set(`${error.message}; ${error.remedy}`, (counts.get(`${error.message}; ${error.remedy}`) ?? 0) + 1);
  return [...counts].map(([reason, count]) => pc.yellow(`${count} failed: ${reason}`));
}
