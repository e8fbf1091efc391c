import type { Scene } from '../../runtime/index.ts';
import { drawn } from './canvas.ts';

/** Shows what a world looks like to a person. */
export interface Renderer {
  /** draws the scene over the one before, and a line below it */
  show(scene: Scene, caption: string): void;
  /** leaves the picture and goes on below it */
  close(): void;
}

const ROWS = 24;

/** The stream as a screen; undefined where nobody sees it: not a terminal, a dumb one, or NO_COLOR is set. */
export function terminalRenderer(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Renderer | undefined {
  const { NO_COLOR = '', TERM } = environment;
  if (stream.isTTY !== true || NO_COLOR !== '' || TERM === 'dumb') return undefined;
  let height = 0;
  return {
    show(scene, caption) {
      const columns = Math.max(8, (stream.columns || 80) - 1);
      const rows = Math.max(4, Math.min(ROWS, (stream.rows || ROWS) - 3));
      const lines = [...drawn(scene, columns, rows), caption.slice(0, columns)];
      const back = height > 0 ? `\u001b[${height}A` : '';
      stream.write(`${back}${lines.map((line) => `\r\u001b[2K${line}\n`).join('')}\u001b[J`);
      height = lines.length;
    },
    close() {
      height = 0;
    },
  };
}
