import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of the page, in memory: a few, and small. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const built = join(import.meta.dirname, 'page');
const written = join(import.meta.dirname, '../../../apps/dashboard/page');
const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** Everything that the dashboard serves, by path; nothing else is ever looked up on the disk. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const file = (folder: string, name: string): PageFile => ({
    type: types[name.slice(name.lastIndexOf('.') + 1) as keyof typeof types],
    bytes: readFileSync(join(folder, name)),
  });
  return new Map([
    ['/', file(written, 'index.html')],
    ['/style.css', file(written, 'style.css')],
    ['/icon.svg', file(written, 'icon.svg')],
    ['/protocol.js', file(import.meta.dirname, 'protocol.js')],
    ...['main.js', 'controls.js', 'charts.js', 'pictures.js', 'palette.js'].map((name) => [`/page/${name}`, file(built, name)] as const),
    ['/uplot.js', file(uplot, 'dist/uPlot.iife.min.js')],
    ['/uplot.css', file(uplot, 'dist/uPlot.min.css')],
  ]);
}
