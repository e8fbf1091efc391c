import type { Scene } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { err as pc } from '../colors.ts';

/** Data goes to stdout; everything said to a person while it works goes to stderr. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** draws a picture above the line; absent where none can be seen */
  picture?(scene: Scene): void;
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
      // A line longer than the terminal is wide would leave its first row behind at every rewrite.
      const room = (stream.columns || 80) - 1;
      const said = `${String(Math.floor(fraction * 100)).padStart(3)} % ${text}`.slice(0, Math.max(0, room - left.length));
      const width = Math.max(0, Math.min(WIDTH, room - said.length - left.length - 1));
      const full = Math.min(width, Math.round(fraction * width));
      const bar = width < 4 ? '' : `${pc.cyan('━'.repeat(full))}${pc.dim('━'.repeat(width - full))} `;
      stream.write(`\r\u001b[2K${bar}${said}${pc.dim(left)}`);
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
