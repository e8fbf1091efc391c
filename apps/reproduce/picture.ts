import type { ArmResult } from './results.ts';
import type { Task } from './task.ts';

/** Distinct for most eyes with a color deficiency (Okabe & Ito); a ninth arm begins them anew, dashed. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8a8a00'];
const WIDTH = 860;
const PLOT = { left: 70, top: 44, width: 760, height: 330 };
/** The names of the arms, in two columns below the plot. */
const LEGEND = { top: PLOT.top + PLOT.height + 66, row: 20, column: 400 };

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Even places of an axis, round numbers: 1, 2 or 5 times a power of ten apart, or the powers of ten themselves. */
function places(low: number, high: number, scale: 'linear' | 'log'): number[] {
  const found: number[] = [];
  if (scale === 'log') {
    for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power++) found.push(10 ** power);
    return found;
  }
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

/** The results as a picture (SVG): for each arm the median of the seeds over the course of learning, and a band from the least to the most of them. */
export function picture({ name, summary, curve }: Task, results: readonly ArmResult[], seeds: number): string {
  const drawn = results.filter((result) => result.curve.x.length > 1);
  const xs = drawn.flatMap((result) => result.curve.x);
  const ys = drawn
    .flatMap((result) => [...result.curve.min, ...result.curve.max])
    .filter((y): y is number => y !== null && (curve.scale === 'linear' || y > 0));
  const [x0, x1] = [Math.min(0, ...xs), Math.max(1, ...xs)];
  const [lowest, highest] = ys.length === 0 ? [0.1, 1] : [Math.min(...ys), Math.max(...ys)];
  const margin = curve.scale === 'log' ? 0 : 0.04 * (highest - lowest || 1);
  const [y0, y1] = [lowest - margin, highest === lowest ? highest + 1 : highest + margin];
  const height = (y: number): number =>
    curve.scale === 'log' ? (Math.log10(Math.max(y, y0)) - Math.log10(y0)) / (Math.log10(y1) - Math.log10(y0)) : (y - y0) / (y1 - y0);
  const at = (x: number, y: number): string =>
    `${(PLOT.left + ((x - x0) / (x1 - x0)) * PLOT.width).toFixed(1)},${(PLOT.top + (1 - height(y)) * PLOT.height).toFixed(1)}`;

  const parts: string[] = [];
  for (const y of places(y0, y1, curve.scale)) {
    const [, row] = at(x0, y).split(',');
    parts.push(`<line x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${row}" y2="${row}" stroke="#ddd"/>`);
    parts.push(`<text x="${PLOT.left - 8}" y="${row}" dy=".35em" text-anchor="end">${short(y)}</text>`);
  }
  for (const x of places(x0, x1, 'linear')) {
    const [column] = at(x, y0).split(',');
    parts.push(`<text x="${column}" y="${PLOT.top + PLOT.height + 18}" text-anchor="middle">${short(x)}</text>`);
  }
  drawn.forEach(({ arm, curve: { x, median, min, max } }, index) => {
    const color = COLORS[index % COLORS.length]!;
    const known = x.map((_, k) => k).filter((k) => median[k] !== null);
    const line = known.map((k) => at(x[k]!, median[k]!)).join(' ');
    const band = [...known.map((k) => at(x[k]!, max[k]!)), ...known.reverse().map((k) => at(x[k]!, min[k]!))].join(' ');
    const dash = index >= COLORS.length ? ' stroke-dasharray="6 3"' : '';
    parts.push(`<polygon points="${band}" fill="${color}" opacity=".15"/>`);
    parts.push(`<polyline points="${line}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`);
    const row = LEGEND.top + Math.floor(index / 2) * LEGEND.row;
    const column = PLOT.left + (index % 2) * LEGEND.column;
    parts.push(`<line x1="${column}" x2="${column + 22}" y1="${row}" y2="${row}" stroke="${color}" stroke-width="2"${dash}/>`);
    parts.push(`<text x="${column + 28}" y="${row}" dy=".35em">${escaped(arm)}</text>`);
  });
  const middle = PLOT.top + PLOT.height / 2;
  const bottom = LEGEND.top + Math.ceil(drawn.length / 2) * LEGEND.row + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom}" width="${WIDTH}" height="${bottom}" font-family="system-ui, sans-serif" font-size="12" fill="#222" role="img" aria-label="${escaped(summary)}">
<rect width="100%" height="100%" fill="white"/>
<text x="${PLOT.left}" y="24" font-size="15" font-weight="600">${escaped(name)}: ${escaped(summary)}</text>
${parts.join('\n')}
<rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}" fill="none" stroke="#888"/>
<text x="${PLOT.left + PLOT.width / 2}" y="${PLOT.top + PLOT.height + 40}" text-anchor="middle">${escaped(curve.x)}</text>
<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(curve.y)}</text>
<text x="${PLOT.left}" y="${bottom - 10}" fill="#666">lines: median of ${seeds} seed${seeds === 1 ? '' : 's'}; bands: least to most</text>
</svg>
`;
}
