import { type Actuator, type Ms, raise, type Sample } from '../../runtime/index.ts';
import type { IoBoard } from './board.ts';

export interface OutputOptions {
  /** which number of the action; default 0 */
  readonly channel?: number;
  /** shortest time between two writes: default 20 ms, one period of a hobby servo. A control period is often shorter, and a serial line slower. */
  readonly intervalMs?: Ms;
}

/**
 * An actuator that writes one number to a component. The newest action wins; what is not a finite number is not written. A write that
 * throws is a fault of the board, not of the pipe.
 */
export function output(board: IoBoard, write: (value: number) => void, safeValue: number, options: OutputOptions): Actuator<Sample> {
  const { channel = 0, intervalMs = 20 } = options;
  if (!(Number.isInteger(channel) && channel >= 0))
    raise('ERR_OUT_OF_RANGE', {
      path: 'actuator.channel',
      bound: 'a whole number ≥ 0',
      value: channel,
      remedy: 'count the numbers of an action from 0',
    });
  if (!(intervalMs >= 0))
    raise('ERR_OUT_OF_RANGE', { path: 'actuator.intervalMs', bound: '≥ 0', value: intervalMs, remedy: 'give a time in ms' });
  let written = Number.NaN;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let ended = false;
  const put = (value: number): void => {
    written = value;
    try {
      write(value);
    } catch (cause) {
      board.fail(cause);
    }
  };
  const end = (): void => {
    if (ended) return;
    ended = true;
    put(safeValue);
  };
  // From the first moment in a state that is known.
  put(safeValue);
  board.faults$.subscribe({ next: end, complete: end });
  return {
    apply(action) {
      const value = typeof action === 'number' ? action : action[channel]!;
      if (ended || value === written || !Number.isFinite(value)) return;
      const now = performance.now();
      if (now - writtenAt < intervalMs) return;
      writtenAt = now;
      put(value);
    },
    safe() {
      if (!ended) put(safeValue);
    },
  };
}
