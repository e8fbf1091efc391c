import pc from 'picocolors';
import type { Progress } from '../app.ts';

/** Data goes to stdout; everything said to a person while it works goes to stderr. */
export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

const WIDTH = 24;
const MIN_INTERVAL_MS = 80;
const PLAIN_INTERVAL_MS = 10_000;

/** One line that is rewritten on a terminal; every ten seconds a plain line where the output is not one. */
export function progressLine(stream: NodeJS.WriteStream, now: () => number): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  const interval = stream.isTTY ? MIN_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const started = now();
  let shown = false;
  return {
    show({ fraction, text }) {
      const at = now();
      if (at - last < interval) return;
      last = at;
      const elapsed = (at - started) / 1000;
      const left = fraction > 0.02 ? ` ${Math.ceil((elapsed / fraction) * (1 - fraction))} s left` : '';
      if (!stream.isTTY) {
        stream.write(`${Math.floor(fraction * 100)} % ${text}${left}\n`);
        return;
      }
      const full = Math.min(WIDTH, Math.round(fraction * WIDTH));
      const bar = pc.cyan('━'.repeat(full)) + pc.dim('━'.repeat(WIDTH - full));
      stream.write(`\r\u001b[2K${bar} ${String(Math.floor(fraction * 100)).padStart(3)} % ${text}${pc.dim(left)}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** A message about an error, without its stack: what, and what to do. */
export const problem = (message: string, remedy: string | undefined): string =>
  `${pc.red('error:')} ${message}${remedy === undefined ? '' : `\n${pc.dim('remedy:')} ${remedy}`}\n`;
