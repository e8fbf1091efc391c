import { type Caps, resetCause } from '../../firmware-bridge/index.ts';
import { raise } from '../../runtime/index.ts';

/** So many resets that nobody asked for, in this time, are a loop. */
const RESETS = 5;
const WITHIN_MS = 10_000;

const unasked: readonly number[] = [resetCause.watchdog, resetCause.brownOut];

/**
 * Watches the starts of a board. One that its watchdog or its supply resets again and again must not be armed again and again: the fault is
 * latched, until somebody has looked at the board and makes a new driver for it.
 */
export class ResetWatch {
  #bootId = 0;
  #resets: readonly number[] = [];
  #board = '';
  looping = false;

  /** A board said who it is. */
  started({ bootId, resetCause: cause, boardId }: Pick<Caps, 'bootId' | 'resetCause' | 'boardId'>, now: number): void {
    if (bootId === this.#bootId) return;
    this.#bootId = bootId;
    this.#board = boardId;
    if (!unasked.includes(cause)) return;
    this.#resets = [...this.#resets, now].filter((ms) => now - ms <= WITHIN_MS);
    if (this.#resets.length >= RESETS) this.looping = true;
  }

  demandCalm(): void {
    if (this.looping) raise('ERR_BOARD_RESETS', { board: this.#board, resets: RESETS, ms: WITHIN_MS });
  }
}
