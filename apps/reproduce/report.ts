import * as asciichart from 'asciichart';
import Table from 'cli-table3';
import { out as pc } from '../colors.ts';
import { bare } from '../tables.ts';
import type { ArmResult, FigureResult } from './results.ts';
import type { Task } from './task.ts';

/** All that a run of `reproduce` found. */
export interface Reproduction {
  readonly task: Task;
  readonly seeds: readonly number[];
  readonly backend: string;
  readonly target: string;
  readonly workers: number;
  readonly wallSeconds: number;
  readonly interrupted: boolean;
  readonly results: readonly ArmResult[];
}

/** False: something that was asked for was missed. */
export const held = ({ results }: Reproduction): boolean =>
  results.every(({ figures }) => figures.every((figure) => figure.holds !== false));

/** The JSON object of the run. */
export const reproductionJson = ({ task, results, ...rest }: Reproduction): Readonly<Record<string, unknown>> => ({
  task: task.name,
  ...rest,
  arms: results.map(({ curve, ...result }) => ({ ...result, curve: { xAxis: task.curve.x, yAxis: task.curve.y, ...curve } })),
});

function asked({ asked: bound, holds, digits }: FigureResult): string {
  if (bound === undefined) return '';
  const said = 'atMost' in bound ? `≤ ${bound.atMost.toFixed(digits)}` : `≥ ${bound.atLeast.toFixed(digits)}`;
  const mark = holds === null ? '' : holds ? pc.green(' ✓') : pc.red(' ✗');
  return `${said}${bound.of === 'mean' ? ' (mean)' : ''}${mark}`;
}

function found(figure: FigureResult, seeds: number): string {
  const show = (value: number | null): string => (value === null ? '–' : value.toFixed(figure.digits));
  const value = figure.asked?.of === 'mean' ? figure.mean : figure.median;
  return `${pc.bold(show(value))}${seeds > 1 ? pc.dim(` ${show(figure.min)}–${show(figure.max)}`) : ''}`;
}

/** Table and plot for a person. */
export function renderReproduction(run: Reproduction): string {
  const { task, seeds, results } = run;
  const table = new Table({
    head: ['', '', seeds.length > 1 ? 'here, least–most' : 'here', 'asked', 'published'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: bare,
  });
  const sources: string[] = [];
  const cite = (source: string): string => {
    if (!sources.includes(source)) sources.push(source);
    return `[${sources.indexOf(source) + 1}]`;
  };
  for (const { arm, kind, figures } of results) {
    figures.forEach((figure, index) => {
      const name = index > 0 ? '' : kind === 'control' ? pc.dim(`control: ${arm}`) : arm;
      const published = figure.published === undefined ? '' : `${figure.published.value} ${cite(figure.published.source)}`;
      table.push([name, figure.name, found(figure, seeds.length), asked(figure), published]);
    });
  }
  const who = `${seeds.length} seed${seeds.length === 1 ? '' : 's'}, ${run.backend} backend (${run.target})`;
  const time = `${run.wallSeconds.toFixed(1)} s on ${run.workers} thread${run.workers === 1 ? '' : 's'}`;
  const lines = [
    `${pc.bold(task.name)}  ${task.summary}`,
    `${who}; ${time}${run.interrupted ? pc.yellow('  (interrupted: some runs are missing)') : ''}`,
    '',
    table.toString(),
    ...sources.map((source, index) => pc.dim(`[${index + 1}] ${source}`)),
    '',
    ...chart(task, results),
  ];
  return lines.join('\n');
}

const POINTS = 64;
const MAX_LINES = 4;

/** The first few arms over the course of learning; the picture has them all. */
function chart({ curve }: Task, results: readonly ArmResult[]): string[] {
  const drawn = results.filter((result) => result.curve.x.length > 1 && result.curve.median.some((y) => y !== null)).slice(0, MAX_LINES);
  if (drawn.length === 0) return [];
  const end = Math.max(...drawn.map((result) => result.curve.x.at(-1)!));
  const value = (y: number): number => (curve.scale === 'log' ? Math.log10(Math.max(y, 1e-9)) : y);
  const series = drawn.map(({ curve: { x, median } }) => {
    const points: number[] = [];
    let at = 0;
    for (let point = 0; point < POINTS; point++) {
      while (at + 1 < x.length && x[at + 1]! <= (point / (POINTS - 1)) * end) at++;
      const y = median[at] ?? null;
      points.push(y === null ? (points.at(-1) ?? 0) : value(y));
    }
    return points;
  });
  const paints = [pc.cyan, pc.yellow, pc.green, pc.magenta];
  const colors = pc.isColorSupported
    ? [asciichart.cyan, asciichart.yellow, asciichart.green, asciichart.magenta].slice(0, drawn.length)
    : [];
  const format = (y: number): string => (curve.scale === 'log' ? 10 ** y : y).toPrecision(2).padStart(8);
  // Later lines are drawn over earlier ones: the first arm last.
  const plotted = asciichart.plot([...series].reverse(), {
    height: 10,
    format,
    ...(colors.length > 0 ? { colors: [...colors].reverse() } : {}),
  });
  return [`${curve.y} over 0 to ${end} ${curve.x}`, plotted, ...drawn.map(({ arm }, index) => `        ${paints[index]!('──')} ${arm}`)];
}
