import { out as pc } from '../colors.ts';
import type { oracle } from './oracle.ts';

type Row = oracle.VerifyRow;

/** How many rows hold and how many fall; a chain with a fallen link, or with none at all, is no evidence. */
export interface Summary {
  readonly hold: number;
  readonly fall: number;
  readonly ok: boolean;
  /** `N rows hold, M fall` */
  readonly line: string;
}

export function summarize(rows: readonly Row[]): Summary {
  const hold = rows.filter((row) => row.pass).length;
  const fall = rows.length - hold;
  return { hold, fall, ok: fall === 0 && hold > 0, line: `${hold} rows hold, ${fall} fall` };
}

/** The rows on one line; an error that is not finite becomes null, as JSON has no word for it. */
export const toJson = (rows: readonly Row[]): string => `${JSON.stringify(rows)}\n`;

const number = (x: number): string => (x === 0 ? '0' : x.toExponential(1));

/** ✓ error ≤ tolerance, neuron, feedback, claim; a control is found where its error is the larger one. */
function renderRow({ pass, control, relativeError, tolerance, neuron, feedback, claim }: Row): string {
  const relation = relativeError <= tolerance ? '≤' : relativeError > tolerance ? '>' : '?';
  const mark = pass ? pc.green('✓') : pc.red('✗');
  const figures = `${number(relativeError).padStart(8)} ${relation} ${number(tolerance).padEnd(8)}`;
  const text = `${neuron.padEnd(9)} ${feedback.padEnd(12)} ${claim}`;
  return `  ${mark} ${pc.dim(figures)} ${control ? `${pc.dim(text)} ${pc.yellow('(control)')}` : text}`;
}

/** Every row under its rule and its judge, the fallen ones once more at the end, then the count. */
export function render(rows: readonly Row[]): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const heading = `${pc.bold(row.rule)} ${pc.dim(`judged by ${row.oracle}`)}`;
    groups.set(heading, [...(groups.get(heading) ?? []), row]);
  }
  const blocks = Array.from(groups, ([heading, members]) => [heading, ...members.map(renderRow)].join('\n'));
  const fallen = rows.filter((row) => !row.pass);
  if (fallen.length > 0)
    blocks.push([pc.red('fallen'), ...fallen.map((row) => `${renderRow(row)} ${pc.dim(`(${row.rule}, ${row.oracle})`)}`)].join('\n'));
  const { line, ok } = summarize(rows);
  return `${[...blocks, ok ? pc.green(line) : pc.red(line)].join('\n\n')}\n`;
}
