import { readFileSync } from 'node:fs';
import { loadOptional, reasonOf } from '../optional.ts';
import { checkTimes, evenTimes, refuseSamples, type Series } from './series.ts';

interface CsvColumns {
  /** columns of a sample, by their names in the first line; default all but the one of time */
  readonly columns?: readonly string[];
  /** default `,` */
  readonly delimiter?: string;
}

/** When each line was: a column that says so, or a constant rate. */
export type CsvOptions = CsvColumns &
  (
    | { readonly time: string /** of the column of time; default ms */; readonly unit?: 'ms' | 's'; readonly rateHz?: never }
    | { readonly rateHz: number; readonly time?: never; readonly unit?: never }
  );

/**
 * A table of numbers, its first line the names of its columns. An empty cell is a number that is missing; anything else that is no number is refused with its
 * line and column. Needs the package `csv-parse`.
 */
export async function readCsv(path: string, options: CsvOptions): Promise<Series> {
  const { parse } = await loadOptional('csv-parse', () => import('csv-parse/sync'));
  let lines: string[][];
  try {
    lines = parse(readFileSync(path), { bom: true, skip_empty_lines: true, trim: true, delimiter: options.delimiter ?? ',' });
  } catch (cause) {
    return refuseSamples(path, reasonOf(cause), cause);
  }
  const [head = [], ...rows] = lines;
  const indexOf = (name: string): number => {
    const at = head.indexOf(name);
    return at === -1 ? refuseSamples(path, `it has no column '${name}'; there are ${head.join(', ')}`) : at;
  };
  const timeAt = options.time === undefined ? -1 : indexOf(options.time);
  const names = options.columns ?? head.filter((_, at) => at !== timeAt);
  const columns = names.map(indexOf);
  if (rows.length === 0 || columns.length === 0) return refuseSamples(path, 'it has no samples');
  const number = (row: number, at: number): number => {
    const cell = rows[row]![at]!;
    const value = cell === '' ? Number.NaN : Number(cell);
    // A missing number is an empty cell; what cannot be read is a mistake, and not to be taken for it.
    if (cell !== '' && !Number.isFinite(value))
      refuseSamples(path, `line ${row + 2}, column '${head[at]}': '${cell.slice(0, 40)}' is no number`);
    return value;
  };
  const scale = options.unit === 's' ? 1000 : 1;
  const times =
    timeAt === -1
      ? evenTimes(rows.length, rateOf(path, options.rateHz!))
      : Float64Array.from(rows, (_, row) => scale * number(row, timeAt));
  checkTimes(path, times);
  return { names, times, values: Float64Array.from(rows.flatMap((_, row) => columns.map((at) => number(row, at)))) };
}

function rateOf(path: string, rateHz: number): number {
  return rateHz > 0 && Number.isFinite(rateHz) ? rateHz : refuseSamples(path, `a rate of ${rateHz} Hz is none`);
}
