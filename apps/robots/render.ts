import { setTimeout as wait } from 'node:timers/promises';
import type { Ms, Scene } from '../../runtime/index.ts';
import { drawn } from './canvas.ts';

/** Shows what a world looks like to a person, at the pace of its own time. */
export interface Renderer {
  /** draws the scene and waits out the step, so that `period` ms of the world take as long */
  show(scene: Scene, period: Ms): Promise<void>;
  /** leaves the picture and goes on below it */
  close(): void;
}

const ROWS = 24;

/** The stream as a screen; undefined where nobody sees it: not a terminal, a dumb one, or NO_COLOR is set. */
export function terminalRenderer(
  stream: NodeJS.WriteStream,
  environment: NodeJS.ProcessEnv = process.env,
  now: () => Ms = () => performance.now(),
): Renderer | undefined {
  const { NO_COLOR = '', TERM } = environment;
  if (stream.isTTY !== true || NO_COLOR !== '' || TERM === 'dumb') return undefined;
  let height = 0;
  let due = Number.NEGATIVE_INFINITY;
  return {
    async show(scene, period) {
      const rows = Math.max(4, Math.min(ROWS, (stream.rows || ROWS) - 2));
      const lines = drawn(scene, Math.max(8, (stream.columns || 80) - 1), rows);
      const back = height > 0 ? `\u001b[${height}A` : '';
      stream.write(`${back}${lines.map((line) => `\r\u001b[2K${line}\n`).join('')}\u001b[J`);
      height = lines.length;
      due = Math.max(due, now()) + period;
      await wait(Math.max(0, due - now()));
    },
    close() {
      height = 0;
    },
  };
}
