import type UPlot from 'uplot';
import { color, lines } from './palette.ts';

declare const uPlot: typeof UPlot;

/** Lines over time, the newest to the right. */
export interface Chart {
  /** one row: a value for each line, NaN where it has none */
  add(x: number, values: readonly number[]): void;
  /** begins anew, with these lines */
  begin(names: readonly string[]): void;
  draw(): void;
}

export interface ChartOptions {
  /** of x */
  readonly unit: string;
  /** of y, in words */
  readonly title: string;
  readonly decimals: number;
  /** rows that are kept */
  readonly most: number;
  /** names the lines where there are several; default true */
  readonly legend?: boolean;
  /** y is a share from 0 to 1 */
  readonly share?: boolean;
}

export function createChart(place: HTMLElement, names: readonly string[], options: ChartOptions): Chart {
  const { title, unit, decimals, most, legend = true, share = false } = options;
  // The lines have the least height of their place; a legend is below.
  const height = Number.parseFloat(getComputedStyle(place).minHeight);
  let plot: UPlot | undefined;
  let xs: number[] = [];
  let columns: (number | null)[][] = [];
  let changed = false;
  const axis = (label: string, side: 'x' | 'y'): UPlot.Axis => ({
    stroke: () => color('soft'),
    grid: { stroke: () => color('line'), width: 1 },
    ticks: { stroke: () => color('line'), width: 1 },
    font: '11px system-ui',
    labelFont: '11px system-ui',
    label,
    labelSize: 16,
    size: side === 'x' ? 26 : 62,
    // Traces and signals may be small: three decimals would show them as 0.
    ...(side === 'y' ? { values: (_: UPlot, splits: number[]) => splits.map((value) => String(Number(value.toPrecision(3)))) } : {}),
  });
  const make = (lineNames: readonly string[]): void => {
    plot?.destroy();
    xs = [];
    columns = lineNames.map(() => []);
    plot = new uPlot(
      {
        width: Math.max(200, place.clientWidth),
        height,
        legend: { show: legend && lineNames.length > 1, live: false },
        cursor: { show: false },
        scales: { x: { time: false }, ...(share ? { y: { range: [0, 1.02] } } : {}) },
        axes: [axis(unit, 'x'), axis(title, 'y')],
        series: [
          {},
          ...lineNames.map((label, k) => ({
            label,
            stroke: lines[k % lines.length]!,
            width: 1.5,
            points: { show: false },
            value: (_: UPlot, value: number | null) => (value === null ? '–' : value.toFixed(decimals)),
          })),
        ],
      },
      [[], ...lineNames.map(() => [])],
      place,
    );
    changed = true;
  };
  make(names);
  place.setAttribute('role', 'img');
  new ResizeObserver(() => {
    if (plot !== undefined && place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
  return {
    add(x, values) {
      // Time that goes back is another run.
      if (xs.length > 0 && x <= xs.at(-1)!) return;
      xs.push(x);
      for (const [k, column] of columns.entries()) column.push(Number.isFinite(values[k]) ? values[k]! : null);
      if (xs.length > most) {
        xs.splice(0, xs.length - most);
        for (const column of columns) column.splice(0, column.length - most);
      }
      changed = true;
    },
    begin: make,
    draw() {
      if (!changed) return;
      changed = false;
      plot?.setData([xs, ...columns]);
      const last = columns.map((column) => column.at(-1));
      place.setAttribute(
        'aria-label',
        `${title}: ${last.map((value) => (value === null || value === undefined ? 'none' : value.toFixed(decimals))).join(', ')}`,
      );
    },
  };
}
