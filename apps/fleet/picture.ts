import type { Result } from './job.ts';
import type { Plan } from './plan.ts';
import { rowsOf } from './sweep.ts';
import { ranked } from './table.ts';

const WIDTH = 860;
const ROW = 22;
const PLOT = { left: 300, top: 44, width: 520 };
/** Characters of a label that fit beside the plot. */
const LABEL = 44;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** A sweep as a picture (SVG): a row for each configuration, the best first; a point for each seed, and a line at their median. */
export function picture(plan: Plan, results: ReadonlyMap<string, Result>): string {
  const rows = ranked(rowsOf(plan, results), plan.goal);
  const all = rows.flatMap(({ values }) => values.filter((value) => value !== null));
  const [least, most] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const margin = most === least ? 0.5 : 0.04 * (most - least);
  const [low, high] = [least - margin, most + margin];
  const x = (value: number): string => (PLOT.left + ((value - low) / (high - low)) * PLOT.width).toFixed(1);
  const bottom = PLOT.top + rows.length * ROW;
  const parts: string[] = [];
  for (const value of places(low, high)) {
    parts.push(`<line x1="${x(value)}" x2="${x(value)}" y1="${PLOT.top}" y2="${bottom}" stroke="#ddd"/>`);
    parts.push(`<text x="${x(value)}" y="${bottom + 18}" text-anchor="middle">${short(value)}</text>`);
  }
  rows.forEach(({ label, values, median }, index) => {
    const y = PLOT.top + (index + 0.5) * ROW;
    const fitting = label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label;
    parts.push(
      `<text x="${PLOT.left - 10}" y="${y}" dy=".35em" text-anchor="end"><title>${escaped(label)}</title>${escaped(fitting)}</text>`,
    );
    for (const value of values) if (value !== null) parts.push(`<circle cx="${x(value)}" cy="${y}" r="4" fill="#0072b2" opacity=".55"/>`);
    if (median !== null)
      parts.push(`<line x1="${x(median)}" x2="${x(median)}" y1="${y - 8}" y2="${y + 8}" stroke="#d55e00" stroke-width="2.5"/>`);
  });
  const height = bottom + 72;
  const runs = `${plan.seeds.length} seed${plan.seeds.length === 1 ? '' : 's'}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222" role="img" aria-label="${escaped(`${plan.measure} of ${plan.app}`)}">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="24" font-size="15" font-weight="600">${escaped(plan.app)}: ${rows.length} configurations, ${runs} each</text>
${parts.join('\n')}
<rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${bottom - PLOT.top}" fill="none" stroke="#888"/>
<text x="${PLOT.left + PLOT.width / 2}" y="${bottom + 40}" text-anchor="middle">${escaped(plan.measure)}</text>
<text x="20" y="${height - 10}" fill="#666">points: runs; lines: medians; the best first</text>
</svg>
`;
}

/** Round numbers within an axis: 1, 2 or 5 times a power of ten apart. */
function places(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}
